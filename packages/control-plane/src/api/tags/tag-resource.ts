import { checkTagCount, checkTags, invalidParameter } from '@longshore/model';
import type { Operation } from '../operation.js';
import { changeTags } from './change.js';
import { tagHolder } from './resource.js';

/** A tag that is there already gets the new value. */
export const tagResource: Operation<'TagResource'> = async (request, call, context) => {
  const holder = tagHolder(request.resourceArn, context.accountId);
  const asked = request.tags ?? [];
  if (asked.length === 0) throw invalidParameter('Tags can not be empty.');
  checkTags(asked, holder.resource);
  await changeTags(holder, { call, context }, (present) => {
    const merged = new Map(present.map((t) => [t.key, t]));
    for (const { key, value } of asked) merged.set(key, { key, value: value ?? '' });
    checkTagCount([...merged.values()]);
    return [...merged.values()];
  });
  return {};
};
