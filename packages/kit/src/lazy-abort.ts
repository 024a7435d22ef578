/** An end that may come. */
export interface Ending {
  readonly aborted: boolean;
  readonly reason: unknown;
  /** For what wants a signal; made when it is first asked for. */
  readonly signal: AbortSignal;
  /** Calls `listener` when the end comes; not where it has come already. A listener is heard once. */
  listen(listener: () => void): void;
  unlisten(listener: () => void): void;
}

/** What functions take that are to give up at an end: whoever calls them has a signal, or what is cheaper. */
export type AnyEnding = Ending | AbortSignal;

/** Calls `listener` when the end comes; not where it has come already. */
export function listenTo(end: AnyEnding, listener: () => void): void {
  if (end instanceof AbortSignal) end.addEventListener('abort', listener, { once: true });
  else end.listen(listener);
}

export function unlistenTo(end: AnyEnding, listener: () => void): void {
  if (end instanceof AbortSignal) end.removeEventListener('abort', listener);
  else end.unlisten(listener);
}

/**
 * An AbortController that is only made when somebody asks for its signal. Node's are heavy for the collector: one for
 * each of 20,000 refused requests grows the process by 26 MiB (Node 20), though every one is garbage at once; and its
 * listeners cost more than most of what a call does.
 */
export class LazyAbortController implements Ending {
  #controller: AbortController | undefined;
  #aborted = false;
  #reason: unknown;
  #listeners: (() => void)[] | undefined;

  get aborted(): boolean {
    return this.#aborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** The first reason stays. */
  abort(reason: unknown): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#reason = reason;
    this.#controller?.abort(reason);
    const listeners = this.#listeners;
    this.#listeners = undefined;
    for (const listener of listeners ?? []) listener();
  }

  listen(listener: () => void): void {
    if (this.#aborted) return;
    this.#listeners ??= [];
    this.#listeners.push(listener);
  }

  unlisten(listener: () => void): void {
    const at = this.#listeners?.indexOf(listener) ?? -1;
    if (at >= 0) this.#listeners?.splice(at, 1);
  }
}
