import { type ClusterCounts, isStopping } from '@longshore/model';
import { rangeOf, type Store } from '@longshore/store';

/** Tasks of a cluster, counted as they change, so that a question never walks over a million of them. */
export interface TaskCounter {
  of(cluster: string): { readonly runningTasks: number; readonly pendingTasks: number };
}

/** What is known of each instance of a cluster without a walk over its tasks. */
interface InstanceTotals {
  cluster(name: string): {
    readonly instances: Iterable<{
      readonly held: { readonly runningTasks: number; readonly pendingTasks: number };
    }>;
  };
}

/** Counts by instance, and those that have none yet. */
export function instanceCounter(store: Store, views: InstanceTotals): TaskCounter {
  return {
    of: (cluster) => {
      let runningTasks = 0;
      let pendingTasks = 0;
      for (const { held } of views.cluster(cluster).instances) {
        runningTasks += held.runningTasks;
        pendingTasks += held.pendingTasks;
      }
      for (const { lastStatus } of store.tasks.waiting(cluster)) if (!isStopping(lastStatus)) pendingTasks++;
      return { runningTasks, pendingTasks };
    },
  };
}

/** What DescribeClusters counts. Without a counter the tasks are walked. */
export function countsOf(store: Store, cluster: string, counter?: TaskCounter): ClusterCounts {
  const services = store.list(rangeOf('service', cluster));
  return {
    instances: store.count(rangeOf('instance', cluster)),
    ...(counter ?? walkingCounter(store)).of(cluster),
    activeServices: services.filter((s) => s.value.status === 'ACTIVE').length,
    drainingServices: services.filter((s) => s.value.status === 'DRAINING').length,
  };
}

function walkingCounter(store: Store): TaskCounter {
  return {
    of: (cluster) => {
      let runningTasks = 0;
      let pendingTasks = 0;
      for (const { lastStatus } of store.tasks.inCluster(cluster)) {
        if (lastStatus === 'RUNNING') runningTasks++;
        else if (!isStopping(lastStatus)) pendingTasks++;
      }
      return { runningTasks, pendingTasks };
    },
  };
}
