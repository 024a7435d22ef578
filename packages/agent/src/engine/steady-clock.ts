import type { Clock } from '@longshore/kit';
import type { Now } from './record.js';

/**
 * Time for `step`. Steady time starts at the wall clock of the process' start and goes on by the monotonic clock, so
 * that a journalled deadline still means something to the next process, and no jump of the wall clock moves one.
 */
export class SteadyClock {
  readonly #clock: Clock;
  readonly #offsetMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#offsetMs = clock.wallMs() - clock.monotonicMs();
  }

  now(): Now {
    return { steadyMs: this.#offsetMs + this.#clock.monotonicMs(), wallMs: Math.round(this.#clock.wallMs()) };
  }
}
