import {
  type Attribute,
  instanceArn,
  instanceAttributes,
  invalidParameter,
  pageRequestOf,
  takePage,
} from '@longshore/model';
import { rangeOf, type Store } from '@longshore/store';
import { activeCluster } from '../clusters/index.js';
import { scopeOf } from '../common/index.js';
import type { Operation } from '../operation.js';

/** The attributes of all instances, the agent's and custom ones, by instance and name. */
export const listAttributes: Operation<'ListAttributes'> = async (request, call, context) => {
  if (request.targetType !== 'container-instance')
    throw invalidParameter('targetType should be one of [container-instance]');
  const page = pageRequestOf('ListAttributes', request);
  const { name: cluster } = await activeCluster(request.cluster, call, context);
  await context.store.barrier(call.signal);
  const wanted = walk(context.store, cluster, ({ name, value }) => {
    if (request.attributeName !== undefined && name !== request.attributeName) return false;
    return request.attributeValue === undefined || value === request.attributeValue;
  });
  const { items, nextToken } = takePage(wanted, page, {
    keyOf: ({ id, attribute }) => `${id}/${attribute.name}`,
  });
  const scope = scopeOf({ call, context });
  const attributes = items.map(({ id, attribute }) => ({
    ...attribute,
    targetType: 'container-instance',
    targetId: instanceArn(scope, cluster, id),
  }));
  return { attributes, nextToken };
};

interface Held {
  readonly id: string;
  readonly attribute: Attribute;
}

function* walk(store: Store, cluster: string, isWanted: (attribute: Attribute) => boolean): Iterable<Held> {
  for (const { key, value } of store.list(rangeOf('instance', cluster))) {
    const id = key.names[1] ?? '';
    const own = instanceAttributes(value).filter(isWanted);
    for (const attribute of own.toSorted((a, b) => ((a.name ?? '') < (b.name ?? '') ? -1 : 1)))
      yield { id, attribute };
  }
}
