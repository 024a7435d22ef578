import { groupOf, type HeldPort, type TaskHolds, type TaskStatus } from '@longshore/model';
import type { HeldView, InstanceView } from './view.js';

/** What the ledger must know of a task that sits on an instance and has not reached STOPPED. */
export interface HeldTask {
  /** Empty stands for service:<service> or family:<family>, as in a task's record. */
  readonly group: string;
  readonly family: string;
  readonly service?: string | undefined;
  /** The digits of its service's deployment; empty or undefined for a standalone task. */
  readonly deployment?: string | undefined;
  readonly holds: TaskHolds;
  readonly lastStatus: TaskStatus | 'UNSET';
  readonly desiredStatus: TaskStatus | 'UNSET';
}

/** What is left of an instance; negative where a registration shrank it below what its tasks hold. */
export interface Remaining {
  readonly cpuUnits: number;
  readonly memoryMiB: number;
  readonly gpuIds: readonly string[];
}

/**
 * The sum over the tasks that one instance holds, kept up to date by differences: it keeps no task.
 * Invariant: whoever keeps it tells of every task once, and takes out or changes a task in the state that it last told.
 */
export class HeldLedger implements HeldView {
  cpuUnits = 0;
  memoryMiB = 0;
  runningTasks = 0;
  pendingTasks = 0;
  readonly #groupOf: (task: HeldTask) => string;
  /** How many tasks have not reached STOPPED. */
  #tasks = 0;
  readonly #ports = new Map<number, number>();
  readonly #gpus = new Map<string, number>();
  readonly #groups = new Map<string, number>();
  readonly #families = new Map<string, number>();
  readonly #deployments = new Map<string, number>();
  readonly #gpuIds = new Set<string>();

  /** `groupOf` says what an empty group stands for: whoever has many tasks makes one string a group. */
  constructor(groupOf: (task: HeldTask) => string = groupName) {
    this.#groupOf = groupOf;
  }

  /** A STOPPED task holds nothing. */
  add(task: HeldTask): void {
    if (isHeld(task)) this.#count(task, 1);
  }

  remove(task: HeldTask): void {
    if (isHeld(task)) this.#count(task, -1);
  }

  /** Puts `after` in the place of `before`. Mostly a status alone is another one: then nothing else is touched. */
  change(before: HeldTask, after: HeldTask): void {
    if (!isHeld(before) || !isHeld(after)) {
      this.remove(before);
      this.add(after);
      return;
    }
    if (before.lastStatus !== after.lastStatus) {
      this.#countStatus(before, -1);
      this.#countStatus(after, 1);
    }
    if (!isSameHolds(before.holds, after.holds)) {
      this.#countHolds(before.holds, -1);
      this.#countHolds(after.holds, 1);
    }
    if (!isSameName(before, after)) {
      this.#countNames(before, -1);
      this.#countNames(after, 1);
    }
  }

  get isEmpty(): boolean {
    return this.#tasks === 0;
  }

  get gpuIds(): ReadonlySet<string> {
    return this.#gpuIds;
  }

  get tasksByGroup(): ReadonlyMap<string, number> {
    return this.#groups;
  }

  get tasksByFamily(): ReadonlyMap<string, number> {
    return this.#families;
  }

  get tasksByDeployment(): ReadonlyMap<string, number> {
    return this.#deployments;
  }

  hasPort(port: HeldPort): boolean {
    return this.#ports.has(portKey(port));
  }

  #count(task: HeldTask, by: 1 | -1): void {
    this.#tasks += by;
    this.#countStatus(task, by);
    this.#countHolds(task.holds, by);
    this.#countNames(task, by);
  }

  #countStatus({ lastStatus }: HeldTask, by: 1 | -1): void {
    if (lastStatus === 'RUNNING') this.runningTasks += by;
    else if (isPending(lastStatus)) this.pendingTasks += by;
  }

  #countHolds(holds: TaskHolds, by: 1 | -1): void {
    this.cpuUnits += by * holds.cpuUnits;
    this.memoryMiB += by * holds.memoryMiB;
    for (const port of holds.ports ?? []) bump(this.#ports, portKey(port), by);
    for (const gpu of holds.gpuIds ?? []) this.#countGpu(gpu, by);
  }

  #countNames(task: HeldTask, by: 1 | -1): void {
    if (task.desiredStatus === 'STOPPED') return;
    bump(this.#groups, task.group === '' ? this.#groupOf(task) : task.group, by);
    bump(this.#families, task.family, by);
    if (task.deployment) bump(this.#deployments, task.deployment, by);
  }

  #countGpu(gpu: string, by: number): void {
    bump(this.#gpus, gpu, by);
    if (this.#gpus.has(gpu)) this.#gpuIds.add(gpu);
    else this.#gpuIds.delete(gpu);
  }
}

/** The ledger of a list of tasks. */
export function heldBy(tasks: Iterable<HeldTask>): HeldLedger {
  const ledger = new HeldLedger();
  for (const task of tasks) ledger.add(task);
  return ledger;
}

function isHeld({ lastStatus }: HeldTask): boolean {
  return lastStatus !== 'STOPPED';
}

/** The store gives one object for all tasks that hold the same; where it does not, all is counted anew. */
function isSameHolds(a: TaskHolds, b: TaskHolds): boolean {
  if (a === b) return true;
  const isPlain = (holds: TaskHolds): boolean => !holds.ports?.length && !holds.gpuIds?.length;
  return a.cpuUnits === b.cpuUnits && a.memoryMiB === b.memoryMiB && isPlain(a) && isPlain(b);
}

function isSameName(a: HeldTask, b: HeldTask): boolean {
  if (a.desiredStatus === 'STOPPED' || b.desiredStatus === 'STOPPED')
    return a.desiredStatus === b.desiredStatus;
  return (
    a.group === b.group && a.family === b.family && a.service === b.service && a.deployment === b.deployment
  );
}

/** What an instance has left of what it registered. */
export function remaining(view: Pick<InstanceView, 'resources' | 'held'>): Remaining {
  const { resources, held } = view;
  return {
    cpuUnits: resources.cpuUnits - held.cpuUnits,
    memoryMiB: resources.memoryMiB - held.memoryMiB,
    gpuIds: resources.gpus.flatMap(({ gpuId }) => (gpuId && !held.gpuIds.has(gpuId) ? [gpuId] : [])),
  };
}

/** A port and its protocol as one number; a protocol that is not udp is tcp, ECS's default. */
export function portKey(port: HeldPort): number {
  return port.port * 2 + (port.protocol === 'udp' ? 1 : 0);
}

function isPending(status: TaskStatus | 'UNSET'): boolean {
  return status === 'PROVISIONING' || status === 'PENDING' || status === 'ACTIVATING';
}

function bump<K>(counts: Map<K, number>, key: K, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}

function groupName({ group, family, service = '' }: HeldTask): string {
  return groupOf({ group, family, service });
}
