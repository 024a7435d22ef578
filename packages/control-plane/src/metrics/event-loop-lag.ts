import type { Clock, Timer } from '@longshore/kit';

const everyMs = 100;
const keptMs = 60_000;

interface Look {
  readonly atMs: number;
  readonly lateMs: number;
}

/** How late a timer of 100 ms comes: what every caller waits in a long turn. Shared by the metrics and the pace of agents. */
export class EventLoopLag {
  readonly #clock: Clock;
  readonly #listeners: ((lateMs: number) => void)[] = [];
  /** The oldest first, each worse than all after it: the first that is not too old is the worst. */
  readonly #looks: Look[] = [];
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
      const atMs = this.#clock.monotonicMs();
      const lateMs = Math.max(0, atMs - due);
      this.#keep({ atMs, lateMs });
      for (const listener of this.#listeners) listener(lateMs);
      this.start();
    });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** At worst in the last 60 seconds, in seconds. Changes nothing: whoever asks takes it from nobody. */
  worst(): number {
    this.#forget();
    return (this.#looks[0]?.lateMs ?? 0) / 1000;
  }

  #keep(look: Look): void {
    this.#forget();
    while ((this.#looks.at(-1)?.lateMs ?? Number.POSITIVE_INFINITY) <= look.lateMs) this.#looks.pop();
    this.#looks.push(look);
  }

  #forget(): void {
    const since = this.#clock.monotonicMs() - keptMs;
    while ((this.#looks[0]?.atMs ?? Number.POSITIVE_INFINITY) < since) this.#looks.shift();
  }
}
