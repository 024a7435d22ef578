import { containerArn, containerId, cpuUnitsOf, memoryMiBOf, taskArn } from '@longshore/model';
import { resolversOf, taskLabels } from '../engine/container-spec.js';
import { logConfigurationOf } from '../engine/log-configuration.js';
import { type AgentIdentity, engineName } from '../engine/names.js';
import { imageOf } from '../engine/overrides.js';
import { type AgentTask, type ContainerState, definitionOf } from '../engine/record.js';
import { gatewayOf } from '../networks.js';
import { containerPortsOf } from '../ports/port-book.js';

/** JSON as the task metadata endpoint of ECS documents it: absent members are left out. */
export type Json = Readonly<Record<string, unknown>>;

export interface MetadataView {
  readonly version: 'v3' | 'v4';
  readonly identity: AgentIdentity;
  /** Where tasks in awsvpc mode have their addresses. */
  readonly awsvpcNetwork: string;
}

const knownStatus = {
  WAITING: 'NONE',
  READY: 'PULLED',
  CREATED: 'CREATED',
  RUNNING: 'RUNNING',
  STOPPED: 'STOPPED',
} as const;

/** The answer to /v4/ID/task (or v3). */
export function taskMetadata(task: AgentTask, view: MetadataView): Json {
  const { identity, version } = view;
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
    Containers: containers.map((c) => containerMetadata(task, c, view)),
  });
}

/** The answer to /v4/ID (or v3). */
export function containerMetadata(task: AgentTask, c: ContainerState, view: MetadataView): Json {
  const { identity, version } = view;
  const definition = definitionOf(task, c.name);
  const scope = { region: identity.region, accountId: identity.accountId };
  const id = containerId(task.id, c.name);
  const v4 = version === 'v4';
  const log = logConfigurationOf(definition, task);
  return present({
    DockerId: c.runtimeId,
    Name: c.name,
    DockerName: engineName(task, c.name),
    Image: imageOf(task.assignment, definition),
    ImageID: c.imageId,
    Ports: portsOf(task, c, v4),
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
    Networks: [network(task, c, view)],
    LogDriver: v4 ? log?.logDriver : undefined,
    LogOptions: v4 ? log?.options : undefined,
    ContainerARN: v4 ? containerArn(scope, identity.cluster, task.id, id) : undefined,
    RestartCount: v4 && definition.restartPolicy?.enabled ? c.restartCount : undefined,
  });
}

/** In awsvpc mode a container's ports are the task's own: none of the host's is bound. */
function portsOf(task: AgentTask, c: ContainerState, v4: boolean): readonly Json[] | undefined {
  const bound = c.ports.map((p) =>
    present({
      ContainerPort: p.containerPort,
      Protocol: p.protocol,
      HostPort: p.hostPort,
      HostIp: v4 ? (p.hostIp ?? '0.0.0.0') : undefined,
    }),
  );
  const own =
    task.definition.networkMode === 'awsvpc'
      ? containerPortsOf(definitionOf(task, c.name)).map(({ port, protocol }) => ({
          ContainerPort: port,
          Protocol: protocol,
          HostPort: port,
        }))
      : [];
  const all = [...bound, ...own];
  return all.length === 0 ? undefined : all;
}

function network(task: AgentTask, c: ContainerState, { version, awsvpcNetwork }: MetadataView): Json {
  const mode = task.definition.networkMode ?? 'bridge';
  const addresses = addressesOf(task, c);
  const common = { NetworkMode: mode, IPv4Addresses: addresses.length === 0 ? undefined : addresses };
  if (mode !== 'awsvpc') return present(common);
  const { dnsServers = [], dnsSearchDomains = [] } = resolversOf(task);
  const subnet = version === 'v4' && awsvpcNetwork !== '' ? awsvpcNetwork : undefined;
  return present({
    ...common,
    AttachmentIndex: 0,
    MACAddress: task.containers.find((x) => x.internal)?.macAddress || undefined,
    IPv4SubnetCIDRBlock: subnet,
    SubnetGatewayIpv4Address: subnet && gatewayOf(subnet),
    DomainNameServers: version === 'v4' && dnsServers.length > 0 ? dnsServers : undefined,
    DomainNameSearchList: version === 'v4' && dnsSearchDomains.length > 0 ? dnsSearchDomains : undefined,
  });
}

/** Its own, or the task's where all containers share one interface. */
export function addressesOf(task: AgentTask, c: ContainerState): readonly string[] {
  const shared = task.definition.networkMode === 'awsvpc' ? task.containers.find((x) => x.internal) : c;
  const address = shared?.ipv4Address ?? '';
  return address === '' ? [] : [address];
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
