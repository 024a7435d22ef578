import { clusterArn, pageRequestOf, takePage } from '@longshore/model';
import { rangeOf } from '@longshore/store';
import { scopeOf } from '../common/index.js';
import type { Operation } from '../operation.js';

/** ACTIVE clusters, by name. */
export const listClusters: Operation<'ListClusters'> = async (request, call, context) => {
  const page = pageRequestOf('ListClusters', request);
  await context.store.barrier(call.signal);
  const active = context.store
    .list(rangeOf('cluster'))
    .filter((s) => s.value.status !== 'INACTIVE')
    .map((s) => s.key.names[0] ?? '');
  const { items, nextToken } = takePage(active, page, { keyOf: (name) => name });
  const scope = scopeOf({ call, context });
  return { clusterArns: items.map((name) => clusterArn(scope, name)), nextToken };
};
