import { type Failure, invalidParameter, type ServiceRevision, serviceRevisionOf } from '@longshore/model';
import { keyOf } from '@longshore/store';
import { checkRequestLimit, lookAll, scopeOf } from '../common/index.js';
import type { Operation } from '../operation.js';
import { partReference } from './find.js';

/** ECS's DescribeServiceRevisions. */
export const describeServiceRevisions: Operation<'DescribeServiceRevisions'> = async (
  request,
  call,
  context,
) => {
  const arns = [...new Set(request.serviceRevisionArns ?? [])];
  if (arns.length === 0) throw invalidParameter('Service revision ARNs cannot be empty.');
  checkRequestLimit('DescribeServiceRevisions', 'serviceRevisionArns', arns.length);
  const named = arns.map((arn) => {
    const part = partReference('service-revision', arn, context.accountId);
    return { arn, part, key: part && keyOf('serviceRevision', part.cluster, part.service, part.digits) };
  });
  await lookAll(
    { call, context },
    named.flatMap(({ key }) => (key ? [key] : [])),
  );
  const scope = scopeOf({ call, context });
  const serviceRevisions: ServiceRevision[] = [];
  const failures: Failure[] = [];
  for (const { arn, part, key } of named) {
    const stored = key && context.store.get(key);
    if (part && stored) serviceRevisions.push(serviceRevisionOf(stored.value, { scope, ...part }));
    else failures.push({ arn, reason: 'MISSING' });
  }
  return { serviceRevisions, failures };
};
