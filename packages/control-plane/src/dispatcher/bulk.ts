import type { Clock, Timer } from '@longshore/kit';
import type { TaskSummary } from '@longshore/store';
import type { AgentSession } from './sessions.js';

/** For so long at most a task that has its place waits for others to be given theirs. */
const longestMs = 120_000;
const lookMs = 250;
/** When the rush is over, so many tasks are told at a time, and what their agents report has its turns in between. */
const tasksPerTurn = 200;
const turnMs = 20;

/**
 * News that can wait: tasks that services start while more tasks wait for a place than a round takes. Each answer to a
 * poll costs the same for one task as for hundreds, and takes the time of placements; so they are told together once the
 * rush is over. Whatever else an agent should know takes them along.
 */
export class Bulk {
  readonly #clock: Clock;
  readonly #isRush: () => boolean;
  readonly #isBusy: () => boolean;
  /** Since when (monotonic) there is something for the session, oldest first. */
  readonly #heldSinceMs = new Map<AgentSession, number>();
  #timer: Timer | undefined;

  /** `isBusy`: reports wait to be worked off. */
  constructor(clock: Clock, isRush: () => boolean, isBusy: () => boolean) {
    this.#clock = clock;
    this.#isRush = isRush;
    this.#isBusy = isBusy;
  }

  /** Whether what the session has to be told waits for others. */
  holds(session: AgentSession): boolean {
    return this.#heldSinceMs.has(session);
  }

  /** A task has changed that the session should know of; `isIdle`: there is nothing else. False: it is told at once. */
  hold(session: AgentSession, { before, after, isIdle }: News): boolean {
    const canWait = !before && after.service !== '' && after.desiredStatus === 'RUNNING' && this.#isRush();
    if (canWait && this.holds(session)) return true;
    if (!canWait || !isIdle) {
      this.free(session);
      return false;
    }
    this.#heldSinceMs.set(session, this.#clock.monotonicMs());
    this.#lookIn(lookMs);
    return true;
  }

  /** What the session has to be told, it is told now. */
  free(session: AgentSession): void {
    this.#heldSinceMs.delete(session);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#heldSinceMs.clear();
  }

  #lookIn(ms: number): void {
    this.#timer ??= this.#clock.timer(ms, () => {
      this.#timer = undefined;
      this.#look();
    });
  }

  #look(): void {
    const isRush = this.#isRush();
    const now = this.#clock.monotonicMs();
    let left = this.#isBusy() ? 0 : tasksPerTurn;
    for (const [session, sinceMs] of this.#heldSinceMs) {
      if (left <= 0 || (isRush && now - sinceMs < longestMs)) break;
      left -= session.changed.size;
      this.#heldSinceMs.delete(session);
      session.wake();
    }
    if (this.#heldSinceMs.size > 0) this.#lookIn(left <= 0 ? turnMs : lookMs);
  }
}

interface News {
  readonly before: TaskSummary | undefined;
  readonly after: TaskSummary;
  readonly isIdle: boolean;
}
