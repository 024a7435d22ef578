/** What the leader sees of one instance. */
export interface SeenInstance {
  readonly id: string;
  readonly connected: boolean;
  readonly lostSinceMs: number;
  /** Wall clock: when the holder of its session found it overdue; 0: the session merely vanished, or it is heard. */
  readonly overdueSinceMs: number;
}

export interface SilenceLimits {
  readonly instanceTimeoutMs: number;
  readonly replaceAfterMs: number;
}

export interface Moment {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

/** What to do about a cluster's instances. */
export interface SilenceVerdict {
  readonly lost: readonly string[];
  readonly returned: readonly string[];
  /** So many are silent at once that nothing is marked. */
  readonly paused: { readonly silent: number; readonly of: number } | undefined;
  /** When the next instance may become lost; undefined: none is silent. */
  readonly nextInMs: number | undefined;
}

/**
 * Measures the silence of one cluster's instances, as one leader hears it.
 * Silence counts only with open ears: from when this leader has led over a writable store for one instance timeout;
 * `deaf` begins that anew. A silence that the holder of the session measured counts from the holder's word; a session
 * that merely vanished proves nothing about its host, so its silence begins when this leader saw it vanish.
 */
export class Silence {
  readonly #limits: SilenceLimits;
  readonly #since = new Map<string, number>();
  #earsOpenMs: number;

  constructor(limits: SilenceLimits, nowMs: number) {
    this.#limits = limits;
    this.#earsOpenMs = nowMs;
  }

  /** The store was away, or this process stood still, until now: nothing before counts. */
  deaf(nowMs: number): void {
    this.#earsOpenMs = nowMs;
    this.#since.clear();
  }

  judge(instances: readonly SeenInstance[], now: Moment, overruled: boolean): SilenceVerdict {
    const due: string[] = [];
    const returned: string[] = [];
    let silent = 0;
    let nextInMs: number | undefined;
    for (const instance of instances) {
      if (instance.connected) {
        this.#since.delete(instance.id);
        if (instance.lostSinceMs > 0) returned.push(instance.id);
        continue;
      }
      silent++;
      if (instance.lostSinceMs > 0) continue;
      const leftMs = this.#leftMs(instance, now);
      if (leftMs <= 0) due.push(instance.id);
      else nextInMs = Math.min(nextInMs ?? leftMs, leftMs);
    }
    const tooMany = silent > 3 && silent > instances.length / 3;
    const paused = tooMany && !overruled && due.length > 0 ? { silent, of: instances.length } : undefined;
    return { lost: paused ? [] : due, returned, paused, nextInMs };
  }

  /** Until the instance counts as lost. */
  #leftMs(instance: SeenInstance, now: Moment): number {
    const { instanceTimeoutMs, replaceAfterMs } = this.#limits;
    let seenMs = this.#since.get(instance.id);
    if (seenMs === undefined) {
      seenMs = now.monotonicMs;
      this.#since.set(instance.id, seenMs);
    }
    const earsMs = this.#earsOpenMs + instanceTimeoutMs - now.monotonicMs;
    if (instance.overdueSinceMs > 0) {
      const overdueMs = Math.max(0, now.wallMs - instance.overdueSinceMs);
      return Math.max(earsMs, replaceAfterMs - overdueMs);
    }
    return Math.max(earsMs, seenMs + instanceTimeoutMs + replaceAfterMs - now.monotonicMs);
  }
}
