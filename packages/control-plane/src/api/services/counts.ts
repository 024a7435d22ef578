import { isStopping, noTasks, optionsOf, type Tag, type TaskCounts } from '@longshore/model';
import { keyOf, type Store, type TaskSummary } from '@longshore/store';

/** A service's tasks, counted by the digits of their deployments. Those on lost instances count for nothing. */
export function taskCounts(
  store: Store,
  cluster: string,
  service: string,
  tags: readonly Tag[],
): ReadonlyMap<string, TaskCounts> {
  const counts = new Map<string, TaskCounts>();
  const isLost = lostInstances(store, cluster, tags);
  for (const task of store.tasks.ofService(cluster, service)) {
    if (task.lastStatus === 'STOPPED' || isLost(task)) continue;
    const { deployment } = task;
    counts.set(deployment, counted(counts.get(deployment) ?? noTasks, task));
  }
  return counts;
}

function counted({ running, pending, wanted }: TaskCounts, task: TaskSummary): TaskCounts {
  const isRunning = task.lastStatus === 'RUNNING';
  const isWanted = task.desiredStatus !== 'STOPPED';
  const isPending = !isRunning && isWanted && !isStopping(task.lastStatus);
  return {
    running: running + Number(isRunning),
    pending: pending + Number(isPending),
    wanted: wanted + Number(isWanted),
  };
}

function lostInstances(store: Store, cluster: string, tags: readonly Tag[]): (task: TaskSummary) => boolean {
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
