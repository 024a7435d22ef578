import { instanceArn, invalidParameter, pageRequestOf, takePage } from '@longshore/model';
import { compileQuery, describeQueryError, matchesQuery, type Query } from '@longshore/scheduler';
import { rangeOf } from '@longshore/store';
import { activeCluster } from '../clusters/index.js';
import { scopeOf } from '../common/index.js';
import type { Operation } from '../operation.js';
import { queryView } from './view.js';

/** By id; `filter` is an expression of the cluster query language. */
export const listContainerInstances: Operation<'ListContainerInstances'> = async (request, call, context) => {
  const page = pageRequestOf('ListContainerInstances', request);
  const query = request.filter ? compiled(request.filter) : undefined;
  const { name } = await activeCluster(request.cluster, call, context);
  await context.store.barrier(call.signal);
  const { store } = context;
  const wanted = store
    .list(rangeOf('instance', name))
    .filter((s) => request.status === undefined || (s.value.status || 'ACTIVE') === request.status)
    .filter((s) => !query || matchesQuery(query, queryView(s, name, store)))
    .map((s) => s.key.names[1] ?? '');
  const { items, nextToken } = takePage(wanted, page, { keyOf: (id) => id });
  const scope = scopeOf({ call, context });
  return { containerInstanceArns: items.map((id) => instanceArn(scope, name, id)), nextToken };
};

function compiled(filter: string): Query {
  const query = compileQuery(filter);
  if (query.kind === 'query-error') throw invalidParameter(`filter: ${describeQueryError(query, filter)}.`);
  return query;
}
