import { isStopping, optionsOf, type Tag, type TaskCounts } from '@longshore/model';
import { keyOf, type Store, type TaskStanding } from '@longshore/store';

/** A service's tasks, counted by the digits of their deployments. Those on lost instances count for nothing. */
export function taskCounts(
  store: Store,
  cluster: string,
  service: string,
  tags: readonly Tag[],
): ReadonlyMap<string, TaskCounts> {
  // Counted in place: a service may have ten thousand tasks, and whoever waits for it asks often.
  const counts = new Map<string, { running: number; pending: number; wanted: number }>();
  const isLost = lostInstances(store, cluster, tags);
  for (const task of store.tasks.standingsOfService(cluster, service)) {
    if (task.lastStatus === 'STOPPED' || isLost(task)) continue;
    let count = counts.get(task.deployment);
    if (count === undefined) {
      count = { running: 0, pending: 0, wanted: 0 };
      counts.set(task.deployment, count);
    }
    const isWanted = task.desiredStatus !== 'STOPPED';
    if (isWanted) count.wanted++;
    if (task.lastStatus === 'RUNNING') count.running++;
    else if (isWanted && !isStopping(task.lastStatus)) count.pending++;
  }
  return counts;
}

function lostInstances(store: Store, cluster: string, tags: readonly Tag[]): (task: TaskStanding) => boolean {
  if (optionsOf(tags).replaceAfterMs === 'never') return () => false;
  const known = new Map<string, boolean>();
  return ({ instance }) => {
    if (instance === '') return false;
    let isLost = known.get(instance);
    if (isLost === undefined) {
      isLost = (store.get(keyOf('instance', cluster, instance))?.value.lostSinceMs ?? 0) > 0;
      known.set(instance, isLost);
    }
    return isLost;
  };
}
