import {
  fromTimestamp,
  type ListServiceDeploymentsRequest,
  pageRequestOf,
  serviceDeploymentBriefOf,
  takePage,
} from '@longshore/model';
import type { Stored } from '@longshore/store';
import { scopeOf } from '../common/index.js';
import type { Operation } from '../operation.js';
import { requireService, storedDeployments } from './find.js';

/** ECS's ListServiceDeployments: the newest first. */
export const listServiceDeployments: Operation<'ListServiceDeployments'> = async (request, call, context) => {
  const page = pageRequestOf('ListServiceDeployments', request);
  const { cluster, name, stored } = await requireService(request, call, context);
  // Task sets are no deployments of ours.
  const isExternal = stored.value.spec?.deploymentController?.type === 'EXTERNAL';
  await context.store.barrier(call.signal);
  const all = [...storedDeployments(context.store, cluster.name, name)]
    .filter(([, deployment]) => !isExternal && isAskedFor(deployment, request))
    .map(([digits, deployment]) => ({ digits, deployment, order: orderOf(digits, deployment) }))
    .sort((a, b) => (a.order < b.order ? 1 : -1));
  const { items, nextToken } = takePage(all, page, {
    keyOf: ({ order }) => order,
    isAfter: ({ order }, after) => order < after,
  });
  const about = { scope: scopeOf({ call, context }), cluster: cluster.name, service: name };
  return {
    serviceDeployments: items.map(({ digits, deployment }) =>
      serviceDeploymentBriefOf(deployment.value, { ...about, digits }),
    ),
    nextToken,
  };
};

/** By creation, then by digits, as text that sorts. */
function orderOf(digits: string, { value }: Stored<'deployment'>): string {
  return `${String(Math.floor(value.createdAtMs)).padStart(16, '0')}/${digits}`;
}

function isAskedFor(
  { value }: Stored<'deployment'>,
  { status = [], createdAt }: ListServiceDeploymentsRequest,
): boolean {
  if (status.length > 0 && !status.some((s) => s === value.deploymentStatus)) return false;
  const { after, before } = createdAt ?? {};
  if (after !== undefined && value.createdAtMs <= fromTimestamp(after)) return false;
  return before === undefined || value.createdAtMs < fromTimestamp(before);
}
