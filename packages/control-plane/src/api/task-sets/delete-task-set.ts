import { invalidParameter } from '@longshore/model';
import type { Operation } from '../operation.js';
import { changeSets } from './change.js';

/** ECS's DeleteTaskSet: DRAINING while its tasks stop, then gone. Without force only a set that is scaled to zero. */
export const deleteTaskSet: Operation<'DeleteTaskSet'> = async (request, call, context) =>
  await changeSets(request, { call, context }, (set, named) => {
    if (set !== named || set.status === 'DRAINING') return set;
    if (request.force !== true && (set.scale?.value ?? 0) > 0)
      throw invalidParameter('The task set cannot be deleted while it is scaled above 0: use force.');
    return { ...set, status: 'DRAINING' };
  });
