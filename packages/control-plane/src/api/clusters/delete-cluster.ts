import {
  allClusterFields,
  type ClusterRecord,
  clusterNotFound,
  clusterOf,
  EcsError,
  invalidParameter,
  noCounts,
} from '@longshore/model';
import { type Expectation, keyOf, rangeOf, type Store } from '@longshore/store';
import { type Decision, decideAndCommit, scopeOf } from '../common/index.js';
import type { Operation } from '../operation.js';
import { clusterName } from './active-cluster.js';

/** The cluster must be empty. It becomes INACTIVE and is still described for a while. */
export const deleteCluster: Operation<'DeleteCluster'> = async (request, call, context) => {
  if (!request.cluster) throw invalidParameter('cluster should not be null or empty.');
  const name = clusterName(request.cluster, { context });
  const key = keyOf('cluster', name);
  // What is counted below must be known in full, or a cluster that just got a service would seem empty.
  await context.store.barrier(call.signal);
  const record = await decideAndCommit(context, call, (): Decision<ClusterRecord> => {
    const present = context.store.get(key);
    if (present?.value.status !== 'ACTIVE') throw clusterNotFound();
    checkEmpty(context.store, name);
    const value: ClusterRecord = {
      ...present.value,
      status: 'INACTIVE',
      deletedAtMs: context.clock.wallMs(),
    };
    const expect = [{ key, revision: present.revision }, ...emptiness(context.store, name)];
    return { commit: { expect, write: [{ put: key, value }] }, answer: value };
  });
  const scope = scopeOf({ call, context });
  return { cluster: clusterOf(record, { scope, name, counts: noCounts, include: allClusterFields }) };
};

function checkEmpty(store: Store, name: string): void {
  if (store.list(rangeOf('service', name)).some((s) => s.value.status !== 'INACTIVE'))
    throw new EcsError(
      'ClusterContainsServicesException',
      'The Cluster cannot be deleted while Services are active.',
    );
  for (const task of store.tasks.inCluster(name))
    if (task.lastStatus !== 'STOPPED')
      throw new EcsError(
        'ClusterContainsTasksException',
        'The Cluster cannot be deleted while Tasks are active.',
      );
  if (store.count(rangeOf('instance', name)) > 0)
    throw new EcsError(
      'ClusterContainsContainerInstancesException',
      'The Cluster cannot be deleted while Container Instances are active or draining.',
    );
}

/**
 * Who creates a service, task or instance expects the cluster's record but does not write it, so the delete expects
 * that there are none. Stopped tasks and INACTIVE services that are still kept stand in the way of that for their kind;
 * what slips in beside them finds no instance to run on.
 */
function emptiness(store: Store, name: string): readonly Expectation[] {
  const ranges = [rangeOf('instance', name), rangeOf('service', name), rangeOf('task', name)] as const;
  return ranges.filter((range) => store.count(range) === 0).map((range) => ({ absentUnder: range }));
}
