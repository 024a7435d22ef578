import { hash } from 'node:crypto';
import { uuidOf } from '@longshore/kit';
import { type ArnScope, clusterArn, containerArn, instanceArn, taskArn, taskDefinitionArn } from '../arn.js';
import type {
  Attribute,
  Container,
  ContainerDefinition,
  ContainerOverride,
  ContainerRecord,
  Task,
  TaskDefinition,
  TaskOverride,
  TaskRecord,
} from '../generated/shapes.js';
import { toTimestamp } from '../timestamp.js';

/** What a task's rendering needs beside its record. */
export interface TaskRendering {
  readonly scope: ArnScope;
  readonly cluster: string;
  readonly id: string;
  /** The definition that the record names; its containers show before the agent has reported any. */
  readonly definition: TaskDefinition | undefined;
  /** Whether the agent of its instance is connected; absent where nobody asked. */
  readonly connected?: boolean | undefined;
  /** `include: [TAGS]`. */
  readonly tags?: boolean;
}

/** The task as DescribeTasks shows it: ECS's Task. */
export function taskOf(record: TaskRecord, about: TaskRendering): Task {
  const { scope, cluster, id } = about;
  const own = record.instance === '' ? undefined : instanceArn(scope, cluster, record.instance);
  return {
    attachments: record.attachments,
    attributes: attributesOf(record),
    availabilityZone: text(record.availabilityZone),
    capacityProviderName: text(record.capacityProviderName),
    clusterArn: clusterArn(scope, cluster),
    connectivity: connectivityOf(record, about.connected),
    connectivityAt: toTimestamp(record.connectivityAtMs),
    containerInstanceArn: own,
    containers: containersOf(record, about),
    cpu: String(record.holds?.cpuUnits ?? 0),
    createdAt: toTimestamp(record.createdAtMs),
    desiredStatus: record.desiredStatus,
    enableExecuteCommand: record.enableExecuteCommand,
    executionStoppedAt: toTimestamp(record.executionStoppedAtMs),
    group: groupOf(record),
    healthStatus: record.healthStatus === 'UNSET' ? 'UNKNOWN' : record.healthStatus,
    inferenceAccelerators: [],
    lastStatus: record.lastStatus,
    launchType: record.launchType === 'UNSET' ? 'EC2' : record.launchType,
    memory: String(record.holds?.memoryMiB ?? 0),
    overrides: overridesOf(record.overrides, about.definition),
    platformFamily: text(record.platformFamily),
    pullStartedAt: toTimestamp(record.pullStartedAtMs),
    pullStoppedAt: toTimestamp(record.pullStoppedAtMs),
    startedAt: toTimestamp(record.startedAtMs),
    startedBy: startedByOf(record),
    stopCode: record.stopCode === 'UNSET' ? undefined : record.stopCode,
    stoppedAt: toTimestamp(record.stoppedAtMs),
    stoppedReason: text(record.stoppedReason),
    stoppingAt: toTimestamp(record.stoppingAtMs),
    tags: about.tags ? record.tags : [],
    taskArn: taskArn(scope, cluster, id),
    taskDefinitionArn: taskDefinitionArn(scope, record.family, record.revision),
    version: record.version,
    ephemeralStorage: record.overrides?.ephemeralStorage ?? about.definition?.ephemeralStorage,
  };
}

/** A task's group where none was asked for: `service:NAME`, or `family:FAMILY` for a standalone one. */
export function groupOf(task: {
  readonly group: string;
  readonly service: string;
  readonly family: string;
}): string {
  if (task.group !== '') return task.group;
  return task.service === '' ? `family:${task.family}` : `service:${task.service}`;
}

/** What startedBy shows: for a service's task, its deployment. */
export function startedByOf(task: {
  readonly startedBy: string;
  readonly deployment: string;
}): string | undefined {
  if (task.startedBy !== '') return task.startedBy;
  return task.deployment === '' ? undefined : `ecs-svc/${task.deployment}`;
}

function connectivityOf(record: TaskRecord, connected: boolean | undefined): Task['connectivity'] {
  if (connected === undefined || record.instance === '') return undefined;
  return connected ? 'CONNECTED' : 'DISCONNECTED';
}

function attributesOf(record: TaskRecord): readonly Attribute[] {
  const restarts = record.containers
    .filter((c) => c.restartCount > 0)
    .map((c) => ({ name: `longshore.restarts.${c.name}`, value: String(c.restartCount) }));
  return [...record.attributes, ...restarts];
}

/** ECS names every container here, overridden or not. */
function overridesOf(
  overrides: TaskOverride | undefined,
  definition: TaskDefinition | undefined,
): TaskOverride {
  const asked = new Map(overrides?.containerOverrides?.map((o) => [o.name, o]));
  const containers = (definition?.containerDefinitions ?? []).map(
    (c): ContainerOverride => asked.get(c.name) ?? { name: c.name },
  );
  return {
    ...overrides,
    containerOverrides: definition ? containers : (overrides?.containerOverrides ?? []),
    inferenceAcceleratorOverrides: [],
  };
}

function containersOf(record: TaskRecord, about: TaskRendering): readonly Container[] {
  const known = new Map(record.containers.map((c) => [c.name, c]));
  const overrides = new Map(record.overrides?.containerOverrides?.map((o) => [o.name, o]));
  const definitions = about.definition?.containerDefinitions ?? record.containers;
  return definitions.map((definition) =>
    containerOf(known.get(definition.name ?? ''), {
      about,
      definition,
      override: overrides.get(definition.name),
      stopped: record.lastStatus === 'STOPPED',
    }),
  );
}

interface ContainerRendering {
  readonly about: TaskRendering;
  readonly definition: ContainerDefinition;
  readonly override: ContainerOverride | undefined;
  readonly stopped: boolean;
}

function containerOf(record: ContainerRecord | undefined, rendering: ContainerRendering): Container {
  const { about, definition, override } = rendering;
  const { scope, cluster, id } = about;
  const name = definition.name ?? '';
  return {
    containerArn: containerArn(scope, cluster, id, containerId(id, name)),
    taskArn: taskArn(scope, cluster, id),
    name,
    image: definition.image,
    imageDigest: record?.imageDigest ? `sha256:${record.imageDigest}` : undefined,
    runtimeId: text(record?.runtimeId),
    lastStatus: record?.lastStatus ?? (rendering.stopped ? 'STOPPED' : 'PENDING'),
    exitCode: record?.exitCode,
    reason: text(record?.reason),
    networkBindings: record?.networkBindings ?? [],
    networkInterfaces: record?.networkInterfaces ?? [],
    healthStatus: !record || record.healthStatus === 'UNSET' ? 'UNKNOWN' : record.healthStatus,
    cpu: String(override?.cpu ?? definition.cpu ?? 0),
    memory: number(override?.memory ?? definition.memory),
    memoryReservation: number(override?.memoryReservation ?? definition.memoryReservation),
    gpuIds: record && record.gpuIds.length > 0 ? record.gpuIds : undefined,
  };
}

/** The same for the same task and name on every replica, and nowhere stored. */
export function containerId(task: string, name: string): string {
  return uuidOf(hash('md5', `${task}/${name}`, 'hex'));
}

function text(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

function number(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}
