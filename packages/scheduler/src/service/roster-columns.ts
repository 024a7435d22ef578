import { type HealthStatus, healthStatusValues, type TaskStatus, taskStatusValues } from '@longshore/model';
import { grown } from './grown.js';
import type { ServiceTask } from './snapshot.js';

const taskStatuses: readonly (TaskStatus | 'UNSET')[] = ['UNSET', ...taskStatusValues];
const healthStatuses: readonly (HealthStatus | 'UNSET')[] = ['UNSET', ...healthStatusValues];

/** What a roster knows of its tasks, a column each, by slot. A slot without a task is all zeros but for `changesAtMs`. */
export class RosterColumns {
  #length = 8;
  kind = new Uint8Array(8);
  /** Its number among the states of an active task. */
  state = new Uint8Array(8);
  isProtected = new Uint8Array(8);
  /** The number of its deployment's tally. */
  tally = new Int32Array(8);
  seat = new Int32Array(8);
  createdAtMs = new Float64Array(8);
  protectedUntilMs = new Float64Array(8);
  /** Monotonic; NaN: it is not RUNNING. */
  runningSinceMs = new Float64Array(8);
  /** When time alone changes its health: monotonic. */
  changesAtMs = new Float64Array(8);
  #lastStatus = new Uint8Array(8);
  #desiredStatus = new Uint8Array(8);
  #healthStatus = new Uint8Array(8);

  makeRoom(slot: number): void {
    if (slot < this.#length) return;
    // By a quarter: a million tasks in columns that were doubled last would have room for as many that never come.
    const length = Math.ceil(1.25 * this.#length);
    this.#length = length;
    this.kind = grown(this.kind, length);
    this.state = grown(this.state, length);
    this.isProtected = grown(this.isProtected, length);
    this.tally = grown(this.tally, length);
    this.seat = grown(this.seat, length);
    this.createdAtMs = grown(this.createdAtMs, length);
    this.protectedUntilMs = grown(this.protectedUntilMs, length);
    this.runningSinceMs = grown(this.runningSinceMs, length);
    this.changesAtMs = grown(this.changesAtMs, length);
    this.#lastStatus = grown(this.#lastStatus, length);
    this.#desiredStatus = grown(this.#desiredStatus, length);
    this.#healthStatus = grown(this.#healthStatus, length);
  }

  write(slot: number, task: ServiceTask): void {
    this.createdAtMs[slot] = task.createdAtMs;
    this.protectedUntilMs[slot] = task.protectedUntilMs;
    this.#lastStatus[slot] = taskStatuses.indexOf(task.lastStatus);
    this.#desiredStatus[slot] = taskStatuses.indexOf(task.desiredStatus);
    this.#healthStatus[slot] = healthStatuses.indexOf(task.healthStatus);
  }

  clear(slot: number): void {
    this.kind[slot] = 0;
    this.isProtected[slot] = 0;
    this.protectedUntilMs[slot] = 0;
    this.changesAtMs[slot] = Number.POSITIVE_INFINITY;
  }

  lastStatus(slot: number): TaskStatus | 'UNSET' {
    return taskStatuses[this.#lastStatus[slot] as number] as TaskStatus;
  }

  desiredStatus(slot: number): TaskStatus | 'UNSET' {
    return taskStatuses[this.#desiredStatus[slot] as number] as TaskStatus;
  }

  healthStatus(slot: number): HealthStatus | 'UNSET' {
    return healthStatuses[this.#healthStatus[slot] as number] as HealthStatus;
  }
}
