import {
  type Failure,
  invalidParameter,
  requestLimits,
  type Task,
  taskArn,
  taskReference,
} from '@longshore/model';
import { activeCluster } from '../clusters/index.js';
import { scopeOf } from '../common/index.js';
import { type Call, endOf, type Operation, type OperationContext } from '../operation.js';
import { findTask, liveTask } from './find.js';
import { type NamedTask, renderTask } from './render.js';

/** ECS's DescribeTasks: what is known of each task, living or stopped; MISSING only when that is sure. */
export const describeTasks: Operation<'DescribeTasks'> = async (request, call, context) => {
  const asked = request.tasks ?? [];
  if (asked.length === 0) throw invalidParameter('Tasks cannot be empty.');
  if (asked.length > requestLimits.DescribeTasks)
    throw invalidParameter(
      `DescribeTasks takes at most ${requestLimits.DescribeTasks} tasks, but got ${asked.length}.`,
    );
  const { name: cluster } = await activeCluster(request.cluster, call, context);
  const ids = asked.map((text) => {
    const reference = taskReference(text, { accountId: context.accountId, cluster });
    return reference.ok ? reference.value : undefined;
  });
  const found = await findAll(ids, cluster, call, context);
  const withTags = request.include?.includes('TAGS') ?? false;
  const tasks: Task[] = [];
  const failures: Failure[] = [];
  for (const [i, id] of ids.entries()) {
    const task = id === undefined ? undefined : found.get(id);
    if (task) tasks.push(renderTask(task, call, context, withTags));
    else
      failures.push({
        arn: id ? taskArn(scopeOf({ call, context }), cluster, id) : asked[i],
        reason: 'MISSING',
      });
  }
  return { tasks, failures };
};

async function findAll(
  ids: readonly (string | undefined)[],
  cluster: string,
  call: Call,
  context: OperationContext,
): Promise<ReadonlyMap<string, NamedTask>> {
  const { store } = context;
  const found = new Map<string, NamedTask>();
  const wanted = new Set(ids.filter((id) => id !== undefined));
  const look = (): void => {
    for (const id of wanted) {
      const task = found.has(id) ? undefined : liveTask(store, cluster, id);
      if (task) found.set(id, task);
    }
  };
  look();
  if (found.size === wanted.size) return found;
  await store.barrier(endOf(call));
  look();
  const missing = [...wanted].filter((id) => !found.has(id));
  await Promise.all(
    missing.map(async (id) => {
      const old = await findTask(store, cluster, id, { readHistory: true });
      if (old) found.set(id, old);
    }),
  );
  return found;
}
