import { DueList } from './due-list.js';
import type { RosterColumns } from './roster-columns.js';
import { sooner } from './standing.js';
import { kinds } from './tallies.js';

export interface Moment {
  readonly monotonicMs: number;
  /** Compared with protection only. */
  readonly wallMs: number;
}

/**
 * When time alone changes what a task is: it becomes healthy, its protection ends.
 * Invariant: a time that concerns an active task is in its list, unless it is over. A slot in a list may have lost its
 * task since, or come to have another's: to judge one once more changes nothing.
 */
export class RosterTimes {
  readonly #columns: RosterColumns;
  readonly #health = new DueList();
  readonly #protection = new DueList();

  constructor(columns: RosterColumns) {
    this.#columns = columns;
  }

  /** The task has been judged. `isNew`: it was not active before, or its protection is another one. */
  note(slot: number, now: Moment, changesInMs: number | undefined, isNew: boolean): void {
    const { kind, isProtected, protectedUntilMs, changesAtMs } = this.#columns;
    const atMs = changesInMs === undefined ? Number.POSITIVE_INFINITY : now.monotonicMs + changesInMs;
    if (atMs < Number.POSITIVE_INFINITY && atMs !== changesAtMs[slot]) this.#health.add(atMs, slot);
    changesAtMs[slot] = atMs;
    const untilMs = protectedUntilMs[slot] as number;
    const was = isProtected[slot] === 1;
    const is = untilMs > now.wallMs;
    isProtected[slot] = is ? 1 : 0;
    if (!is || kind[slot] !== kinds.active || !Number.isFinite(untilMs)) return;
    if (isNew || !was) this.#protection.add(untilMs, slot);
  }

  /** The slots whose time has come: each is told once. */
  *take(now: Moment): Iterable<number> {
    yield* this.#health.take(now.monotonicMs);
    yield* this.#protection.take(now.wallMs);
  }

  changesInMs(now: Moment): number | undefined {
    const { kind, isProtected, protectedUntilMs, changesAtMs } = this.#columns;
    const healthMs = this.#health.firstMs((slot, atMs) => changesAtMs[slot] === atMs);
    const protectionMs = this.#protection.firstMs(
      (slot, atMs) =>
        kind[slot] === kinds.active && isProtected[slot] === 1 && protectedUntilMs[slot] === atMs,
    );
    return sooner(
      healthMs === undefined ? undefined : healthMs - now.monotonicMs,
      protectionMs === undefined ? undefined : protectionMs - now.wallMs,
    );
  }
}
