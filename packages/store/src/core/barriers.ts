import { type AnyEnding, CodedError, type Deferred, deferred, listenTo, unlistenTo } from '@longshore/kit';
import { BackendError } from '../backend.js';

export interface BarrierParts {
  /** Writes the replica's barrier; gives its revision. */
  readonly put: () => Promise<number>;
  readonly reached: (revision: number) => Promise<void>;
}

interface Round {
  readonly passed: Deferred<void>;
}

/**
 * One put serves all who ask before it is sent. Invariant: a put that was sent before the question serves nobody who
 * asks after: it may have been applied before.
 */
export class Barriers {
  readonly #parts: BarrierParts;
  #next: Round | undefined;
  #sending = false;

  constructor(parts: BarrierParts) {
    this.#parts = parts;
  }

  pass(signal?: AnyEnding): Promise<void> {
    this.#next ??= { passed: deferred<void>() };
    const round = this.#next;
    // Who asked may have gone by the time it fails.
    round.passed.promise.catch(() => undefined);
    if (!this.#sending) void this.#send();
    return signal ? orAborted(round.passed.promise, signal) : round.passed.promise;
  }

  async #send(): Promise<void> {
    this.#sending = true;
    // Everybody who asks in this turn shares the round.
    await Promise.resolve();
    while (this.#next) {
      const round = this.#next;
      this.#next = undefined;
      try {
        const revision = await this.#parts.put();
        // The next put need not wait until this one's echo has come.
        this.#parts.reached(revision).then(round.passed.resolve, round.passed.reject);
      } catch (thrown) {
        round.passed.reject(thrown instanceof BackendError ? unavailable(thrown) : (thrown as Error));
      }
    }
    this.#sending = false;
  }
}

function orAborted(promise: Promise<void>, signal: AnyEnding): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void =>
      reject(
        new CodedError('ServerException', 'the store did not confirm its state in time', {
          retryable: true,
          cause: signal.reason,
        }),
      );
    if (signal.aborted) return onAbort();
    listenTo(signal, onAbort);
    promise.then(resolve, reject).finally(() => unlistenTo(signal, onAbort));
  });
}

function unavailable(cause: BackendError): CodedError {
  return new CodedError('UNAVAILABLE', `the store does not answer: ${cause.message}`, {
    retryable: true,
    cause,
  });
}
