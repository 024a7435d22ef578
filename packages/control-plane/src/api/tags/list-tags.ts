import type { Tag } from '@longshore/model';
import { keyOf } from '@longshore/store';
import { look } from '../common/index.js';
import type { Call, Operation, OperationContext } from '../operation.js';
import { holderRecord, type TagHolder, tagHolder, tagsOf } from './resource.js';

export const listTagsForResource: Operation<'ListTagsForResource'> = async (request, call, context) => {
  const holder = tagHolder(request.resourceArn, context.accountId);
  return {
    tags:
      (await stoppedTaskTags(holder, call, context)) ?? tagsOf(await holderRecord(holder, { call, context })),
  };
};

/** A stopped task may have moved to history, and still has the tags that it had. */
async function stoppedTaskTags(
  { resource, key }: TagHolder,
  call: Call,
  context: OperationContext,
): Promise<readonly Tag[] | undefined> {
  if (resource !== 'task' || (await look({ call, context }, key))) return undefined;
  const [cluster = '', task = ''] = key.names;
  const history = await context.store.readCold(keyOf('history', cluster, task));
  return history?.value.task?.tags;
}
