/** Why tasks wait for a place, as the controller that tries to place them last saw it; for metrics and explanations. */
export class PendingReasons {
  readonly #byCluster = new Map<string, ReadonlyMap<string, number>>();

  set(cluster: string, counts: ReadonlyMap<string, number>): void {
    if (counts.size === 0) this.#byCluster.delete(cluster);
    else this.#byCluster.set(cluster, counts);
  }

  /** This replica leads no more: the next leader says why. */
  clear(): void {
    this.#byCluster.clear();
  }

  counts(): ReadonlyMap<string, number> {
    const all = new Map<string, number>();
    for (const counts of this.#byCluster.values())
      for (const [reason, count] of counts) all.set(reason, (all.get(reason) ?? 0) + count);
    return all;
  }
}
