import type { Deployment, Service } from '@longshore/model';
import type { Cli } from '../cli.js';
import { waitFor } from '../operations/wait.js';
import type { Verdict } from '../operations/waiters.js';
import { idOf } from '../output/units.js';
import { liveService } from './service.js';

/**
 * Follows a service until it is one deployment that runs what it should. Ends with code 5 when the deployment failed
 * or another took its place.
 */
export async function followRollOut(
  cli: Cli,
  where: { readonly cluster: string; readonly service: string; readonly timeoutMs: number },
): Promise<void> {
  const gateway = await cli.gateway();
  let followed: string | undefined;
  await waitFor(
    cli,
    async () => {
      const service = await liveService(gateway, where.cluster, where.service);
      if (!service) return { is: 'never', why: `service ${where.service} is gone` };
      followed ??= primaryOf(service)?.id;
      return judgeRollOut(service, followed);
    },
    { what: `service ${where.service}`, timeoutMs: where.timeoutMs },
  );
}

/** Pure: what one look at a service says of the deployment that is followed. */
export function judgeRollOut(service: Service, followed: string | undefined): Verdict {
  const name = service.serviceName ?? '';
  const deployments = service.deployments ?? [];
  const ours = deployments.find((d) => d.id === followed);
  if (ours?.rolloutState === 'FAILED')
    return {
      is: 'never',
      why: `service ${name}: deployment failed: ${ours.rolloutStateReason ?? whyOf(service)}`,
    };
  const primary = primaryOf(service);
  if (!ours || primary?.id !== followed)
    return {
      is: 'never',
      why: `service ${name}: another deployment took over (${idOf(primary?.taskDefinition)}): ${whyOf(service)}`,
    };
  const settled = deployments.length === 1 && service.runningCount === service.desiredCount;
  if (settled && (ours.rolloutState === undefined || ours.rolloutState === 'COMPLETED'))
    return { is: 'done' };
  return { is: 'again', seen: deployments.map(seenOf).join('; ') };
}

function primaryOf(service: Service): Deployment | undefined {
  return (service.deployments ?? []).find((d) => d.status === 'PRIMARY');
}

function seenOf(deployment: Deployment): string {
  const { runningCount = 0, desiredCount = 0, pendingCount = 0, failedTasks = 0 } = deployment;
  const failed = failedTasks > 0 ? `, ${failedTasks} failed` : '';
  return `${idOf(deployment.taskDefinition)} ${runningCount} of ${desiredCount} running, ${pendingCount} pending${failed}`;
}

function whyOf(service: Service): string {
  return service.events?.[0]?.message ?? 'see longshore describe';
}
