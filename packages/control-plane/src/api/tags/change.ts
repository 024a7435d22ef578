import type { Tag } from '@longshore/model';
import { type Decision, decideAndCommit } from '../common/index.js';
import type { Call, OperationContext } from '../operation.js';
import { holderRecord, presentRecord, type TagHolder, tagsOf } from './resource.js';

/** Changes the tags of a resource and nothing else of it. */
export async function changeTags(
  holder: TagHolder,
  { call, context }: { readonly call: Call; readonly context: OperationContext },
  change: (present: readonly Tag[]) => readonly Tag[],
): Promise<void> {
  await holderRecord(holder, { call, context });
  await decideAndCommit(context, call, (): Decision<undefined> => {
    const present = presentRecord(holder, context.store);
    const tags = change(tagsOf(present));
    return {
      commit: {
        expect: [{ key: present.key, revision: present.revision }],
        write: [{ put: present.key, value: { ...present.value, tags } }],
      },
      answer: undefined,
    };
  });
}
