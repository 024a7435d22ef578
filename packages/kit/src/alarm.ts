import type { Clock, Timer } from './clock.js';

/**
 * One timer for a time that is put off again and again: it is made anew only where it would ring too late, and one that
 * fires too soon goes on to the time that was set last.
 */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #timer: Timer | undefined;
  #firesAtMs = 0;
  #dueMs: number | undefined;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Rings at `dueMs` (monotonic), in place of the time that was set before. */
  set(dueMs: number): void {
    this.#dueMs = dueMs;
    if (this.#timer && this.#firesAtMs <= dueMs) return;
    this.#timer?.cancel();
    this.#arm(dueMs);
  }

  /** Rings at `dueMs` or sooner, where a sooner time was set. */
  setBy(dueMs: number): void {
    if (this.#dueMs === undefined || dueMs < this.#dueMs) this.set(dueMs);
  }

  /** Does not ring until it is set again; the timer may stay. */
  unset(): void {
    this.#dueMs = undefined;
  }

  /** Nothing is left of it. */
  stop(): void {
    this.unset();
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(dueMs: number): void {
    this.#firesAtMs = dueMs;
    this.#timer = this.#clock.timer(dueMs - this.#clock.monotonicMs(), this.#fired);
  }

  readonly #fired = (): void => {
    this.#timer = undefined;
    const dueMs = this.#dueMs;
    if (dueMs === undefined) return;
    if (this.#clock.monotonicMs() < dueMs) this.#arm(dueMs);
    else {
      this.#dueMs = undefined;
      this.#ring();
    }
  };
}
