import { EcsError, invalidParameter, pageRequestOf } from '@longshore/model';
import { rangeOf } from '@longshore/store';
import type { Operation } from '../operation.js';

/** ECS's ListServicesByNamespace. No service is in a namespace here; those that clusters name as default are known. */
export const listServicesByNamespace: Operation<'ListServicesByNamespace'> = async (
  request,
  call,
  context,
) => {
  pageRequestOf('ListServicesByNamespace', request);
  const { namespace } = request;
  if (!namespace) throw invalidParameter('Namespace can not be blank.');
  await context.store.barrier(call.signal);
  const isKnown = context.store
    .list(rangeOf('cluster'))
    .some(({ value }) => value.status === 'ACTIVE' && value.serviceConnectDefaults?.namespace === namespace);
  if (!isKnown) throw new EcsError('NamespaceNotFoundException', 'The specified namespace was not found.');
  return { serviceArns: [] };
};
