import { type Failure, type TaskSet, taskSetArn } from '@longshore/model';
import { scopeOf } from '../common/index.js';
import type { Operation } from '../operation.js';
import { digitsOf, renderSet, requireExternal, setsOf } from './find.js';

/** ECS's DescribeTaskSets: those that are named, or all of the service. */
export const describeTaskSets: Operation<'DescribeTaskSets'> = async (request, call, context) => {
  const named = await requireExternal(request, call, context);
  const record = named.stored.value;
  const all = new Map(setsOf(record).map((set) => [set.id ?? '', set]));
  const asked = (request.taskSets?.length ?? 0) > 0 ? request.taskSets?.map(digitsOf) : [...all.keys()];
  const tags = request.include?.includes('TAGS') ?? false;
  const taskSets: TaskSet[] = [];
  const failures: Failure[] = [];
  for (const digits of new Set(asked)) {
    const set = all.get(digits);
    if (set) taskSets.push(renderSet(set, named, record, { call, context, tags }));
    else {
      const arn = taskSetArn(scopeOf({ call, context }), named.cluster.name, named.name, digits);
      failures.push({ arn, reason: 'MISSING' });
    }
  }
  return { taskSets, failures };
};
