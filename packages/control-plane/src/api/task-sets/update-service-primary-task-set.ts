import type { Operation } from '../operation.js';
import { changeSets } from './change.js';

/** ECS's UpdateServicePrimaryTaskSet: one set is PRIMARY, the others are ACTIVE. */
export const updateServicePrimaryTaskSet: Operation<'UpdateServicePrimaryTaskSet'> = async (
  request,
  call,
  context,
) => {
  const { cluster, service, primaryTaskSet } = request;
  return await changeSets({ cluster, service, taskSet: primaryTaskSet }, { call, context }, (set, named) => {
    if (set === named) return { ...set, status: 'PRIMARY' };
    return set.status === 'PRIMARY' ? { ...set, status: 'ACTIVE' } : set;
  });
};
