import { checkKey, invalidParameter } from '@longshore/model';
import type { Operation } from '../operation.js';
import { changeTags } from './change.js';
import { tagHolder } from './resource.js';

/** A key that is not there is removed already. */
export const untagResource: Operation<'UntagResource'> = async (request, call, context) => {
  const holder = tagHolder(request.resourceArn, context.accountId);
  const keys = request.tagKeys ?? [];
  if (keys.length === 0) throw invalidParameter('Tag keys can not be empty.');
  for (const key of keys) checkKey(key);
  await changeTags(holder, { call, context }, (present) =>
    present.filter((t) => !keys.includes(t.key ?? '')),
  );
  return {};
};
