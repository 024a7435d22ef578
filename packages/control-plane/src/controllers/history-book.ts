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

/**
 * What the history holds, by group and age, in the leader's memory. Entries are told in about the order in which their
 * tasks stopped; what expires by its lease is dropped here by its time.
 */
export class HistoryBook {
  readonly #limits: HistoryLimits;
  readonly #groups = new Map<string, HistoryEntry[]>();
  readonly #known = new Set<string>();

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
    const groupName = `${entry.cluster}/${entry.group}`;
    const group = this.#groups.get(groupName);
    if (!group) {
      this.#groups.set(groupName, [entry]);
      return;
    }
    // Nearly sorted: the place is found from the end.
    let at = group.length;
    while (at > 0 && (group[at - 1]?.stoppedAtMs ?? 0) > entry.stoppedAtMs) at--;
    group.splice(at, 0, entry);
  }

  /** Takes out the oldest that are too many, at most `most`, down to `inAll`; what stopped before `expiredMs` is forgotten unasked. */
  takeSurplus(expiredMs: number, most: number, inAll = this.#limits.inAll): readonly HistoryEntry[] {
    const surplus: HistoryEntry[] = [];
    for (const [name, group] of this.#groups) {
      while ((group[0]?.stoppedAtMs ?? expiredMs) < expiredMs) this.#shift(name, group);
      while (group.length > this.#limits.perGroup && surplus.length < most) {
        const entry = this.#shift(name, group);
        if (entry) surplus.push(entry);
      }
    }
    while (this.#known.size > inAll && surplus.length < most) {
      const entry = this.#oldest();
      if (!entry) break;
      surplus.push(entry);
    }
    return surplus;
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
