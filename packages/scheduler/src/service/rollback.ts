import type { DeploymentRecord } from '@longshore/model';
import type { FailureCause } from './counting.js';
import { failureThreshold } from './limits.js';
import type { Progress } from './progress.js';
import { primaryOf, withDeployment, withEvent, withService } from './progress.js';
import { rolloutReasons, texts } from './texts.js';

export interface Verdict {
  readonly serviceName: string;
  readonly desired: number;
  readonly cause: FailureCause | undefined;
  readonly nowMs: number;
}

/**
 * Breaks the circuit once the primary deployment has failed too often, and does what StopServiceDeployment asked for.
 * A rollback is one step of the records: the last deployment that completed becomes primary again. So it ends also when
 * the leader dies in the middle; when its own tasks fail, it ends as ROLLBACK_FAILED and nothing further is tried.
 */
export function judgeDeployment(progress: Progress, verdict: Verdict): Progress {
  const record = primaryOf(progress);
  if (record === undefined) return progress;
  if (record.deploymentStatus === 'ROLLBACK_REQUESTED') {
    return rollBack(progress, verdict, rolloutReasons.stopped);
  }
  if (record.deploymentStatus === 'STOP_REQUESTED') return stopHere(progress, verdict);
  const configuration = progress.service.spec?.deploymentConfiguration;
  const breaker = configuration?.deploymentCircuitBreaker;
  if (breaker?.enable !== true || record.rolloutState !== 'IN_PROGRESS') return progress;
  if (record.failureCount < failureThreshold(configuration, verdict.desired)) return progress;
  const why = verdict.cause ?? 'tasks failed to start';
  const digits = progress.service.primaryDeployment;
  const told = withEvent(progress, texts.failed(verdict.serviceName, digits, why));
  const reason = rolloutReasons.failed(why);
  const rolledFrom = rollingBackFrom(told);
  if (rolledFrom !== undefined) return rollbackFailed(told, rolledFrom, { verdict, reason });
  return breaker.rollback === true ? rollBack(told, verdict, reason) : failed(told, verdict, reason);
}

/** The deployment whose rollback made the primary what it is; undefined outside of a rollback. */
export function rollingBackFrom({ deployments }: Progress): string | undefined {
  for (const [digits, { deploymentStatus }] of deployments) {
    if (deploymentStatus === 'ROLLBACK_IN_PROGRESS') return digits;
  }
  return undefined;
}

/** Rolls the primary deployment back; where none completed before it, it fails where it stands. */
export function rollBack(progress: Progress, verdict: Verdict, reason: string): Progress {
  const digits = progress.service.primaryDeployment;
  const goal = lastCompleted(progress.deployments, digits);
  if (goal === undefined) return failed(progress, verdict, reason);
  const [goalDigits, goalRecord] = goal;
  const { nowMs, serviceName } = verdict;
  const left = withDeployment(progress, digits, {
    status: 'ACTIVE',
    rolloutState: 'FAILED',
    rolloutStateReason: reason,
    deploymentStatus: 'ROLLBACK_IN_PROGRESS',
    statusReason: reason,
    rollbackTo: goalRecord.revision,
    rollbackReason: reason,
    updatedAtMs: nowMs,
  });
  const revived = withDeployment(left, goalDigits, {
    status: 'PRIMARY',
    rolloutState: 'IN_PROGRESS',
    rolloutStateReason: rolloutReasons.rollingBack(goalDigits),
    lifecycleStage: 'UNSET',
    failureCount: 0,
    healthyCount: 0,
    unplacedMs: 0,
    updatedAtMs: nowMs,
  });
  const service = { primaryDeployment: goalDigits, currentRevision: goalRecord.revision };
  const fresh = { failures: 0, notBeforeMs: 0 };
  return withEvent(
    withService(revived, { ...service, throttle: fresh }),
    texts.rollingBack(serviceName, goalDigits),
  );
}

/** The circuit is broken and there is nothing to return to: nothing more is started, nothing is stopped. */
function failed(progress: Progress, { nowMs }: Verdict, reason: string): Progress {
  return withDeployment(progress, progress.service.primaryDeployment, {
    rolloutState: 'FAILED',
    rolloutStateReason: reason,
    deploymentStatus: 'STOPPED',
    statusReason: reason,
    finishedAtMs: nowMs,
    updatedAtMs: nowMs,
  });
}

function stopHere(progress: Progress, verdict: Verdict): Progress {
  return failed(progress, verdict, rolloutReasons.stopped);
}

function rollbackFailed(
  progress: Progress,
  from: string,
  { verdict, reason }: { verdict: Verdict; reason: string },
): Progress {
  const { nowMs } = verdict;
  const ended = withDeployment(progress, from, {
    deploymentStatus: 'ROLLBACK_FAILED',
    statusReason: reason,
    finishedAtMs: nowMs,
    updatedAtMs: nowMs,
  });
  return withDeployment(ended, ended.service.primaryDeployment, {
    rolloutState: 'FAILED',
    rolloutStateReason: reason,
    updatedAtMs: nowMs,
  });
}

function lastCompleted(
  deployments: ReadonlyMap<string, DeploymentRecord>,
  except: string,
): [digits: string, record: DeploymentRecord] | undefined {
  let last: [string, DeploymentRecord] | undefined;
  for (const [digits, record] of deployments) {
    if (digits === except || record.deploymentStatus !== 'SUCCESSFUL') continue;
    if (last === undefined || record.finishedAtMs > last[1].finishedAtMs) last = [digits, record];
  }
  return last;
}
