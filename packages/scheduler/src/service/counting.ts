import type { ServiceThrottle } from '@longshore/model';
import { hadBeenHealthy } from '../health/task-health.js';
import { healthRules } from './health-rules.js';
import type { Progress } from './progress.js';
import { primaryOf, withDeployment, withService } from './progress.js';
import type { ServiceSnapshot, StoppedTask } from './snapshot.js';
import { unhealthyReason } from './texts.js';

/** Why a deployment's tasks fail, as ECS words it behind `deployment failed:`. */
export type FailureCause = 'tasks failed to start' | 'tasks failed container health checks';

export interface CountedStops {
  readonly progress: Progress;
  /** Ids of the tasks that the counters now include. */
  readonly counted: readonly string[];
  /** How many of them were failures, by deployment. */
  readonly failures: ReadonlyMap<string, number>;
  /** What the primary deployment's newest failures were. */
  readonly cause: FailureCause | undefined;
}

/** Failed starts in a row before the service is throttled at all, and how far the pause between attempts grows. */
const firstPauseMs = 1000;
const longestPauseMs = 300_000;

/**
 * Counts every STOPPED task that is not counted yet, once: the records that come out and the marks on the tasks are one
 * transaction. A failure is a task that never started, that its health check condemned, or that exited before it had
 * counted as healthy.
 */
export function countStops(snapshot: ServiceSnapshot, nowMs: number): CountedStops {
  const progress: Progress = { service: snapshot.service, deployments: snapshot.deployments, events: [] };
  const failures = new Map<string, number>();
  let cause: FailureCause | undefined;
  for (const task of snapshot.stopped) {
    const why = failureCause(task, snapshot);
    if (why === undefined) continue;
    failures.set(task.deployment, (failures.get(task.deployment) ?? 0) + 1);
    if (task.deployment === snapshot.service.primaryDeployment) cause = why;
  }
  let next = progress;
  for (const [digits, count] of failures) {
    const record = next.deployments.get(digits);
    if (record?.rolloutState !== 'IN_PROGRESS') continue;
    next = withDeployment(next, digits, { failureCount: record.failureCount + count });
  }
  const throttle = cause === undefined ? next.service.throttle : throttled(next.service.throttle, nowMs);
  if (throttle !== next.service.throttle) next = withService(next, { throttle });
  return { progress: next, counted: snapshot.stopped.map(({ id }) => id), failures, cause };
}

/** Undefined: the task's end was no failure of its deployment. */
export function failureCause(task: StoppedTask, snapshot: ServiceSnapshot): FailureCause | undefined {
  const isCondemned = task.stoppedReason?.startsWith(unhealthyReason) === true;
  switch (task.stopCode) {
    case 'TaskFailedToStart':
      return 'tasks failed to start';
    case 'ServiceSchedulerInitiated':
      return isCondemned ? 'tasks failed container health checks' : undefined;
    case 'EssentialContainerExited':
      return hadBeenHealthy(task, healthRules(snapshot, task.deployment))
        ? undefined
        : 'tasks failed to start';
    default:
      return undefined;
  }
}

/**
 * A wave of failures counts once: what fails during the pause that an earlier one brought on belongs to the same wave,
 * so ten tasks that fail together do not make the pause a thousand times as long.
 */
export function throttled(throttle: ServiceThrottle | undefined, nowMs: number): ServiceThrottle {
  const { failures, notBeforeMs } = throttle ?? noThrottle;
  if (throttle !== undefined && nowMs < notBeforeMs) return throttle;
  const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(failures, 20));
  return { failures: failures + 1, notBeforeMs: nowMs + pauseMs };
}

export const noThrottle: ServiceThrottle = { failures: 0, notBeforeMs: 0 };

/** For how long nothing more is started; 0: it may. A clock that jumped back never prolongs a pause. */
export function throttledForMs(throttle: ServiceThrottle | undefined, nowMs: number): number {
  return Math.max(0, Math.min((throttle?.notBeforeMs ?? 0) - nowMs, longestPauseMs));
}

/** From so many waves on, the events say that tasks do not start consistently. */
export const inconsistentAfter = 3;

/**
 * Notes how many tasks of the primary deployment are healthy. One more than before: a task has become healthy, which
 * lifts the throttle and, unless the circuit breaker was told otherwise, sets the failure count back.
 */
export function noteHealthy(progress: Progress, healthy: number, justFailed: number): Progress {
  const record = primaryOf(progress);
  if (record === undefined || record.healthyCount === healthy) return progress;
  const digits = progress.service.primaryDeployment;
  if (healthy < record.healthyCount) return withDeployment(progress, digits, { healthyCount: healthy });
  const breaker = progress.service.spec?.deploymentConfiguration?.deploymentCircuitBreaker;
  const failureCount = breaker?.resetOnHealthyTask === false ? record.failureCount : justFailed;
  const noted = withDeployment(progress, digits, { healthyCount: healthy, failureCount });
  if ((noted.service.throttle?.failures ?? 0) === 0) return noted;
  return withService(noted, { throttle: noThrottle });
}
