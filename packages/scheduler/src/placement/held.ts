import { groupOf, type HeldPort, type TaskHolds, type TaskStatus } from '@longshore/model';
import type { HeldView, InstanceView } from './view.js';

/** What the ledger must know of a task that sits on an instance and has not reached STOPPED. */
export interface HeldTask {
  readonly id: string;
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
 * The sum over the tasks that one instance holds, kept up to date task by task.
 * Invariant: the sums are those of the tasks in `tasks`, each counted once whatever order and number of calls led here.
 * It keeps the objects that it is given: a changed task is a new object.
 */
export class HeldLedger implements HeldView {
  cpuUnits = 0;
  memoryMiB = 0;
  runningTasks = 0;
  pendingTasks = 0;
  readonly #tasks = new Map<string, HeldTask>();
  readonly #ports = new Map<number, number>();
  readonly #gpus = new Map<string, number>();
  readonly #groups = new Map<string, number>();
  readonly #families = new Map<string, number>();
  readonly #deployments = new Map<string, number>();
  readonly #gpuIds = new Set<string>();

  /** Adds a task, or puts it in the place of an older state of the same task; a STOPPED task holds nothing. */
  add(task: HeldTask): void {
    const known = this.#tasks.get(task.id);
    if (known === task) return;
    if (known !== undefined) this.remove(task.id);
    if (task.lastStatus === 'STOPPED') return;
    this.#tasks.set(task.id, task);
    this.#count(task, 1);
  }

  /** Takes a task out; one that is not here changes nothing. */
  remove(taskId: string): void {
    const task = this.#tasks.get(taskId);
    if (task === undefined) return;
    this.#tasks.delete(taskId);
    this.#count(task, -1);
  }

  get tasks(): ReadonlyMap<string, HeldTask> {
    return this.#tasks;
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
    const { holds } = task;
    this.cpuUnits += by * holds.cpuUnits;
    this.memoryMiB += by * holds.memoryMiB;
    for (const port of holds.ports ?? []) bump(this.#ports, portKey(port), by);
    for (const gpu of holds.gpuIds ?? []) this.#countGpu(gpu, by);
    if (task.lastStatus === 'RUNNING') this.runningTasks += by;
    if (isPending(task.lastStatus)) this.pendingTasks += by;
    if (task.desiredStatus === 'STOPPED') return;
    bump(this.#groups, groupName(task), by);
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
  return group === '' ? groupOf({ group, family, service }) : group;
}
