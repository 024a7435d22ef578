import type { DeploymentRecord } from '@longshore/model';
import type { TaskLimits } from './limits.js';
import { isDaemon } from './plan.js';
import type { Progress } from './progress.js';
import { primaryOf, withDeployment, withEvent } from './progress.js';
import { rollingBackFrom } from './rollback.js';
import type { ServiceSnapshot } from './snapshot.js';
import { isGood, type Standings } from './standing.js';
import { rolloutReasons, texts } from './texts.js';

export interface CompletionInput {
  readonly snapshot: ServiceSnapshot;
  readonly progress: Progress;
  readonly standings: Standings;
  readonly limits: TaskLimits;
  readonly nowMs: number;
}

/** Tasks of the primary deployment that are healthy and stay. */
export function healthyCount(standings: Standings, target: string): number {
  const isOfTarget = isGood(target);
  return standings.count((state, deployment) => state.health === 'healthy' && isOfTarget(state, deployment));
}

/** Whether any task of another deployment than the primary has yet to reach STOPPED. */
export function othersRemain({ unfinished }: Standings, target: string): boolean {
  return [...unfinished.keys()].some((digits) => digits !== target);
}

/** Whether the primary deployment is up as far as a roll-out must bring it. */
export function rolloutIsDone({ snapshot, progress, standings, limits }: CompletionInput): boolean {
  const target = progress.service.primaryDeployment;
  const healthy = healthyCount(standings, target);
  const early = snapshot.service.spec?.deploymentConfiguration?.earlySuccessCriteria;
  if (early?.enable !== true || isDaemon(snapshot)) {
    return healthy >= limits.desired && !othersRemain(standings, target);
  }
  if (healthy < Math.ceil((limits.desired * (early.healthyPercent ?? 100)) / 100)) return false;
  return early.sourceServiceRevisionCleanup === 'DEFERRED' || !othersRemain(standings, target);
}

/** The roll-out has reached its end: the deployment is COMPLETED, and a rollback that led to it has succeeded. */
export function complete(progress: Progress, serviceName: string, nowMs: number): Progress {
  const digits = progress.service.primaryDeployment;
  const from = rollingBackFrom(progress);
  const ended: Partial<DeploymentRecord> = {
    rolloutState: 'COMPLETED',
    rolloutStateReason: rolloutReasons.completed(digits),
    updatedAtMs: nowMs,
  };
  const own: Partial<DeploymentRecord> =
    from === undefined ? { ...ended, deploymentStatus: 'SUCCESSFUL', finishedAtMs: nowMs } : ended;
  const completed = withEvent(withDeployment(progress, digits, own), texts.completed(serviceName, digits));
  if (from === undefined) return completed;
  return withDeployment(completed, from, {
    deploymentStatus: 'ROLLBACK_SUCCESSFUL',
    finishedAtMs: nowMs,
    updatedAtMs: nowMs,
  });
}

/** Deployments without a task left are shown no longer; their records stay for ListServiceDeployments. */
export function retireDrained(progress: Progress, standings: Standings, nowMs: number): Progress {
  let next = progress;
  for (const [digits, record] of progress.deployments) {
    if (record.status !== 'ACTIVE' || digits === progress.service.primaryDeployment) continue;
    if ((standings.unfinished.get(digits) ?? 0) > 0) continue;
    next = withDeployment(next, digits, { status: 'INACTIVE', updatedAtMs: nowMs });
  }
  return next;
}

/** PENDING becomes IN_PROGRESS with the first look. */
export function beginIfPending(progress: Progress, nowMs: number): Progress {
  const record = primaryOf(progress);
  if (record?.deploymentStatus !== 'PENDING') return progress;
  const digits = progress.service.primaryDeployment;
  return withDeployment(progress, digits, {
    deploymentStatus: 'IN_PROGRESS',
    startedAtMs: record.startedAtMs === 0 ? nowMs : record.startedAtMs,
    rolloutStateReason:
      record.rolloutStateReason === '' ? rolloutReasons.inProgress(digits) : record.rolloutStateReason,
    updatedAtMs: nowMs,
  });
}
