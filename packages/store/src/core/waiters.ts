import { type AnyEnding, CodedError, type Deferred, deferred, listenTo, unlistenTo } from '@longshore/kit';

interface Waiter extends Deferred<void> {
  readonly revision: number;
}

/** Those who wait until `watched` has reached a revision. */
export class RevisionWaiters {
  #waiting: Waiter[] = [];
  #lowest = Number.POSITIVE_INFINITY;

  get size(): number {
    return this.#waiting.length;
  }

  /** Rejects with ServerException when the signal aborts, or on `close`. */
  wait(revision: number, signal?: AnyEnding): Promise<void> {
    if (signal?.aborted) return Promise.reject(tooLate(revision, signal.reason));
    const waiter: Waiter = { ...deferred<void>(), revision };
    this.#waiting.push(waiter);
    this.#lowest = Math.min(this.#lowest, revision);
    const onAbort = (): void => {
      this.#waiting = this.#waiting.filter((one) => one !== waiter);
      waiter.reject(tooLate(revision, signal?.reason));
    };
    if (!signal) return waiter.promise;
    listenTo(signal, onAbort);
    return waiter.promise.finally(() => unlistenTo(signal, onAbort));
  }

  reached(revision: number): void {
    if (revision < this.#lowest) return;
    const all = this.#waiting;
    this.#waiting = all.filter((waiter) => waiter.revision > revision);
    this.#lowest = Number.POSITIVE_INFINITY;
    for (const waiter of this.#waiting) this.#lowest = Math.min(this.#lowest, waiter.revision);
    for (const waiter of all) if (waiter.revision <= revision) waiter.resolve();
  }

  close(error: Error): void {
    for (const waiter of this.#waiting.splice(0)) waiter.reject(error);
  }
}

function tooLate(revision: number, cause: unknown): CodedError {
  return new CodedError('ServerException', `the store was not seen to reach revision ${revision} in time`, {
    retryable: true,
    cause,
  });
}
