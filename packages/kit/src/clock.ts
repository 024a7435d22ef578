/** Time as an argument. Durations come from `monotonicMs` alone; `wallMs` is only shown and stored. */
export interface Clock {
  /** Milliseconds since some fixed moment; never goes back, whatever happens to the wall clock. */
  monotonicMs(): number;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  wallMs(): number;
  /** Resolves after `ms`, or rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Runs `fn` after `ms`; the timer never keeps the process alive by itself. */
  timer(ms: number, fn: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  sleep: (ms, signal) => sleepFor(ms, signal),
  timer: (ms, fn) => {
    const handle = setTimeout(fn, ms);
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
};

function sleepFor(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const onAbort = (): void => {
      clearTimeout(handle);
      reject(signal?.reason as Error);
    };
    const handle = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

interface FakeTimer {
  readonly at: number;
  readonly fn: () => void;
  cancelled: boolean;
}

/** A clock that stands still until told: `advance` fires what falls due, in order of time, then of creation. */
export class FakeClock implements Clock {
  #now = 0;
  readonly #startWallMs: number;
  /** The soonest last, of those due at once the newest first; cancelled ones stay until their turn. */
  readonly #timers: FakeTimer[] = [];

  constructor(startWallMs = Date.UTC(2030, 0, 1)) {
    this.#startWallMs = startWallMs;
  }

  monotonicMs(): number {
    return this.#now;
  }

  wallMs(): number {
    return this.#startWallMs + this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const onAbort = (): void => {
        timer.cancel();
        reject(signal?.reason as Error);
      };
      const timer = this.timer(ms, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  timer(ms: number, fn: () => void): Timer {
    const timer: FakeTimer = { at: this.#now + Math.max(0, ms), fn, cancelled: false };
    this.#timers.splice(this.#placeOf(timer.at), 0, timer);
    return {
      cancel: () => {
        timer.cancelled = true;
      },
    };
  }

  /** Milliseconds until the next timer, or undefined where none waits. */
  untilNext(): number | undefined {
    const next = this.#next();
    return next && next.at - this.#now;
  }

  /** Moves time on by `ms`, letting promises run between timers. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settle();
    for (let next = this.#next(); next && next.at <= until; next = this.#next()) {
      this.#timers.pop();
      this.#now = Math.max(this.#now, next.at);
      next.fn();
      await settle();
    }
    this.#now = until;
    await settle();
  }

  #next(): FakeTimer | undefined {
    while (this.#timers.at(-1)?.cancelled === true) this.#timers.pop();
    return this.#timers.at(-1);
  }

  /** Before all that are due no later. */
  #placeOf(at: number): number {
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#timers[middle] as FakeTimer).at > at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Lets every promise that is ready run to its next wait. */
export async function settle(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}
