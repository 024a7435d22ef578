import { type ServiceRecord, type TaskSet, toTimestamp } from '@longshore/model';
import type { Call, OperationContext } from '../operation.js';
import { commitAfresh } from '../services/commit.js';
import { digitsOf, renderSet, requireExternal, requireSet, setsOf, withSets } from './find.js';

interface Request {
  readonly cluster?: string | undefined;
  readonly service?: string | undefined;
}

/** Changes the task sets of a service, and answers the one that is named. */
export async function changeSets(
  request: Request & { readonly taskSet?: string | undefined },
  { call, context }: { readonly call: Call; readonly context: OperationContext },
  change: (set: TaskSet, named: TaskSet, record: ServiceRecord) => TaskSet,
): Promise<{ readonly taskSet: TaskSet }> {
  const digits = digitsOf(request.taskSet);
  return await commitAfresh(context, call, async () => {
    const found = await requireExternal(request, call, context);
    const { stored } = found;
    const named = requireSet(stored.value, digits);
    const updatedAt = toTimestamp(context.clock.wallMs());
    const sets = setsOf(stored.value).map((set) => {
      const changed = change(set, named, stored.value);
      return changed === set ? set : { ...changed, updatedAt };
    });
    const record = withSets(stored.value, sets);
    const after = sets.find((set) => (set.id ?? '') === digits) as TaskSet;
    return {
      commit: {
        expect: [{ key: stored.key, revision: stored.revision }],
        write: [{ put: stored.key, value: record }],
      },
      answer: () => ({ taskSet: renderSet(after, found, record, { call, context, tags: true }) }),
    };
  });
}
