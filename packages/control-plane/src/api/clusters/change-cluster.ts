import {
  allClusterFields,
  type Cluster,
  type ClusterRecord,
  clusterNotFound,
  clusterOf,
} from '@longshore/model';
import { keyOf } from '@longshore/store';
import { type Decision, decideAndCommit, scopeOf } from '../common/index.js';
import type { Call, OperationContext } from '../operation.js';
import { activeCluster } from './active-cluster.js';
import { countsOf } from './counts.js';

/** Changes the record of an ACTIVE cluster and answers the cluster as it is then. */
export async function changeCluster(
  reference: string | undefined,
  { call, context }: { readonly call: Call; readonly context: OperationContext },
  change: (present: ClusterRecord) => ClusterRecord,
): Promise<Cluster> {
  const { name } = await activeCluster(reference, call, context);
  const key = keyOf('cluster', name);
  const record = await decideAndCommit(context, call, (): Decision<ClusterRecord> => {
    const present = context.store.get(key);
    if (present?.value.status !== 'ACTIVE') throw clusterNotFound();
    const value = change(present.value);
    return {
      commit: { expect: [{ key, revision: present.revision }], write: [{ put: key, value }] },
      answer: value,
    };
  });
  const scope = scopeOf({ call, context });
  return clusterOf(record, {
    scope,
    name,
    counts: countsOf(context.store, name, context.taskCounter),
    include: allClusterFields,
  });
}
