import { backoffMs } from './backoff.js';
import type { Clock, Timer } from './clock.js';
import { toError } from './errors.js';
import type { Random } from './random.js';

export interface KeyedQueueOptions {
  /** Looks at the present state of `key` and acts. Throwing puts the key back with back-off. */
  readonly handle: (key: string) => Promise<undefined | { readonly againInMs: number }>;
  readonly onError: (error: Error, key: string, retryInMs: number) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly parallelism?: number;
  readonly backoff?: { readonly minMs: number; readonly maxMs: number };
}

/**
 * Level-triggered work by key: a key that is added while it waits is handled once, one added while it is being
 * handled is handled again afterwards. Never two handlers of one key at a time.
 */
export class KeyedQueue {
  readonly #options: KeyedQueueOptions;
  readonly #waiting = new Set<string>();
  readonly #active = new Set<string>();
  readonly #again = new Set<string>();
  readonly #timers = new Map<string, { readonly timer: Timer; readonly atMs: number }>();
  readonly #attempts = new Map<string, number>();
  readonly #idlers: (() => void)[] = [];
  #closed = false;

  constructor(options: KeyedQueueOptions) {
    this.#options = options;
  }

  get length(): number {
    return this.#waiting.size + this.#active.size;
  }

  add(key: string): void {
    if (this.#closed) return;
    this.#timers.get(key)?.timer.cancel();
    this.#timers.delete(key);
    if (this.#active.has(key)) this.#again.add(key);
    else this.#waiting.add(key);
    this.#pump();
  }

  /** Adds the key after `ms`, unless it is to be added sooner already. */
  addAfter(key: string, ms: number): void {
    if (this.#closed) return;
    const { clock } = this.#options;
    const atMs = clock.monotonicMs() + ms;
    const waiting = this.#timers.get(key);
    if (waiting && waiting.atMs <= atMs) return;
    waiting?.timer.cancel();
    const timer = clock.timer(ms, () => {
      this.#timers.delete(key);
      this.add(key);
    });
    this.#timers.set(key, { timer, atMs });
  }

  /** Takes no more keys, forgets those that wait, and resolves when the running handlers have ended. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { timer } of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    this.#waiting.clear();
    this.#again.clear();
    await this.idle();
  }

  /** Resolves when nothing waits and nothing runs; keys that wait for a timer do not count. */
  async idle(): Promise<void> {
    if (this.length === 0) return;
    await new Promise<void>((resolve) => this.#idlers.push(resolve));
  }

  #pump(): void {
    const limit = this.#options.parallelism ?? 1;
    for (const key of this.#waiting) {
      if (this.#active.size >= limit) return;
      this.#waiting.delete(key);
      this.#active.add(key);
      void this.#run(key);
    }
  }

  async #run(key: string): Promise<void> {
    try {
      const outcome = await this.#options.handle(key);
      this.#attempts.delete(key);
      if (outcome) this.addAfter(key, outcome.againInMs);
    } catch (thrown) {
      const attempt = this.#attempts.get(key) ?? 0;
      this.#attempts.set(key, attempt + 1);
      const wait = backoffMs(
        attempt,
        this.#options.backoff ?? { minMs: 100, maxMs: 30_000 },
        this.#options.random,
      );
      this.#options.onError(toError(thrown), key, wait);
      this.addAfter(key, wait);
    }
    this.#active.delete(key);
    if (this.#again.delete(key) && !this.#closed) this.add(key);
    this.#pump();
    if (this.length === 0) for (const resolve of this.#idlers.splice(0)) resolve();
  }
}
