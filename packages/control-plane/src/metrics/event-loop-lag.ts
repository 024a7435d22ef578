import type { Clock, Timer } from '@longshore/kit';

const everyMs = 100;
/**
 * At rest. Ten times a second was two thirds of all that woke a server without agents, and waking costs more than what is
 * done then: up to 0.8 % of a core on a virtual machine.
 */
const restingEveryMs = 1000;
/** The loop rests after so many seconds in which it waited for nine tenths of the time, and no timer came late. */
const restsAfter = 3;
const calmShare = 0.1;
const calmLateMs = 50;
const keptMs = 60_000;

interface Look {
  readonly atMs: number;
  readonly lateMs: number;
}

/** How long this thread's event loop has done anything else than wait, since the process began. */
export function loopActiveMs(): number {
  return performance.eventLoopUtilization().active;
}

/**
 * How late a timer of 100 ms comes: what every caller waits in a long turn. Shared by the metrics and the pace of agents.
 * A loop at rest is looked at once a second; the first second with work in it brings the short looks back.
 */
export class EventLoopLag {
  readonly #clock: Clock;
  readonly #listeners: ((lateMs: number) => void)[] = [];
  /** The oldest first, each worse than all after it: the first that is not too old is the worst. */
  readonly #looks: Look[] = [];
  readonly #activeMs: () => number;
  #timer: Timer | undefined;
  /** Since the last one that was not. */
  #calmSeconds = 0;
  #second = { sinceMs: 0, activeMs: 0, lateMs: 0 };

  /** `activeMs`: as `loopActiveMs`. */
  constructor(clock: Clock, activeMs: () => number) {
    this.#clock = clock;
    this.#activeMs = activeMs;
  }

  /** Told at every look: about ten times a second while there is work. */
  observe(listener: (lateMs: number) => void): void {
    this.#listeners.push(listener);
  }

  start(): void {
    this.#beginSecond(this.#clock.monotonicMs());
    this.#next();
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

  #next(): void {
    const nextMs = this.#calmSeconds < restsAfter ? everyMs : restingEveryMs;
    const due = this.#clock.monotonicMs() + nextMs;
    this.#timer = this.#clock.timer(nextMs, () => {
      const atMs = this.#clock.monotonicMs();
      const lateMs = Math.max(0, atMs - due);
      this.#keep({ atMs, lateMs });
      this.#judge({ atMs, lateMs });
      for (const listener of this.#listeners) listener(lateMs);
      this.#next();
    });
  }

  #judge({ atMs, lateMs }: Look): void {
    const second = this.#second;
    second.lateMs = Math.max(second.lateMs, lateMs);
    const tookMs = atMs - second.sinceMs;
    if (tookMs < restingEveryMs) return;
    const isCalm = this.#activeMs() - second.activeMs < calmShare * tookMs && second.lateMs < calmLateMs;
    this.#calmSeconds = isCalm ? this.#calmSeconds + 1 : 0;
    this.#beginSecond(atMs);
  }

  #beginSecond(sinceMs: number): void {
    this.#second = { sinceMs, activeMs: this.#activeMs(), lateMs: 0 };
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
