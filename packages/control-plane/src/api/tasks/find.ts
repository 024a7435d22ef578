import { keyOf, type Store } from '@longshore/store';
import type { NamedTask } from './render.js';

/** A task of the cache, or, where asked, of the history of stopped tasks. */
export async function findTask(
  store: Store,
  cluster: string,
  id: string,
  options: { readonly readHistory: boolean },
): Promise<NamedTask | undefined> {
  const live = liveTask(store, cluster, id);
  if (live || !options.readHistory) return live;
  const old = await store.readCold(keyOf('history', cluster, id));
  return old?.value.task && { cluster, id, record: old.value.task };
}

export function liveTask(store: Store, cluster: string, id: string): NamedTask | undefined {
  const task = store.tasks.get(cluster, id);
  return task && { cluster, id, record: store.tasks.record(task) };
}
