import type { Clock, Timer } from '@longshore/kit';

const everyMs = 100;

/** How late a timer of 100 ms comes: what every caller waits in a long turn. Shared by the metrics and the pace of agents. */
export class EventLoopLag {
  readonly #clock: Clock;
  readonly #listeners: ((lateMs: number) => void)[] = [];
  #worstMs = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Told at every look. */
  observe(listener: (lateMs: number) => void): void {
    this.#listeners.push(listener);
  }

  start(): void {
    const due = this.#clock.monotonicMs() + everyMs;
    this.#timer = this.#clock.timer(everyMs, () => {
      const lateMs = this.#clock.monotonicMs() - due;
      this.#worstMs = Math.max(this.#worstMs, lateMs);
      for (const listener of this.#listeners) listener(lateMs);
      this.start();
    });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** At worst since the last taking, in seconds; begins anew. */
  take(): number {
    const worst = this.#worstMs;
    this.#worstMs = 0;
    return worst / 1000;
  }
}
