import { pageRequestOf, serviceArn, takePage } from '@longshore/model';
import { rangeOf } from '@longshore/store';
import { activeCluster } from '../clusters/index.js';
import { scopeOf } from '../common/index.js';
import type { Operation } from '../operation.js';

/** ECS's ListServices: the ACTIVE ones, by name. */
export const listServices: Operation<'ListServices'> = async (request, call, context) => {
  const page = pageRequestOf('ListServices', request);
  const { name: cluster } = await activeCluster(request.cluster, call, context);
  await context.store.barrier(call.signal);
  const { launchType, schedulingStrategy, resourceManagementType } = request;
  const names = context.store
    .list(rangeOf('service', cluster))
    .filter(({ value }) => value.status === 'ACTIVE')
    .filter(({ value }) => launchType === undefined || value.spec?.launchType === launchType)
    .filter(({ value }) => !schedulingStrategy || value.spec?.schedulingStrategy === schedulingStrategy)
    // ECS manages the resources of no service here.
    .filter(() => resourceManagementType === undefined || resourceManagementType === 'CUSTOMER')
    .map(({ key }) => key.names[1] ?? '');
  const { items, nextToken } = takePage(names, page, { keyOf: (name) => name });
  const scope = scopeOf({ call, context });
  return { serviceArns: items.map((name) => serviceArn(scope, cluster, name)), nextToken };
};
