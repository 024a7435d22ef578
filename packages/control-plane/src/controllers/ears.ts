/** What the leader sees of one instance. */
export interface SeenInstance {
  readonly id: string;
  readonly connected: boolean;
  /** Wall clock: when the holder of its session found it overdue; 0: the session merely vanished, or it is heard. */
  readonly overdueSinceMs: number;
}

export interface Moment {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

/**
 * Measures how long one cluster's instances have been silent, as one leader hears it; what follows from it is the
 * scheduler's to judge.
 * Silence counts only with open ears: before this leader has led over a writable store for one instance timeout, none
 * is longer than that; `deaf` begins that anew. A silence that the holder of the session measured counts from the
 * holder's word; a session that merely vanished proves nothing about its host, so its silence begins when this leader
 * saw it vanish.
 */
export class Ears {
  readonly #instanceTimeoutMs: number;
  readonly #since = new Map<string, number>();
  #openMs: number;

  constructor(instanceTimeoutMs: number, nowMs: number) {
    this.#instanceTimeoutMs = instanceTimeoutMs;
    this.#openMs = nowMs;
  }

  /** The store was away, or this process stood still, until now: nothing before counts. */
  deaf(nowMs: number): void {
    this.#openMs = nowMs;
    this.#since.clear();
  }

  /** Milliseconds; 0 while it is heard. */
  silentMs(instance: SeenInstance, now: Moment): number {
    if (instance.connected) {
      this.#since.delete(instance.id);
      return 0;
    }
    const seenMs = this.#since.get(instance.id) ?? now.monotonicMs;
    this.#since.set(instance.id, seenMs);
    const listenedMs = now.monotonicMs - this.#openMs;
    const silentMs =
      instance.overdueSinceMs > 0
        ? this.#instanceTimeoutMs + Math.max(0, now.wallMs - instance.overdueSinceMs)
        : now.monotonicMs - seenMs;
    return listenedMs < this.#instanceTimeoutMs ? Math.min(silentMs, listenedMs) : silentMs;
  }
}
