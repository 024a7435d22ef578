import { backoffMs, type Clock, CodedError, type Logger, messageOf, type Random } from '@longshore/kit';

/** Does it until it succeeds or the signal aborts, or fails with no coded error; each failure is said once, with when it is tried again. */
export async function untilDone<T>(
  what: string,
  act: () => Promise<T>,
  means: {
    readonly clock: Clock;
    readonly random: Random;
    readonly logger: Logger;
    readonly signal: AbortSignal;
  },
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    means.signal.throwIfAborted();
    try {
      return await act();
    } catch (thrown) {
      means.signal.throwIfAborted();
      // What is no fault of the engine (a journal that can not be read) is not mended by waiting.
      if (!(thrown instanceof CodedError)) throw thrown;
      const waitMs = backoffMs(attempt, { minMs: 250, maxMs: 10_000 }, means.random);
      means.logger.warn(
        { what, error: messageOf(thrown), retryInMs: Math.round(waitMs) },
        'failed, trying again',
      );
      await means.clock.sleep(waitMs, means.signal);
    }
  }
}
