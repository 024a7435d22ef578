import { taskDefinitionOf } from '@longshore/model';
import { scopeOf } from '../common/index.js';
import type { Operation } from '../operation.js';
import { findDefinition, namedDefinition, unknownDefinition } from './definitions.js';

export const describeTaskDefinition: Operation<'DescribeTaskDefinition'> = async (request, call, context) => {
  const name = namedDefinition(request.taskDefinition, context.accountId);
  if (!name) throw unknownDefinition();
  // A family's newest revision may be one that the cache has not seen yet, so only a number is answered at once.
  let found = name.revision === undefined ? undefined : findDefinition(context.store, name);
  if (!found) {
    await context.store.barrier(call.signal);
    found = findDefinition(context.store, name);
  }
  if (!found) throw unknownDefinition();
  const { at, stored } = found;
  const withTags = request.include?.includes('TAGS') ?? false;
  return {
    taskDefinition: taskDefinitionOf(stored.value, { scope: scopeOf({ call, context }), ...at }),
    tags: withTags ? stored.value.tags : [],
  };
};
