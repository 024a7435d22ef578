import { type DeploymentRecord, EcsError, invalidParameter } from '@longshore/model';
import { keyOf } from '@longshore/store';
import { type Decision, decideAndCommit, look } from '../common/index.js';
import type { Call, OperationContext } from '../operation.js';
import { type PartOfService, partReference } from './find.js';

/** The deployment that a request names by its ARN. Throws ServiceDeploymentNotFoundException. */
export async function requireDeployment(
  arn: string | undefined,
  call: Call,
  context: OperationContext,
): Promise<PartOfService> {
  if (!arn) throw invalidParameter('serviceDeploymentArn should not be null or empty.');
  const part = partReference('service-deployment', arn, context.accountId);
  if (!part) throw deploymentNotFound();
  const key = keyOf('deployment', part.cluster, part.service, part.digits);
  if (!(await look({ call, context }, key))) throw deploymentNotFound();
  return part;
}

/** Changes its record; undefined: it is as wanted already. The service's scheduler does what follows. */
export async function changeDeployment(
  { cluster, service, digits }: PartOfService,
  { call, context }: { readonly call: Call; readonly context: OperationContext },
  change: (record: DeploymentRecord) => DeploymentRecord | undefined,
): Promise<void> {
  const key = keyOf('deployment', cluster, service, digits);
  await decideAndCommit(context, call, (): Decision<undefined> => {
    const present = context.store.get(key);
    if (!present) throw deploymentNotFound();
    const value = change(present.value);
    if (value === undefined) return { answer: undefined };
    const expect = [{ key, revision: present.revision }];
    return { commit: { expect, write: [{ put: key, value }] }, answer: undefined };
  });
}

function deploymentNotFound(): EcsError {
  return new EcsError('ServiceDeploymentNotFoundException', 'Service deployment not found.');
}
