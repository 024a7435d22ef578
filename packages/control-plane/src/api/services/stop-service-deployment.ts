import { type DeploymentRecord, EcsError, serviceDeploymentArn } from '@longshore/model';
import { scopeOf } from '../common/index.js';
import type { Operation } from '../operation.js';
import { changeDeployment, requireDeployment } from './change-deployment.js';

/** ECS's StopServiceDeployment: ROLLBACK returns to the last deployment that completed, ABORT leaves what is there. */
export const stopServiceDeployment: Operation<'StopServiceDeployment'> = async (request, call, context) => {
  const part = await requireDeployment(request.serviceDeploymentArn, call, context);
  const wanted = request.stopType === 'ABORT' ? 'STOP_REQUESTED' : 'ROLLBACK_REQUESTED';
  await changeDeployment(part, { call, context }, (record) => {
    if (isStopping(record)) return undefined;
    if (record.deploymentStatus !== 'PENDING' && record.deploymentStatus !== 'IN_PROGRESS')
      throw new EcsError(
        'ConflictException',
        `The service deployment is ${record.deploymentStatus}: only one that is under way can be stopped.`,
      );
    const nowMs = context.clock.wallMs();
    return { ...record, deploymentStatus: wanted, stopRequestedAtMs: nowMs, updatedAtMs: nowMs };
  });
  const { cluster, service, digits } = part;
  return {
    serviceDeploymentArn: serviceDeploymentArn(scopeOf({ call, context }), cluster, service, digits),
  };
};

function isStopping({ deploymentStatus }: DeploymentRecord): boolean {
  return (
    deploymentStatus === 'STOP_REQUESTED' ||
    deploymentStatus === 'ROLLBACK_REQUESTED' ||
    deploymentStatus === 'ROLLBACK_IN_PROGRESS'
  );
}
