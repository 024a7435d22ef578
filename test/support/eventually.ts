import { inspect } from 'node:util';

export interface EventuallyOptions {
  /** Gives up after this many milliseconds. */
  readonly withinMs?: number;
  readonly everyMs?: number;
  /** Printed when it gives up: what the state was. */
  readonly state?: () => unknown;
}

/**
 * Asks `check` again and again until it neither throws nor gives false, and gives what it gave. When the time is up
 * it throws the last failure with the state.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  { withinMs = 10_000, everyMs = 25, state }: EventuallyOptions = {},
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    let failure: unknown;
    try {
      const value = await check();
      if (value !== false) return value;
      failure = new Error('the check gave false');
    } catch (thrown) {
      failure = thrown;
    }
    if (performance.now() > deadline) throw givenUp(failure, withinMs, state);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

function givenUp(failure: unknown, withinMs: number, state: (() => unknown) | undefined): Error {
  const message = failure instanceof Error ? failure.message : String(failure);
  const shown = state ? `\nstate: ${inspect(state(), { depth: 6, breakLength: 110 })}` : '';
  return new Error(`not within ${withinMs} ms: ${message}${shown}`, { cause: failure });
}
