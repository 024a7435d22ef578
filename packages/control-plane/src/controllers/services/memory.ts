import type { ServiceEventEntry } from '@longshore/model';
import type { Unplaced } from '@longshore/scheduler';
import { keyOf, type Store, type TaskSummary } from '@longshore/store';

/** What ECS shows of a service's events. */
export const eventsKept = 100;

interface Moment {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

/**
 * What this leader remembers of one service beside the records: durations as it measured them, the last attempt to
 * place, the events as they lie in the store. Nothing of it outlives the leadership.
 */
export class ServiceMemory {
  /** What the last attempt to start tasks could not place, and when that was. */
  unplaced: Unplaced | undefined;
  attemptedMs = Number.NEGATIVE_INFINITY;
  lookedMs = Number.NEGATIVE_INFINITY;
  /** How many tasks the last look saw: large services are looked at less often. */
  tasks = 0;
  /** Said, and not written yet: oldest first. */
  unsaid: readonly ServiceEventEntry[] = [];
  #events: readonly ServiceEventEntry[] | undefined;
  readonly #runningSince = new Map<string, number>();
  #written: { readonly digits: string; readonly revision: number; readonly atMs: number } | undefined;

  /** As written, newest first; read from the store once. */
  async events(store: Store, cluster: string, service: string): Promise<readonly ServiceEventEntry[]> {
    this.#events ??= (await store.readCold(keyOf('serviceEvents', cluster, service)))?.value.events ?? [];
    return this.#events;
  }

  wrote(events: readonly ServiceEventEntry[]): void {
    this.#events = events;
    this.unsaid = [];
  }

  /** A task has become RUNNING before this leader's eyes. */
  becameRunning(task: string, monotonicMs: number): void {
    this.#runningSince.set(task, monotonicMs);
  }

  /**
   * How long the task has been RUNNING. Of one that was RUNNING before this leader led, only its agent's clock tells;
   * since that may be wrong, never more than since the task was made.
   */
  runningForMs(task: TaskSummary, now: Moment): number {
    if (task.startedAtMs === 0) return 0;
    if (task.lastStatus === 'STOPPED') return Math.max(0, task.stoppedAtMs - task.startedAtMs);
    let since = this.#runningSince.get(task.id);
    if (since === undefined) {
      const age = Math.max(0, now.wallMs - task.createdAtMs);
      since = now.monotonicMs - Math.min(age, Math.max(0, now.wallMs - task.startedAtMs));
      this.#runningSince.set(task.id, since);
    }
    return now.monotonicMs - since;
  }

  /** Forgets the tasks that are no longer there. */
  keepTasks(ids: ReadonlySet<string>): void {
    if (this.#runningSince.size <= ids.size) return;
    for (const id of this.#runningSince.keys()) if (!ids.has(id)) this.#runningSince.delete(id);
  }

  /** Since the deployment's record was written, or since this leader first saw it. */
  sinceWrittenMs(digits: string, revision: number, monotonicMs: number): number {
    if (this.#written?.digits !== digits || this.#written.revision !== revision)
      this.#written = { digits, revision, atMs: monotonicMs };
    return monotonicMs - this.#written.atMs;
  }
}
