import type { ServiceEventEntry } from '@longshore/model';
import type { Unplaced } from '@longshore/scheduler';
import { keyOf, type Store } from '@longshore/store';
import { RosterKeeper } from './roster-keeper.js';

/** What ECS shows of a service's events. */
export const eventsKept = 100;

/**
 * What this leader remembers of one service beside the records: durations as it measured them, the last attempt to
 * place, the events as they lie in the store. Nothing of it outlives the leadership.
 */
export class ServiceMemory {
  /** What the last attempt to start tasks could not place, and when that was. */
  unplaced: Unplaced | undefined;
  attemptedMs = Number.NEGATIVE_INFINITY;
  /** Its option longshore:priority. */
  priority = 0;
  /** A service of higher priority is to try first. */
  givesWay = false;
  lookedMs = Number.NEGATIVE_INFINITY;
  readonly keeper = new RosterKeeper();
  /** A look is to come when the pause since the last is over. */
  isDue = false;
  /** The last decision left something for the next. */
  isPartial = false;
  /** Said, and not written yet: oldest first. */
  unsaid: readonly ServiceEventEntry[] = [];
  #events: readonly ServiceEventEntry[] | undefined;
  readonly #healthChecked = new Map<string, boolean>();
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

  /** Whether tasks of the deployment have a health check; asked of its definition once, for that never changes. */
  isHealthChecked(digits: string, ask: () => boolean | undefined): boolean {
    const known = this.#healthChecked.get(digits) ?? ask();
    if (known !== undefined) this.#healthChecked.set(digits, known);
    return known ?? false;
  }

  /** Since the deployment's record was written, or since this leader first saw it. */
  sinceWrittenMs(digits: string, revision: number, monotonicMs: number): number {
    if (this.#written?.digits !== digits || this.#written.revision !== revision)
      this.#written = { digits, revision, atMs: monotonicMs };
    return monotonicMs - this.#written.atMs;
  }
}
