import type { Clock } from '@longshore/kit';

/** A deadline is this many times what transactions have taken of late. */
const times = 8;
/** And this many times the shortest at most. */
const most = 4;
const share = 1 / 8;

/**
 * How long a transaction may take. A member that is dead shows within the shortest deadline; one that is slow under load
 * would be asked everything twice by it, and be slower still.
 */
export class Patience {
  readonly #clock: Clock;
  readonly #shortestMs: number;
  /** What answered calls take, moving. */
  #typicalMs = 0;

  constructor(clock: Clock, shortestMs: number) {
    this.#clock = clock;
    this.#shortestMs = shortestMs;
  }

  get withinMs(): number {
    return Math.min(most * this.#shortestMs, Math.max(this.#shortestMs, times * this.#typicalMs));
  }

  /** A call that is not answered says nothing of how long answers take. */
  async measured<T>(call: (withinMs: number) => Promise<T>): Promise<T> {
    const sinceMs = this.#clock.monotonicMs();
    const answer = await call(this.withinMs);
    this.#typicalMs += share * (this.#clock.monotonicMs() - sinceMs - this.#typicalMs);
    return answer;
  }
}
