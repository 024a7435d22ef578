import { mergeAttachments, underKnownId } from './attachments.js';
import type {
  ContainerRecord,
  ContainerStatus,
  HealthStatus,
  TaskRecord,
  TaskReport,
  TaskStatus,
} from './generated/shapes.js';

/** ECS's task states in the order in which a task goes through them; it never goes back. */
export const taskStates = [
  'PROVISIONING',
  'PENDING',
  'ACTIVATING',
  'RUNNING',
  'DEACTIVATING',
  'STOPPING',
  'DEPROVISIONING',
  'STOPPED',
] as const satisfies readonly TaskStatus[];

/** ECS's container states, in order within one run of a container. */
export const containerStates = [
  'PENDING',
  'RUNNING',
  'STOPPED',
] as const satisfies readonly ContainerStatus[];

const taskRanks = new Map<string, number>(taskStates.map((s, rank) => [s, rank]));
const containerRanks = new Map<string, number>(containerStates.map((s, rank) => [s, rank]));

/** 0 for PROVISIONING up to 7 for STOPPED; -1 for what is no state. */
export function taskRank(status: TaskStatus | 'UNSET'): number {
  return taskRanks.get(status) ?? -1;
}

export function containerRank(status: ContainerStatus | 'UNSET'): number {
  return containerRanks.get(status) ?? -1;
}

/** Whether the task is past RUNNING: on its way to STOPPED, or there. */
export function isStopping(status: TaskStatus | 'UNSET'): boolean {
  return taskRank(status) > taskRank('RUNNING');
}

/** From when on a report counts for what has no rank: sessions first, then the order within one. */
export interface ReportStamp {
  readonly session: number;
  /** 1 is the complete report that opens the session. */
  readonly sequence: number;
  /** Wall clock; becomes connectivityAt with the first report of a task. 0 or absent: not known. */
  readonly nowMs?: number;
}

/** The report says nothing that the record does not say already: no write is needed. */
export const unchanged = 'unchanged';

/**
 * What an agent reported, merged into what is known. The agent's part moves forward only: a task's state by its rank,
 * a container's by its rank within one run (its restart count). What has no rank (health) goes by the stamp.
 * Invariant: any order and any repetition of an agent's reports end in one record.
 * desiredStatus and stopCode are the control plane's: the agent's reason is taken only where there is none yet.
 */
export function mergeReport(
  record: TaskRecord,
  told: TaskReport,
  stamp: ReportStamp,
): TaskRecord | typeof unchanged {
  const report = underKnownId(record.attachments, told);
  const newer = isNewer(stamp, record);
  const times = mergeTimes(record, report);
  const stop = mergeStop(record, report);
  const merged: Partial<TaskRecord> = {
    lastStatus:
      taskRank(report.lastStatus) > taskRank(record.lastStatus) ? report.lastStatus : record.lastStatus,
    containers: mergeContainers(record.containers, report.containers, newer),
    healthStatus: mergeHealth(record.healthStatus, report.healthStatus, newer),
    attachments: mergeAttachments(record.attachments, report.attachments, newer),
    connectivityAtMs: record.connectivityAtMs || (stamp.nowMs ?? 0),
  };
  const changed = !(saysSame(record, merged) && saysSame(record, times) && saysSame(record, stop));
  if (!changed && !(newer && stamp.sequence > 1 && bearsHealth(record, report))) return unchanged;
  return {
    ...record,
    ...times,
    ...merged,
    ...stop,
    version: changed ? record.version + 1 : record.version,
    reportSession: newer ? stamp.session : record.reportSession,
    reportSequence: newer ? stamp.sequence : record.reportSequence,
  };
}

function isNewer(stamp: ReportStamp, record: TaskRecord): boolean {
  if (stamp.session !== record.reportSession) return stamp.session > record.reportSession;
  return stamp.sequence > record.reportSequence;
}

/**
 * Where health is in play the stamp is written although nothing else changed, or a late older report would win over a
 * newer one that left no trace. Not for the first report of a session: what came before it is fenced off, and a million
 * tasks would be written whenever agents come back.
 */
function bearsHealth(record: TaskRecord, report: TaskReport): boolean {
  return [record, report].some(
    (r) => r.healthStatus !== 'UNSET' || r.containers.some((c) => c.healthStatus !== 'UNSET'),
  );
}

const agentTimes = [
  'pullStartedAtMs',
  'pullStoppedAtMs',
  'startedAtMs',
  'stoppingAtMs',
  'executionStoppedAtMs',
  'stoppedAtMs',
] as const;

/** A moment that is known stays; 0 stands for "has not happened". */
function mergeTimes(record: TaskRecord, report: TaskReport): Pick<TaskRecord, (typeof agentTimes)[number]> {
  const pick = (name: (typeof agentTimes)[number]): number => record[name] || report[name];
  return {
    pullStartedAtMs: pick('pullStartedAtMs'),
    pullStoppedAtMs: pick('pullStoppedAtMs'),
    startedAtMs: pick('startedAtMs'),
    stoppingAtMs: pick('stoppingAtMs'),
    executionStoppedAtMs: pick('executionStoppedAtMs'),
    stoppedAtMs: pick('stoppedAtMs'),
  };
}

type StopPart = Pick<TaskRecord, 'desiredStatus' | 'stopCode' | 'stoppedReason'>;

/** A task that stops by itself is not wanted any more: ECS shows its desiredStatus as STOPPED. */
function mergeStop(record: TaskRecord, report: TaskReport): StopPart {
  const desiredStatus = isStopping(report.lastStatus) ? 'STOPPED' : record.desiredStatus;
  if (record.stopCode !== 'UNSET' || record.stoppedReason !== '')
    return { desiredStatus, stopCode: record.stopCode, stoppedReason: record.stoppedReason };
  return { desiredStatus, stopCode: report.stopCode, stoppedReason: report.stoppedReason };
}

function mergeHealth<H extends HealthStatus | 'UNSET'>(known: H, told: H, newer: boolean): H {
  return newer || known === 'UNSET' ? told : known;
}

function mergeContainers(
  known: readonly ContainerRecord[],
  told: readonly ContainerRecord[],
  newer: boolean,
): readonly ContainerRecord[] {
  const merged = new Map(known.map((c) => [c.name, c]));
  for (const container of told) {
    const before = merged.get(container.name);
    merged.set(container.name, before ? mergeContainer(before, container, newer) : container);
  }
  // By name, so that the order in which containers became known does not show.
  return [...merged.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A later run replaces an earlier one whole; within a run the state moves forward and facts are filled in. */
function mergeContainer(known: ContainerRecord, told: ContainerRecord, newer: boolean): ContainerRecord {
  if (told.restartCount !== known.restartCount) return told.restartCount > known.restartCount ? told : known;
  const [first, second] = newer ? [told, known] : [known, told];
  const exitCode = first.exitCode ?? second.exitCode;
  const merged = {
    name: known.name,
    restartCount: known.restartCount,
    lastStatus:
      containerRank(told.lastStatus) > containerRank(known.lastStatus) ? told.lastStatus : known.lastStatus,
    runtimeId: first.runtimeId || second.runtimeId,
    reason: first.reason || second.reason,
    imageDigest: first.imageDigest || second.imageDigest,
    networkBindings: longer(first.networkBindings, second.networkBindings),
    networkInterfaces: longer(first.networkInterfaces, second.networkInterfaces),
    gpuIds: longer(first.gpuIds, second.gpuIds),
    logTail: first.logTail || second.logTail,
    healthStatus: mergeHealth(known.healthStatus, told.healthStatus, newer),
  };
  return exitCode === undefined ? merged : { ...merged, exitCode };
}

function longer<T>(first: readonly T[], second: readonly T[]): readonly T[] {
  return first.length > 0 ? first : second;
}

/** Whether the record says of each of these members what they say. */
function saysSame(record: TaskRecord, members: Partial<TaskRecord>): boolean {
  for (const name in members)
    if (!sameJson(record[name as keyof TaskRecord], members[name as keyof TaskRecord])) return false;
  return true;
}

/** Whether two values say the same, member by member. */
function sameJson(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = a as Readonly<Record<string, unknown>>;
  const right = b as Readonly<Record<string, unknown>>;
  // A member that is absent and one that is undefined are the same on the wire.
  for (const key in left) if (!sameJson(left[key], right[key])) return false;
  for (const key in right) if (!(key in left) && right[key] !== undefined) return false;
  return true;
}
