import { CodedError, type Deferred, deferred } from '@longshore/kit';

interface Waiter extends Deferred<void> {
  readonly revision: number;
}

/** Those who wait until `watched` has reached a revision. */
export class RevisionWaiters {
  readonly #waiting = new Set<Waiter>();
  #lowest = Number.POSITIVE_INFINITY;

  get size(): number {
    return this.#waiting.size;
  }

  /** Rejects with ServerException when the signal aborts, or on `close`. */
  wait(revision: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(tooLate(revision, signal.reason));
    const waiter: Waiter = { ...deferred<void>(), revision };
    this.#waiting.add(waiter);
    this.#lowest = Math.min(this.#lowest, revision);
    const onAbort = (): void => {
      this.#waiting.delete(waiter);
      waiter.reject(tooLate(revision, signal?.reason));
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    return waiter.promise.finally(() => signal?.removeEventListener('abort', onAbort));
  }

  reached(revision: number): void {
    if (revision < this.#lowest) return;
    this.#lowest = Number.POSITIVE_INFINITY;
    for (const waiter of this.#waiting) {
      if (waiter.revision > revision) this.#lowest = Math.min(this.#lowest, waiter.revision);
      else if (this.#waiting.delete(waiter)) waiter.resolve();
    }
  }

  close(error: Error): void {
    for (const waiter of this.#waiting) waiter.reject(error);
    this.#waiting.clear();
  }
}

function tooLate(revision: number, cause: unknown): CodedError {
  return new CodedError('ServerException', `the store was not seen to reach revision ${revision} in time`, {
    retryable: true,
    cause,
  });
}
