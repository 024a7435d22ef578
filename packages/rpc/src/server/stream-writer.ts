import type { ServerWritableStream } from '@grpc/grpc-js';

/**
 * Sends what `items` yields as fast as the caller takes it, and not faster: without the wait for `drain` a slow caller
 * makes grpc-js queue without limit. Ends when `items` does or the signal aborts, whichever is first.
 */
export async function writeAll(
  items: AsyncIterable<unknown>,
  call: ServerWritableStream<unknown, unknown>,
  signal: AbortSignal,
): Promise<void> {
  const iterator = items[Symbol.asyncIterator]();
  const aborted = new Promise<'aborted'>((resolve) => {
    if (signal.aborted) resolve('aborted');
    signal.addEventListener('abort', () => resolve('aborted'), { once: true });
  });
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), aborted]);
      if (next === 'aborted') throw signal.reason;
      if (next.done) return;
      if (!call.write(next.value) && (await Promise.race([drained(call), aborted])) === 'aborted')
        throw signal.reason;
    }
  } finally {
    // Not awaited: a generator that waits inside does not return before that wait has ended.
    iterator.return?.().catch(() => undefined);
  }
}

function drained(call: ServerWritableStream<unknown, unknown>): Promise<void> {
  return new Promise((resolve) => call.once('drain', resolve));
}
