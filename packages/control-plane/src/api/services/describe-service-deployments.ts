import {
  type Failure,
  invalidParameter,
  type ServiceDeployment,
  serviceDeploymentOf,
} from '@longshore/model';
import { failureThreshold } from '@longshore/scheduler';
import { keyOf } from '@longshore/store';
import { checkRequestLimit, lookAll, scopeOf } from '../common/index.js';
import type { PlacingContext } from '../context.js';
import type { Call, Operation } from '../operation.js';
import { taskCounts } from './counts.js';
import { type PartOfService, partReference } from './find.js';
import { desiredCountOf } from './render.js';

/** ECS's DescribeServiceDeployments. */
export const describeServiceDeployments: Operation<'DescribeServiceDeployments', PlacingContext> = async (
  request,
  call,
  context,
) => {
  const arns = [...new Set(request.serviceDeploymentArns ?? [])];
  if (arns.length === 0) throw invalidParameter('Service deployment ARNs cannot be empty.');
  checkRequestLimit('DescribeServiceDeployments', 'serviceDeploymentArns', arns.length);
  const named = arns.map((arn) => ({
    arn,
    part: partReference('service-deployment', arn, context.accountId),
  }));
  const known = named.flatMap(({ part }) => (part ? [part] : []));
  await lookAll(
    { call, context },
    known.map(({ cluster, service, digits }) => keyOf('deployment', cluster, service, digits)),
  );
  const serviceDeployments: ServiceDeployment[] = [];
  const failures: Failure[] = [];
  for (const { arn, part } of named) {
    const shown = part && render(part, call, context);
    if (shown) serviceDeployments.push(shown);
    else failures.push({ arn, reason: 'MISSING' });
  }
  return { serviceDeployments, failures };
};

function render(part: PartOfService, call: Call, context: PlacingContext): ServiceDeployment | undefined {
  const { cluster, service: name, digits } = part;
  const { store } = context;
  const deployment = store.get(keyOf('deployment', cluster, name, digits));
  const service = store.get(keyOf('service', cluster, name))?.value;
  if (!deployment || !service) return undefined;
  const counts = taskCounts(store, cluster, name, service.tags);
  const desiredCount = desiredCountOf({ cluster, name, record: service }, counts, context);
  const configuration = deployment.value.configuration ?? service.spec?.deploymentConfiguration;
  return serviceDeploymentOf(deployment.value, {
    scope: scopeOf({ call, context }),
    cluster,
    service: name,
    digits,
    configuration,
    isPrimary: service.primaryDeployment === digits && service.status === 'ACTIVE',
    desiredCount,
    threshold: failureThreshold(configuration, desiredCount),
    counts,
  });
}
