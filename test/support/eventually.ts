import { systemClock } from '@longshore/kit';

export interface EventuallyOptions {
  readonly withinMs?: number;
  readonly everyMs?: number;
  /** What is printed when it gives up. */
  readonly state?: () => unknown;
}

/** Repeats a check until it passes; when the time is up, throws its last error and says what there was. */
export async function eventually<T>(
  check: () => T | Promise<T>,
  { withinMs = 10_000, everyMs = 25, state }: EventuallyOptions = {},
): Promise<T> {
  const until = systemClock.monotonicMs() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (thrown) {
      if (systemClock.monotonicMs() >= until) {
        const seen = state === undefined ? '' : `; state: ${JSON.stringify(await state(), null, 2)}`;
        throw new Error(`not within ${withinMs} ms: ${String(thrown)}${seen}`, { cause: thrown });
      }
    }
    await systemClock.sleep(everyMs);
  }
}
