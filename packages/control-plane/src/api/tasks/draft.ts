import {
  groupOf,
  type LaunchType,
  type NetworkConfiguration,
  newAttachments,
  type PlacementConstraint,
  type PlacementStrategy,
  requiredAttributes,
  type Tag,
  type TaskDefinition,
  type TaskHolds,
  type TaskOverride,
  type TaskRecord,
  type TaskStatus,
  taskNeeds,
} from '@longshore/model';
import type { PlacementRequest } from '@longshore/scheduler';
import type { Place } from '../../placement/ask.js';

/** What was decided about a task before its place is known. */
export interface TaskWish {
  readonly family: string;
  readonly revision: number;
  readonly definition: TaskDefinition;
  readonly overrides?: TaskOverride | undefined;
  readonly group?: string | undefined;
  readonly startedBy?: string | undefined;
  readonly service?: string | undefined;
  readonly deployment?: string | undefined;
  readonly taskSet?: string | undefined;
  readonly launchType?: LaunchType | undefined;
  readonly networkConfiguration?: NetworkConfiguration | undefined;
  readonly constraints?: readonly PlacementConstraint[] | undefined;
  readonly strategies?: readonly PlacementStrategy[] | undefined;
  readonly tags: readonly Tag[];
  /** The account setting defaultLogDriverMode of whom the task is made for. */
  readonly logDriverMode?: string | undefined;
  readonly requestHash?: Uint8Array | undefined;
  readonly createdAtMs: number;
  /** Wall clock until which it may wait for a place; 0: it does not wait. */
  readonly placeByMs?: number | undefined;
  readonly priority?: number | undefined;
}

/** The record of a task that has no place yet, whichever task it is: what goes by its id comes with `bornRecord`. */
export function waitingRecord(wish: TaskWish): TaskRecord {
  const { definition } = wish;
  const needs = taskNeeds(definition, wish.overrides);
  return {
    family: wish.family,
    revision: wish.revision,
    instance: '',
    service: wish.service ?? '',
    deployment: wish.deployment ?? '',
    group: wish.group ?? '',
    startedBy: wish.startedBy ?? '',
    launchType: wish.launchType ?? 'EC2',
    desiredStatus: 'RUNNING',
    lastStatus: 'PROVISIONING',
    createdAtMs: wish.createdAtMs,
    pullStartedAtMs: 0,
    pullStoppedAtMs: 0,
    startedAtMs: 0,
    stoppingAtMs: 0,
    executionStoppedAtMs: 0,
    stoppedAtMs: 0,
    connectivityAtMs: 0,
    holds: { cpuUnits: needs.cpuUnits, memoryMiB: needs.memoryMiB, ports: needs.ports },
    containers: [],
    overrides: wish.overrides,
    stopCode: 'UNSET',
    stoppedReason: '',
    tags: wish.tags,
    requestHash: wish.requestHash ?? new Uint8Array(),
    availabilityZone: '',
    capacityProviderName: '',
    enableExecuteCommand: false,
    attachments: [],
    attributes: [],
    counted: false,
    version: 1,
    healthStatus: 'UNSET',
    protectedUntilMs: 0,
    reportSession: 0,
    reportSequence: 0,
    acknowledged: false,
    networkConfiguration: wish.networkConfiguration,
    placeByMs: wish.placeByMs ?? 0,
    priority: wish.priority ?? 0,
    placementConstraints: wish.constraints ?? [],
    placementStrategy: wish.strategies ?? [],
    taskSet: wish.taskSet ?? '',
    platformFamily: '',
    logDriverMode: leavesLogMode(definition) ? (wish.logDriverMode ?? '') : '',
  };
}

/** Whether a log configuration says nothing of its mode: only then the account's has a say, and a place in the record. */
function leavesLogMode({ containerDefinitions = [] }: TaskDefinition): boolean {
  return containerDefinitions.some(
    ({ logConfiguration: log }) => log !== undefined && log.options?.mode === undefined,
  );
}

/** The record of the task of that id, with what it is attached to. */
export function bornRecord(waiting: TaskRecord, id: string, definition: TaskDefinition): TaskRecord {
  const attachments = newAttachments(id, definition, waiting.networkConfiguration);
  return attachments.length === 0 ? waiting : { ...waiting, attachments };
}

/** The same task at its place. What placing needed is dropped: nothing reads it any more, and records stay small. */
export function placedRecord(waiting: TaskRecord, definition: TaskDefinition, place: Place): TaskRecord {
  const holds: TaskHolds = { ...(waiting.holds ?? { cpuUnits: 0, memoryMiB: 0 }), gpuIds: place.gpuIds };
  return {
    ...waiting,
    instance: place.instance,
    availabilityZone: place.availabilityZone,
    holds,
    lastStatus: firstStatus(definition),
    placementConstraints: [],
    placementStrategy: [],
    placeByMs: 0,
    priority: 0,
  };
}

/** A task in awsvpc mode is given its interface first. */
function firstStatus(definition: TaskDefinition): TaskStatus {
  return definition.networkMode === 'awsvpc' ? 'PROVISIONING' : 'PENDING';
}

/** What placement must know of tasks like this one. */
export function placementRequest(wish: TaskWish, count: number): PlacementRequest {
  const needs = taskNeeds(wish.definition, wish.overrides);
  return {
    count,
    group: groupOf({ group: wish.group ?? '', service: wish.service ?? '', family: wish.family }),
    family: wish.family,
    deployment: wish.deployment === '' ? undefined : wish.deployment,
    needs: { cpuUnits: needs.cpuUnits, memoryMiB: needs.memoryMiB, ports: needs.ports },
    gpuCount: needs.gpuCount,
    requiredAttributes: requiredAttributes(wish.definition),
    constraints: [...definitionConstraints(wish.definition), ...(wish.constraints ?? [])],
    strategies: wish.strategies ?? [],
  };
}

function definitionConstraints(definition: TaskDefinition): readonly PlacementConstraint[] {
  return (definition.placementConstraints ?? []).map(
    ({ expression }): PlacementConstraint => ({ type: 'memberOf', expression }),
  );
}
