import { type CommitRequest, keyOf, rangeOf, type Store } from '@longshore/store';
import type { ControllerDeclaration } from './controller.js';

const everyMs = 60_000;
/** Deleted clusters are described this long, as ECS describes them for a while. */
const inactiveClusterMs = 60 * 60_000;

/** Removes definitions that are being deleted once nothing is made from them, and clusters that were deleted long ago. */
export function retiredRecords(): ControllerDeclaration {
  return {
    name: 'retired-records',
    kinds: ['taskDefinition'],
    keysOf: (change) =>
      change.kind === 'taskDefinition' && change.after?.value.status === 'DELETE_IN_PROGRESS'
        ? ['retired']
        : [],
    allKeys: () => ['retired'],
    look: (_key, { store, clock }) => ({
      commits: [...definitions(store), ...clusters(store, clock.wallMs() - inactiveClusterMs)],
      againInMs: everyMs,
    }),
    parallelism: 1,
  };
}

function definitions(store: Store): readonly CommitRequest[] {
  const dying = store
    .list(rangeOf('taskDefinition'))
    .filter(({ value }) => value.status === 'DELETE_IN_PROGRESS');
  if (dying.length === 0) return [];
  const used = definitionsInUse(store);
  return dying
    .filter(({ key }) => !used.has(key.names.join(':')))
    .map(({ key, revision }) => ({ expect: [{ key, revision }], write: [{ delete: key }] }));
}

/** By `family:revision`. A definition that is being deleted takes no new tasks, so what is not in use stays so. */
function definitionsInUse(store: Store): ReadonlySet<string> {
  const used = new Set<string>();
  for (const { key } of store.list(rangeOf('cluster')))
    for (const task of store.tasks.inCluster(key.names[0] ?? ''))
      used.add(`${task.family}:${task.definitionRevision}`);
  for (const { value } of store.list(rangeOf('serviceRevision')))
    used.add(`${value.family}:${value.taskDefinitionRevision}`);
  return used;
}

function clusters(store: Store, deletedBeforeMs: number): readonly CommitRequest[] {
  return store
    .list(rangeOf('cluster'))
    .filter(({ value }) => value.status === 'INACTIVE' && value.deletedAtMs < deletedBeforeMs)
    .filter(({ key }) => store.count(rangeOf('instance', key.names[0] ?? '')) === 0)
    .map(({ key, revision }) => ({
      expect: [{ key: keyOf('cluster', key.names[0] ?? ''), revision }],
      write: [{ delete: key }],
    }));
}
