import { invalidParameter, serviceDeploymentArn, shown } from '@longshore/model';
import { scopeOf } from '../common/index.js';
import type { Operation } from '../operation.js';
import { changeDeployment, requireDeployment } from './change-deployment.js';

/** ECS's ContinueServiceDeployment: lets a deployment pass the PAUSE hook that it waits at, or roll back. */
export const continueServiceDeployment: Operation<'ContinueServiceDeployment'> = async (
  request,
  call,
  context,
) => {
  const { hookId, action = 'CONTINUE' } = request;
  if (!hookId) throw invalidParameter('hookId should not be null or empty.');
  const part = await requireDeployment(request.serviceDeploymentArn, call, context);
  await changeDeployment(part, { call, context }, (record) => {
    const hook = record.hooks.find((h) => h.hookId === hookId);
    if (hook?.status !== 'AWAITING_ACTION')
      throw invalidParameter(`The deployment does not wait at a hook ${shown(hookId)}.`);
    const status = action === 'ROLLBACK' ? 'FAILED' : 'SUCCEEDED';
    const hooks = record.hooks.map((h) => (h === hook ? ({ ...h, status } as const) : h));
    return { ...record, hooks };
  });
  const { cluster, service, digits } = part;
  return {
    serviceDeploymentArn: serviceDeploymentArn(scopeOf({ call, context }), cluster, service, digits),
  };
};
