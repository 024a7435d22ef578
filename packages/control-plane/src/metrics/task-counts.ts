import type { Store, TaskSummary } from '@longshore/store';

/** Tasks by cluster and last status, kept from the changes: a scrape never scans the tasks. */
export class TaskCounts {
  readonly #byCluster = new Map<string, Map<string, number>>();
  readonly #stop: () => void;

  constructor(store: Store) {
    this.#stop = store.observe({
      kinds: ['task'],
      changed: (change) => {
        if (change.kind !== 'task') return;
        if (change.before) this.#add(change.before, -1);
        if (change.after) this.#add(change.after, 1);
      },
    });
  }

  stop(): void {
    this.#stop();
  }

  *entries(): Iterable<{ readonly cluster: string; readonly status: string; readonly count: number }> {
    for (const [cluster, byStatus] of this.#byCluster)
      for (const [status, count] of byStatus) yield { cluster, status, count };
  }

  #add(task: TaskSummary, by: number): void {
    let byStatus = this.#byCluster.get(task.cluster);
    if (!byStatus) {
      byStatus = new Map();
      this.#byCluster.set(task.cluster, byStatus);
    }
    byStatus.set(task.lastStatus, (byStatus.get(task.lastStatus) ?? 0) + by);
  }
}
