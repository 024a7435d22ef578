import { type ArnScope, instanceArn } from '../arn.js';
import type {
  Attribute,
  ContainerInstance,
  ContainerInstanceHealthStatus,
  HeldPort,
  InstanceRecord,
  InstanceResources,
  Resource,
} from '../generated/shapes.js';
import type { InstanceUse } from '../held.js';
import { toTimestamp } from '../timestamp.js';

/** What an instance's rendering needs beside its record. */
export interface InstanceRendering {
  readonly scope: ArnScope;
  readonly cluster: string;
  readonly id: string;
  readonly use: InstanceUse;
  readonly agentConnected: boolean;
  /** `include: [TAGS]`. */
  readonly tags?: boolean;
  /** `include: [CONTAINER_INSTANCE_HEALTH]`. */
  readonly health?: boolean;
}

/** The instance as DescribeContainerInstances shows it: ECS's ContainerInstance. */
export function instanceOf(record: InstanceRecord, about: InstanceRendering): ContainerInstance {
  const { scope, cluster, id, use } = about;
  const resources = record.resources ?? noResources;
  return {
    containerInstanceArn: instanceArn(scope, cluster, id),
    ec2InstanceId: record.name === '' ? undefined : record.name,
    capacityProviderName: record.capacityProviderName === '' ? undefined : record.capacityProviderName,
    version: record.version,
    versionInfo: {
      agentVersion: record.agentVersion,
      agentHash: record.agentHash,
      dockerVersion: record.dockerVersion && `DockerVersion: ${record.dockerVersion}`,
    },
    remainingResources: remainingResources(resources, use),
    registeredResources: registeredResources(resources),
    status: record.status === 'UNSET' ? 'ACTIVE' : record.status,
    statusReason: record.impairedReason === '' ? undefined : record.impairedReason,
    agentConnected: about.agentConnected,
    runningTasksCount: use.runningTasks,
    pendingTasksCount: use.pendingTasks,
    attributes: instanceAttributes(record),
    registeredAt: toTimestamp(record.registeredAtMs),
    attachments: [],
    tags: about.tags ? record.tags : [],
    healthStatus: about.health ? healthOf(record) : undefined,
  };
}

/** All attributes of an instance: the agent's, then the custom ones, which win where both have a name. */
export function instanceAttributes(record: InstanceRecord): readonly Attribute[] {
  const byName = new Map<string | undefined, Attribute>();
  for (const { name, value } of [...record.agentAttributes, ...record.customAttributes])
    byName.set(name, value === undefined ? { name } : { name, value });
  return [...byName.values()];
}

const noResources: InstanceResources = {
  cpuUnits: 0,
  memoryMiB: 0,
  reservedTcpPorts: [],
  reservedUdpPorts: [],
  gpus: [],
  dynamicPortFirst: 0,
  dynamicPortLast: 0,
};

function healthOf(record: InstanceRecord): ContainerInstanceHealthStatus {
  const status = record.impairedReason === '' ? 'OK' : 'IMPAIRED';
  const statusReason = record.impairedReason === '' ? undefined : record.impairedReason;
  return { overallStatus: status, details: [{ type: 'CONTAINER_RUNTIME', status, statusReason }] };
}

/** What the instance offered when its agent registered. */
export function registeredResources(resources: InstanceResources): readonly Resource[] {
  return [
    integer('CPU', resources.cpuUnits),
    integer('MEMORY', resources.memoryMiB),
    strings('PORTS', resources.reservedTcpPorts.map(String)),
    strings('PORTS_UDP', resources.reservedUdpPorts.map(String)),
    ...gpus(resources.gpus.map((g) => g.gpuId ?? '')),
  ];
}

/** What is left. Ports are listed as ECS does: those that no task may take any more. */
export function remainingResources(resources: InstanceResources, use: InstanceUse): readonly Resource[] {
  const taken = (protocol: 'tcp' | 'udp', reserved: readonly number[]): readonly string[] => [
    ...new Set(
      [...reserved, ...use.ports.filter((p) => isProtocol(p, protocol)).map((p) => p.port)].map(String),
    ),
  ];
  const free = resources.gpus.map((g) => g.gpuId ?? '').filter((id) => !use.gpuIds.includes(id));
  return [
    integer('CPU', resources.cpuUnits - use.cpuUnits),
    integer('MEMORY', resources.memoryMiB - use.memoryMiB),
    strings('PORTS', taken('tcp', resources.reservedTcpPorts)),
    strings('PORTS_UDP', taken('udp', resources.reservedUdpPorts)),
    ...(resources.gpus.length > 0 ? [strings('GPU', free)] : []),
  ];
}

function isProtocol(port: HeldPort, protocol: 'tcp' | 'udp'): boolean {
  return (port.protocol === 'udp') === (protocol === 'udp');
}

function gpus(ids: readonly string[]): readonly Resource[] {
  return ids.length > 0 ? [strings('GPU', ids)] : [];
}

function integer(name: string, value: number): Resource {
  return { name, type: 'INTEGER', doubleValue: 0, longValue: 0, integerValue: value };
}

function strings(name: string, values: readonly string[]): Resource {
  return { name, type: 'STRINGSET', doubleValue: 0, longValue: 0, integerValue: 0, stringSetValue: values };
}
