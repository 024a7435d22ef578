import type { Clock, Timer } from '@longshore/kit';

const everyMs = 100;

/** How late a timer of 100 ms came at worst since the last look: what every caller waited in a long turn. */
export class EventLoopLag {
  readonly #clock: Clock;
  #worstMs = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start(): void {
    const due = this.#clock.monotonicMs() + everyMs;
    this.#timer = this.#clock.timer(everyMs, () => {
      this.#worstMs = Math.max(this.#worstMs, this.#clock.monotonicMs() - due);
      this.start();
    });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** In seconds; begins anew. */
  take(): number {
    const worst = this.#worstMs;
    this.#worstMs = 0;
    return worst / 1000;
  }
}
