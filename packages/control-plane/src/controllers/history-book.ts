/** One stopped task of the history, as far as bounding it needs. */
export interface HistoryEntry {
  readonly cluster: string;
  readonly id: string;
  readonly group: string;
  readonly stoppedAtMs: number;
}

export interface HistoryLimits {
  /** Of a group (service or family) of a cluster. */
  readonly perGroup: number;
  readonly inAll: number;
}

/** All groups are looked through for what has expired no more often than this. */
const expiryEveryMs = 1000;

/**
 * What the history holds, by group and age, in the leader's memory. Entries are told in about the order in which their
 * tasks stopped; what expires by its lease is dropped here by its time.
 */
export class HistoryBook {
  readonly #limits: HistoryLimits;
  readonly #groups = new Map<string, HistoryEntry[]>();
  readonly #known = new Set<string>();
  /** Groups that hold more than they may: the others are not asked each time. */
  readonly #over = new Set<string>();
  /** Nothing known stopped before. */
  #soonestMs = Number.POSITIVE_INFINITY;
  /** What stopped before this has been looked for. */
  #expiredMs = Number.NEGATIVE_INFINITY;

  constructor(limits: HistoryLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#known.size;
  }

  add(entry: HistoryEntry): void {
    const name = `${entry.cluster}/${entry.id}`;
    if (this.#known.has(name)) return;
    this.#known.add(name);
    this.#soonestMs = Math.min(this.#soonestMs, entry.stoppedAtMs);
    const groupName = `${entry.cluster}/${entry.group}`;
    const group = this.#groups.get(groupName) ?? [];
    if (group.length === 0) this.#groups.set(groupName, group);
    // Nearly sorted: the place is found from the end.
    let at = group.length;
    while (at > 0 && (group[at - 1]?.stoppedAtMs ?? 0) > entry.stoppedAtMs) at--;
    group.splice(at, 0, entry);
    if (group.length > this.#limits.perGroup) this.#over.add(groupName);
  }

  /**
   * Takes out the oldest that are too many, at most `most`, down to `inAll`; what stopped before `expiredMs` is forgotten
   * unasked, within a second.
   */
  takeSurplus(expiredMs: number, most: number, inAll = this.#limits.inAll): readonly HistoryEntry[] {
    const surplus: HistoryEntry[] = [];
    if (this.#soonestMs < expiredMs && expiredMs >= this.#expiredMs + expiryEveryMs) this.#expire(expiredMs);
    for (const name of this.#over) {
      const group = this.#groups.get(name) ?? [];
      while (group.length > this.#limits.perGroup && surplus.length < most) {
        const entry = this.#shift(name, group);
        if (entry) surplus.push(entry);
      }
      if (group.length <= this.#limits.perGroup) this.#over.delete(name);
      if (surplus.length === most) break;
    }
    while (this.#known.size > inAll && surplus.length < most) {
      const entry = this.#oldest();
      if (!entry) break;
      surplus.push(entry);
    }
    return surplus;
  }

  #expire(expiredMs: number): void {
    this.#expiredMs = expiredMs;
    this.#soonestMs = Number.POSITIVE_INFINITY;
    for (const [name, group] of this.#groups) {
      while ((group[0]?.stoppedAtMs ?? expiredMs) < expiredMs) this.#shift(name, group);
      this.#soonestMs = Math.min(this.#soonestMs, group[0]?.stoppedAtMs ?? Number.POSITIVE_INFINITY);
    }
  }

  #oldest(): HistoryEntry | undefined {
    let best: readonly [string, HistoryEntry[]] | undefined;
    for (const [name, group] of this.#groups)
      if (!best || (group[0]?.stoppedAtMs ?? 0) < (best[1][0]?.stoppedAtMs ?? 0)) best = [name, group];
    return best && this.#shift(...best);
  }

  #shift(name: string, group: HistoryEntry[]): HistoryEntry | undefined {
    const entry = group.shift();
    if (entry) this.#known.delete(`${entry.cluster}/${entry.id}`);
    if (group.length === 0) this.#groups.delete(name);
    return entry;
  }
}
