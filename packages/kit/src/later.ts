/* oxlint-disable unicorn/no-thenable */
/** Who is told what comes. */
export interface LaterListener<T> {
  kept(value: T): void;
  failed(reason: unknown): void;
}

/**
 * What comes later, told by a call. A promise keeps every function that awaits it, and all that they hold, for as long
 * as it takes, and what then comes is held by what has grown old with it: thousands of long polls, which end in a few
 * seconds each, filled a heap so. Whoever awaits one may, as a promise.
 * Invariant: the first word stays; one listener, told once.
 */
export class Later<T> implements PromiseLike<T> {
  #listener: LaterListener<T> | undefined;
  #outcome: ((listener: LaterListener<T>) => void) | undefined;
  #isOpen = true;

  static failed(reason: unknown): Later<never> {
    const later = new Later<never>();
    later.fail(reason);
    return later;
  }

  /** Nothing has come yet. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  keep(value: T): void {
    const listener = this.#close();
    if (listener) listener.kept(value);
    else this.#outcome ??= (late) => late.kept(value);
  }

  fail(reason: unknown): void {
    const listener = this.#close();
    if (listener) listener.failed(reason);
    else this.#outcome ??= (late) => late.failed(reason);
  }

  /** At once where it has come already. Throws where somebody listens. */
  listen(listener: LaterListener<T>): void {
    if (this.#listener) throw new Error('somebody listens already');
    this.#listener = listener;
    this.#outcome?.(listener);
  }

  // biome-ignore lint/suspicious/noThenProperty: it is one on purpose, for those who await it
  then<A = T, B = never>(
    onKept?: ((value: T) => A | PromiseLike<A>) | null,
    onFailed?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return new Promise<T>((resolve, reject) => this.listen({ kept: resolve, failed: reject })).then(
      onKept,
      onFailed,
    );
  }

  /** Whom to tell, once. */
  #close(): LaterListener<T> | undefined {
    if (!this.#isOpen) return undefined;
    this.#isOpen = false;
    return this.#listener;
  }
}
