import { toError } from './errors.js';

/**
 * One message at a time, in order of arrival. `handle` never overlaps with itself.
 * Invariant: after `close` no message is handled; `idle` resolves when nothing waits and nothing runs.
 */
export class Mailbox<M> {
  readonly #handle: (message: M) => void | Promise<void>;
  readonly #onError: (error: Error, message: M) => void;
  readonly #queue: M[] = [];
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(handle: (message: M) => void | Promise<void>, onError: (error: Error, message: M) => void) {
    this.#handle = handle;
    this.#onError = onError;
  }

  get length(): number {
    return this.#queue.length;
  }

  post(message: M): void {
    if (this.#closed) return;
    this.#queue.push(message);
    this.#running ??= this.#drain();
  }

  close(): void {
    this.#closed = true;
    this.#queue.length = 0;
  }

  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #drain(): Promise<void> {
    await Promise.resolve();
    // By length: a message may be undefined.
    while (this.#queue.length > 0) {
      const message = this.#queue.shift() as M;
      try {
        await this.#handle(message);
      } catch (thrown) {
        this.#onError(toError(thrown), message);
      }
    }
    this.#running = undefined;
  }
}
