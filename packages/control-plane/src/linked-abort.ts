/** An abort that follows others and is let go of, so that a long-lived signal gathers no listeners. */
export interface LinkedAbort {
  readonly signal: AbortSignal;
  /** Aborts, and forgets the signals that it followed. */
  end(): void;
}

/** One for all: a stack trace for each wait that ends well would cost more than the wait. */
const over = new Error('over');

/** Aborts as soon as one of `sources` does, with its reason. Always `end` it. */
export function linkedAbort(...sources: readonly AbortSignal[]): LinkedAbort {
  const controller = new AbortController();
  const listeners = sources.map((source) => {
    const listener = (): void => controller.abort(source.reason);
    if (source.aborted) listener();
    else source.addEventListener('abort', listener, { once: true });
    return { source, listener };
  });
  return {
    signal: controller.signal,
    end: () => {
      for (const { source, listener } of listeners) source.removeEventListener('abort', listener);
      controller.abort(over);
    },
  };
}
