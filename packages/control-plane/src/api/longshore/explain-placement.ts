import { invalidParameter } from '@longshore/model';
import { place } from '@longshore/scheduler';
import { placementRequest } from '../tasks/draft.js';
import { checkRunTask } from '../tasks/request.js';
import { prepare } from '../tasks/run-task.js';
import type { LongshoreOperation } from './operation.js';
import { toRefusal } from './refusals.js';

/** RunTask without the commit: the same checks, the same decision, nothing started. */
export const explainPlacement: LongshoreOperation<'ExplainPlacement'> = async (request, call, context) => {
  if (!request.request) throw invalidParameter('request should not be null or empty.');
  checkRunTask(request.request);
  const run = await prepare(request.request, call, context);
  const cluster = run.cluster.name;
  const seed = Math.floor(context.random.next() * 2 ** 32);
  const placement = place(context.views.cluster(cluster), [placementRequest(run.wish, run.ids.length)], {
    seed,
    memo: context.views.memo(cluster),
  });
  return {
    containerInstances: placement.placed.map((p) => p.instance),
    refusals: placement.refused.map(toRefusal),
  };
};
