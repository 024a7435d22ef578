import { type CommitMeter, rangeOf, type Store } from '@longshore/store';
import type { InstanceViews } from '../placement/instance-views.js';
import type { EventLoopLag } from './event-loop-lag.js';
import type { Metrics } from './metrics.js';
import { TaskCounts } from './task-counts.js';

/** Counts what the store's committer does. */
export function commitMeter(metrics: Metrics): CommitMeter {
  return {
    group: (members) => metrics.observe('commitBatchSize', {}, members),
    outcome: (outcome) => metrics.count('commits', { outcome }),
  };
}

/** Sets the gauges of the cache at each scrape, without a walk over the tasks. */
export class ServerGauges {
  readonly #counts: TaskCounts;

  constructor(parts: {
    readonly metrics: Metrics;
    readonly store: Store;
    readonly views: InstanceViews;
    readonly lag: EventLoopLag;
    /** Where this replica runs each controller. */
    readonly leading: () => ReadonlyMap<string, boolean>;
    /** Tasks that wait for a place, by reason. */
    readonly pending: () => ReadonlyMap<string, number>;
  }) {
    const { metrics, store, views, lag } = parts;
    const counts = new TaskCounts(store);
    this.#counts = counts;
    metrics.addSource({
      collect: async () => {
        metrics.set('eventLoopLagSeconds', {}, lag.worst());
        metrics.reset('tasks');
        for (const { cluster, status, count } of counts.entries())
          metrics.set('tasks', { cluster, status }, count);
        metrics.reset('instances');
        for (const { labels, count } of instanceCounts(store, views)) metrics.set('instances', labels, count);
        metrics.reset('pendingTasks');
        for (const [reason, count] of parts.pending()) metrics.set('pendingTasks', { reason }, count);
        for (const [controller, leads] of parts.leading())
          metrics.set('leader', { controller }, leads ? 1 : 0);
        await collectStore(metrics, store);
      },
    });
  }

  stop(): void {
    this.#counts.stop();
  }
}

async function collectStore(metrics: Metrics, store: Store): Promise<void> {
  if (store.state.phase === 'starting' || store.state.phase === 'away') return;
  try {
    const { dbBytes, dbBytesInUse, revision } = await store.status();
    metrics.set('etcdDbBytes', {}, dbBytes);
    metrics.set('etcdDbBytesInUse', {}, dbBytesInUse);
    metrics.set('cacheLagRevisions', {}, Math.max(0, revision - store.watched));
  } catch {
    // The store went away just now: its gauges keep their last values, and /readyz says why.
    metrics.set('cacheLagRevisions', {}, 0);
  }
}

function* instanceCounts(
  store: Store,
  views: InstanceViews,
): Iterable<{ readonly labels: Readonly<Record<string, string>>; readonly count: number }> {
  for (const { key } of store.list(rangeOf('cluster'))) {
    const cluster = key.names[0] ?? '';
    const counts = new Map<string, number>();
    for (const { status, agentConnected } of views.cluster(cluster).instances) {
      const name = `${status} ${agentConnected}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    for (const [name, count] of counts) {
      const [status = '', connected = ''] = name.split(' ');
      yield { labels: { cluster, status, connected }, count };
    }
  }
}
