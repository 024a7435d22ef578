import { invalidParameter } from '@longshore/model';
import { checkRoom, type PlacingContext } from '../context.js';
import type { Operation } from '../operation.js';
import { changeSets } from './change.js';
import { checkedScale } from './scale.js';

/** ECS's UpdateTaskSet: the share that the set has of the service's desired count. */
export const updateTaskSet: Operation<'UpdateTaskSet', PlacingContext> = async (request, call, context) => {
  if (request.scale === undefined) throw invalidParameter('scale should not be null or empty.');
  const scale = checkedScale(request.scale);
  return await changeSets(request, { call, context }, (set, named) => {
    if (set !== named) return set;
    if ((scale.value ?? 0) > (set.scale?.value ?? 0)) checkRoom(context);
    return { ...set, scale };
  });
};
