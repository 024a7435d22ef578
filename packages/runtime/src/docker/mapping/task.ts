import type {
  Attribute,
  ContainerDependency,
  ContainerRestartPolicy,
  EnvironmentFile,
  RuntimePlatform,
  TaskDefinition,
  TaskDefinitionPlacementConstraint,
} from '@longshore/model';
import { byAgent, byControlPlane, type Entry, endpointOf, honoured, type TableOf } from './table.js';

const networkProof = 'networkMode puts the container on its network, with aliases and a fixed address';
const namespaceProof = "pidMode and ipcMode join the host's or another container's namespaces";
const cgroupProof = "the task's cgroup bounds all of its containers";
const returned = 'returns what was registered';

const aboutIt: Entry = byControlPlane('says who registered it, when, and what became of it', returned);

/** The engine takes `host`, `none`, `shareable` and `container:ID`; a bare id is the container that is joined. */
function namespaceOf(mode: string): string {
  return ['host', 'none', 'private', 'shareable'].includes(mode) || mode.startsWith('container:')
    ? mode
    : `container:${mode}`;
}

export const taskTable: TableOf<TaskDefinition> = {
  containerDefinitions: { nested: 'ContainerDefinition' },
  networkMode: honoured((body, { network }) => {
    body.HostConfig.NetworkMode =
      network.mode === 'bridge'
        ? network.name
        : network.mode === 'container'
          ? `container:${network.id}`
          : network.mode;
    // The engine's own `bridge` network takes neither aliases nor fixed addresses.
    if (network.mode !== 'bridge' || network.name === 'bridge') return;
    const endpoint = endpointOf(body, network.name);
    if (network.aliases) endpoint.Aliases = [...network.aliases];
    if (network.ipv4Address !== undefined) endpoint.IPAMConfig = { IPv4Address: network.ipv4Address };
  }, networkProof),
  pidMode: honoured((body, { pidMode }) => {
    if (pidMode !== undefined) body.HostConfig.PidMode = namespaceOf(pidMode);
  }, namespaceProof),
  ipcMode: honoured((body, { ipcMode }) => {
    if (ipcMode !== undefined) body.HostConfig.IpcMode = namespaceOf(ipcMode);
  }, namespaceProof),
  cpu: honoured((body, { cgroupParent }) => {
    if (cgroupParent !== undefined) body.HostConfig.CgroupParent = cgroupParent;
  }, cgroupProof),
  memory: byAgent("the same cgroup; its limits are the agent's to write", cgroupProof),
  volumes: { nested: 'Volume' },
  placementConstraints: { nested: 'TaskDefinitionPlacementConstraint' },
  requiresCompatibilities: byControlPlane('EC2 and EXTERNAL run here; FARGATE checks as ECS does', returned),
  runtimePlatform: { nested: 'RuntimePlatform' },
  taskRoleArn: { kept: 'there are no credentials yet; the agent warns' },
  executionRoleArn: { kept: 'there are no credentials yet; the agent warns' },
  ephemeralStorage: { kept: "Fargate's alone" },
  inferenceAccelerators: { refused: 'Elastic Inference has ended' },
  proxyConfiguration: { refused: 'there is no App Mesh' },
  enableFaultInjection: { refused: 'there is no fault injection endpoint yet' },
  taskDefinitionArn: aboutIt,
  family: aboutIt,
  revision: aboutIt,
  status: aboutIt,
  requiresAttributes: { nested: 'Attribute' },
  compatibilities: aboutIt,
  registeredAt: aboutIt,
  deregisteredAt: aboutIt,
  deleteRequestedAt: aboutIt,
  registeredBy: aboutIt,
};

const dependencyProof =
  'dependants start when START, COMPLETE, SUCCESS and HEALTHY say so, and stop before what they depend on';

export const dependencyTable: TableOf<ContainerDependency> = {
  containerName: byAgent('started first', dependencyProof),
  condition: byAgent('START, COMPLETE, SUCCESS, HEALTHY', dependencyProof),
};

const restartProof =
  'a restart is the same container, counted in metadata v4, and leaves those who depend on it alone';

export const restartPolicyTable: TableOf<ContainerRestartPolicy> = {
  enabled: byAgent('restarts it alone, in the running task', restartProof),
  ignoredExitCodes: byAgent('those end it for good', restartProof),
  restartAttemptPeriod: byAgent(
    'one that ran less is not restarted',
    'a container that ran less than restartAttemptPeriod is not restarted',
  ),
};

const environmentFileProof =
  'environment files are read before the container is made, weaker than environment';

export const environmentFileTable: TableOf<EnvironmentFile> = {
  value: byAgent('read before the container is made, weaker than environment', environmentFileProof),
  type: byAgent('longshore.file; s3 is refused', environmentFileProof),
};

export const runtimePlatformTable: TableOf<RuntimePlatform> = {
  cpuArchitecture: byControlPlane(
    'an attribute that the instance must have',
    'are those that satisfy constraints and attributes, full or cut off as they may be',
  ),
  operatingSystemFamily: byControlPlane('LINUX; WINDOWS_* is refused', returned),
};

export const placementConstraintTable: TableOf<TaskDefinitionPlacementConstraint> = {
  type: byControlPlane(
    'memberOf',
    'are those that satisfy constraints and attributes, full or cut off as they may be',
  ),
  expression: byControlPlane(
    'in the cluster query language',
    'are those that satisfy constraints and attributes, full or cut off as they may be',
  ),
};

const attributeProof = 'are those that satisfy constraints and attributes, full or cut off as they may be';

export const attributeTable: TableOf<Attribute> = {
  name: byControlPlane('an instance without it takes no task of the definition', attributeProof),
  value: byControlPlane('as the name, where the definition gives a value', attributeProof),
  targetType: { kept: 'what a definition requires is always of container instances' },
  targetId: { kept: 'what a definition requires is of no one instance' },
};
