import type { Clock, Ending, Timer } from '@longshore/kit';
import type { Store } from '@longshore/store';
import type { AgentSession } from './sessions.js';

/**
 * One poll's wait. Its listeners are made once, and its waits make no signal and no error: thousands of polls are woken
 * at once when a large service starts.
 * Invariant: a ring between two looks is never missed; why it rang is seen by looking again.
 */
export class Turn {
  superseded = false;
  readonly #session: AgentSession;
  readonly #clock: Clock;
  readonly #ends: readonly Ending[];
  #hasRung = false;
  #resolve: (() => void) | undefined;
  /** The revision whose echo rings. */
  #awaited = 0;

  /** `ends`: of the poll, of the server; the session wakes it at its own. */
  constructor(session: AgentSession, clock: Clock, ends: readonly Ending[]) {
    this.#session = session;
    this.#clock = clock;
    this.#ends = ends;
    session.wake = this.#ring;
    session.supersede = this.#supersede;
    for (const end of ends) end.listen(this.#ring);
  }

  readonly #ring = (): void => {
    this.#hasRung = true;
    this.#resolve?.();
  };

  readonly #supersede = (): void => {
    this.superseded = true;
    this.#ring();
  };

  /** From here on a ring counts as news. */
  look(): void {
    this.#hasRung = false;
  }

  /** Rings once the store has seen the revision. */
  ringAt(store: Store, revision: number): void {
    if (revision <= this.#awaited) return;
    this.#awaited = revision;
    // A store that closes ends the session as well, which rings.
    store.reached(revision).then(this.#ring, this.#ring);
  }

  /** Resolves at the first ring after `look`, or after `ms`. */
  rung(ms: number): Promise<void> {
    if (this.#hasRung) return Promise.resolve();
    return this.#wait(ms);
  }

  /** Resolves after `ms` whatever is news, or when the poll, its session or the server ends. */
  async pause(ms: number): Promise<void> {
    const until = this.#clock.monotonicMs() + ms;
    for (let left = ms; left > 0; left = until - this.#clock.monotonicMs()) {
      if (this.superseded || this.#isOver()) return;
      await this.#wait(left);
    }
  }

  end(): void {
    const { wake, supersede } = this.#session;
    if (wake === this.#ring) this.#session.wake = undefined;
    if (supersede === this.#supersede) this.#session.supersede = undefined;
    for (const end of this.#ends) end.unlisten(this.#ring);
  }

  #isOver(): boolean {
    return this.#session.isOver || this.#ends.some((end) => end.aborted);
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer: Timer = this.#clock.timer(ms, () => this.#resolve?.());
      this.#resolve = () => {
        this.#resolve = undefined;
        timer.cancel();
        resolve();
      };
    });
  }
}
