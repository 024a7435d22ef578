import { containerArn, containerId, cpuUnitsOf, memoryMiBOf, taskArn } from '@longshore/model';
import { taskLabels } from '../engine/container-spec.js';
import { type AgentIdentity, engineName } from '../engine/names.js';
import { imageOf } from '../engine/overrides.js';
import { type AgentTask, type ContainerState, definitionOf } from '../engine/record.js';

/** JSON as the task metadata endpoint of ECS documents it: absent members are left out. */
export type Json = Readonly<Record<string, unknown>>;

export type MetadataVersion = 'v3' | 'v4';

const knownStatus = {
  WAITING: 'NONE',
  READY: 'PULLED',
  CREATED: 'CREATED',
  RUNNING: 'RUNNING',
  STOPPED: 'STOPPED',
} as const;

/** The answer to /v4/ID/task (or v3). */
export function taskMetadata(task: AgentTask, identity: AgentIdentity, version: MetadataVersion): Json {
  const [family = '', revision = ''] = task.assignment.definition.split(':');
  const scope = { region: identity.region, accountId: identity.accountId };
  const cpu = cpuUnitsOf(task.definition.cpu);
  const memory = memoryMiBOf(task.definition.memory);
  const containers = task.containers.filter((c) => !c.internal || c.runtimeId !== '');
  return present({
    Cluster: identity.cluster,
    TaskARN: taskArn(scope, identity.cluster, task.id),
    Family: family,
    Revision: revision,
    ServiceName: version === 'v4' ? task.assignment.service || undefined : undefined,
    DesiredStatus: task.stopping ? 'STOPPED' : 'RUNNING',
    KnownStatus: task.status === 'PENDING' ? 'PENDING' : task.status === 'STOPPED' ? 'STOPPED' : 'RUNNING',
    Limits:
      cpu === undefined && memory === undefined
        ? undefined
        : present({ CPU: cpu === undefined ? undefined : cpu / 1024, Memory: memory }),
    PullStartedAt: time(task.pullStartedAtMs),
    PullStoppedAt: time(task.pullStoppedAtMs),
    ExecutionStoppedAt: time(task.executionStoppedAtMs),
    AvailabilityZone: task.assignment.availabilityZone || undefined,
    LaunchType: version === 'v4' ? 'EC2' : undefined,
    Containers: containers.map((c) => containerMetadata(task, c, identity, version)),
  });
}

/** The answer to /v4/ID (or v3). */
export function containerMetadata(
  task: AgentTask,
  c: ContainerState,
  identity: AgentIdentity,
  version: MetadataVersion,
): Json {
  const definition = definitionOf(task, c.name);
  const scope = { region: identity.region, accountId: identity.accountId };
  const id = containerId(task.id, c.name);
  const v4 = version === 'v4';
  return present({
    DockerId: c.runtimeId,
    Name: c.name,
    DockerName: engineName(task, c.name),
    Image: imageOf(task.assignment, definition),
    ImageID: c.imageId,
    Ports: c.ports.length === 0 ? undefined : c.ports.map((p) => port(p, v4)),
    Labels: { ...definition.dockerLabels, ...taskLabels(task, c.name, identity) },
    DesiredStatus: task.stopping || c.phase === 'STOPPED' ? 'STOPPED' : 'RUNNING',
    KnownStatus: knownStatus[c.phase],
    ExitCode: c.phase === 'STOPPED' ? c.exitCode : undefined,
    Limits: present({
      CPU: Math.max(2, definition.cpu ?? 0),
      Memory: definition.memory ?? definition.memoryReservation,
    }),
    CreatedAt: time(c.wallCreatedAtMs),
    StartedAt: time(c.wallStartedAtMs),
    FinishedAt: time(c.phase === 'STOPPED' ? c.wallFinishedAtMs : 0),
    Type: c.internal ? 'CNI_PAUSE' : 'NORMAL',
    Health: healthOf(definition.healthCheck?.command, c),
    Networks: [network(task, c)],
    LogDriver: v4 ? definition.logConfiguration?.logDriver : undefined,
    LogOptions: v4 ? definition.logConfiguration?.options : undefined,
    ContainerARN: v4 ? containerArn(scope, identity.cluster, task.id, id) : undefined,
    RestartCount: v4 && definition.restartPolicy?.enabled ? c.restartCount : undefined,
    Volumes: undefined,
  });
}

function port(p: ContainerState['ports'][number], v4: boolean): Json {
  return present({
    ContainerPort: p.containerPort,
    Protocol: p.protocol,
    HostPort: p.hostPort,
    HostIp: v4 ? (p.hostIp ?? '0.0.0.0') : undefined,
  });
}

function network(task: AgentTask, c: ContainerState): Json {
  const mode = task.definition.networkMode ?? 'bridge';
  const pause = task.containers.find((x) => x.internal);
  const address = mode === 'awsvpc' ? (pause?.ipv4Address ?? '') : c.ipv4Address;
  return present({
    NetworkMode: mode,
    IPv4Addresses: address === '' ? undefined : [address],
    AttachmentIndex: mode === 'awsvpc' ? 0 : undefined,
    MACAddress: mode === 'awsvpc' ? pause?.macAddress || undefined : undefined,
  });
}

function healthOf(command: readonly string[] | undefined, c: ContainerState): Json | undefined {
  if (!command || command.length === 0 || command[0] === 'NONE') return undefined;
  return present({
    status: c.health,
    statusSince: time(c.healthSinceMs),
    output: c.healthOutput === '' ? undefined : c.healthOutput,
  });
}

/** RFC 3339, or absent for what has not happened. */
export function time(ms: number): string | undefined {
  return ms > 0 ? new Date(ms).toISOString() : undefined;
}

export function present(members: Readonly<Record<string, unknown>>): Json {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
