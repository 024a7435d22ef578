import { activeCluster } from '../clusters/index.js';
import { checkRequestLimit } from '../common/index.js';
import type { Operation } from '../operation.js';
import { askedInstances } from './asked.js';
import { renderInstance } from './render.js';

export const describeContainerInstances: Operation<'DescribeContainerInstances'> = async (
  request,
  call,
  context,
) => {
  checkRequestLimit(
    'DescribeContainerInstances',
    'containerInstances',
    request.containerInstances?.length ?? 0,
  );
  const { name: cluster } = await activeCluster(request.cluster, call, context);
  const reading = { call, context };
  const { found, failures } = await askedInstances(request.containerInstances, cluster, reading);
  const tags = request.include?.includes('TAGS') ?? false;
  const health = request.include?.includes('CONTAINER_INSTANCE_HEALTH') ?? false;
  return {
    containerInstances: found.map(({ id, stored }) =>
      renderInstance(stored.value, { cluster, id, tags, health }, reading),
    ),
    failures,
  };
};
