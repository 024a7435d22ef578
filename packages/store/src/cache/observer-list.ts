import type { Logger } from '@longshore/kit';
import type { Change, Observer } from '../store.js';

/** Tells every observer in the order in which they came; one that throws is logged and told on. */
export class ObserverList {
  readonly #observers = new Set<Observer>();
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  get size(): number {
    return this.#observers.size;
  }

  add(observer: Observer): () => void {
    // Wrapped, so that the same observer added twice is two, each taken away by its own function.
    const own: Observer = {
      ...(observer.kinds && { kinds: observer.kinds }),
      ...(observer.changed && { changed: (change: Change) => observer.changed?.(change) }),
      ...(observer.reached && { reached: (revision: number) => observer.reached?.(revision) }),
      ...(observer.relisted && { relisted: (revision: number) => observer.relisted?.(revision) }),
    };
    this.#observers.add(own);
    return () => void this.#observers.delete(own);
  }

  changed(changes: readonly Change[]): void {
    for (const observer of this.#observers) {
      if (!observer.changed) continue;
      for (const change of changes) {
        if (observer.kinds && !observer.kinds.includes(change.kind)) continue;
        // No closure here: this runs for every observer of every change.
        try {
          observer.changed(change);
        } catch (thrown) {
          this.#failed(thrown);
        }
      }
    }
  }

  reached(revision: number): void {
    for (const observer of this.#observers)
      if (observer.reached) this.#guard(() => observer.reached?.(revision));
  }

  relisted(revision: number): void {
    for (const observer of this.#observers)
      if (observer.relisted) this.#guard(() => observer.relisted?.(revision));
  }

  #guard(tell: () => void): void {
    try {
      tell();
    } catch (thrown) {
      this.#failed(thrown);
    }
  }

  /** An observer's mistake must not keep the cache from applying the rest of a transaction. */
  #failed(thrown: unknown): void {
    this.#logger.error({ err: thrown }, 'observer of the store threw');
  }
}
