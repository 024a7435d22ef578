import { messageType, type TaskHolds, type TaskStatus } from '@longshore/model';
import type { TaskStanding, TaskSummary } from '../store.js';
import type { Holdings } from './holdings.js';
import type { Names } from './names.js';
import { doubles, flags, ints, type TaskRows } from './task-rows.js';

type LaunchType = TaskSummary['launchType'];
type HealthStatus = TaskSummary['healthStatus'];

const launchTypes = namesOf('launchType') as readonly LaunchType[];
const statuses = namesOf('lastStatus').map((s) => (s === 'UNSET' ? 'PROVISIONING' : s)) as TaskStatus[];
const healths = namesOf('healthStatus') as readonly HealthStatus[];

/** STOPPED as rows have it. */
export const stoppedStatus = statuses.indexOf('STOPPED');

/** The texts that a cluster's rows have the numbers of; those of which there are lists are numbered apart. */
export interface RowTexts {
  readonly cluster: string;
  readonly families: Names;
  readonly instances: Names;
  readonly services: Names;
  readonly starters: Names;
  readonly others: Names;
  readonly holdings: Holdings;
}

/** A row as it was when this was made: nothing changes it, and nothing in the table knows it. */
export class TaskEntry implements TaskSummary {
  /** Of bytes that the row has no more, until observers have seen what replaced them; else -1. */
  place = -1;
  length = 0;
  // Declared only: a field that is first made empty and then set costs as much again.
  declare readonly cluster: string;
  declare readonly id: string;
  declare readonly revision: number;
  declare readonly family: string;
  declare readonly definitionRevision: number;
  declare readonly instance: string;
  declare readonly service: string;
  declare readonly deployment: string;
  declare readonly taskSet: string;
  declare readonly group: string;
  declare readonly startedBy: string;
  declare readonly launchType: LaunchType;
  declare readonly desiredStatus: TaskStatus;
  declare readonly lastStatus: TaskStatus;
  declare readonly healthStatus: HealthStatus;
  declare readonly holds: TaskHolds;
  declare readonly createdAtMs: number;
  declare readonly startedAtMs: number;
  declare readonly stoppedAtMs: number;
  declare readonly protectedUntilMs: number;
  declare readonly placeByMs: number;
  declare readonly priority: number;
  declare readonly counted: boolean;
  declare readonly acknowledged: boolean;

  constructor(rows: TaskRows, row: number, id: string, texts: RowTexts) {
    const { others } = texts;
    const { ints: numbers, doubles: moments, start } = rows.memoryOf(row);
    this.cluster = texts.cluster;
    this.id = id;
    this.revision = moments[start / 2 + doubles.revision] as number;
    this.family = texts.families.text(numbers[start + ints.family] as number);
    this.definitionRevision = numbers[start + ints.definitionRevision] as number;
    this.instance = texts.instances.text(numbers[start + ints.instance] as number);
    this.service = texts.services.text(numbers[start + ints.service] as number);
    this.deployment = others.text(numbers[start + ints.deployment] as number);
    this.taskSet = others.text(numbers[start + ints.taskSet] as number);
    this.group = others.text(numbers[start + ints.group] as number);
    this.startedBy = texts.starters.text(numbers[start + ints.startedBy] as number);
    this.launchType = launchTypes[numbers[start + ints.launchType] as number] ?? 'UNSET';
    this.desiredStatus = statuses[numbers[start + ints.desiredStatus] as number] ?? 'PROVISIONING';
    this.lastStatus = statuses[numbers[start + ints.lastStatus] as number] ?? 'PROVISIONING';
    this.healthStatus = healths[numbers[start + ints.healthStatus] as number] ?? 'UNSET';
    this.holds = texts.holdings.holds(numbers[start + ints.holds] as number);
    this.createdAtMs = moments[start / 2 + doubles.createdAtMs] as number;
    this.startedAtMs = moments[start / 2 + doubles.startedAtMs] as number;
    this.stoppedAtMs = moments[start / 2 + doubles.stoppedAtMs] as number;
    this.protectedUntilMs = moments[start / 2 + doubles.protectedUntilMs] as number;
    this.placeByMs = moments[start / 2 + doubles.placeByMs] as number;
    this.priority = numbers[start + ints.priority] as number;
    const set = numbers[start + ints.flags] as number;
    this.counted = (set & flags.counted) !== 0;
    this.acknowledged = (set & flags.acknowledged) !== 0;
  }
}

/** A window on one row after the other. */
export class RowStanding implements TaskStanding {
  instance = '';
  deployment = '';
  desiredStatus: TaskStatus = 'PROVISIONING';
  lastStatus: TaskStatus = 'PROVISIONING';

  take(rows: TaskRows, row: number, { instances, others }: RowTexts): this {
    const { ints: numbers, start } = rows.memoryOf(row);
    this.instance = instances.text(numbers[start + ints.instance] as number);
    this.deployment = others.text(numbers[start + ints.deployment] as number);
    this.desiredStatus = statuses[numbers[start + ints.desiredStatus] as number] ?? 'PROVISIONING';
    this.lastStatus = statuses[numbers[start + ints.lastStatus] as number] ?? 'PROVISIONING';
    return this;
  }
}

/** An enumeration's names by their numbers in the contract. */
function namesOf(member: string): readonly string[] {
  const resolved = messageType('TaskRecord').fields[member]?.resolve().resolvedType;
  const byId = (resolved as { readonly valuesById?: Record<number, string> } | null)?.valuesById ?? {};
  const length = Math.max(...Object.keys(byId).map(Number)) + 1;
  return Array.from({ length }, (_, i) => byId[i] ?? 'UNSET');
}
