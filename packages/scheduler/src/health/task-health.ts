import type { HealthStatus, TaskStatus } from '@longshore/model';

/**
 * `starting`: on its way, or not yet long enough; `healthy`: counts towards minimumHealthyPercent; `unhealthy`: its
 * health check fails; `stopping`: told to stop, or the agent says that it is going; `stopped`: STOPPED.
 */
export type TaskHealth = 'starting' | 'healthy' | 'unhealthy' | 'stopping' | 'stopped';

export interface HealthRules {
  /** An essential container of its definition has a health check. */
  readonly hasHealthCheck: boolean;
  /** Without a check, a task is healthy once it has been RUNNING for so long. */
  readonly healthyAfterMs: number;
  /** After it became RUNNING, a failing check is overlooked for so long. */
  readonly gracePeriodMs: number;
}

export interface HealthSubject {
  readonly lastStatus: TaskStatus | 'UNSET';
  readonly desiredStatus: TaskStatus | 'UNSET';
  readonly healthStatus: HealthStatus | 'UNSET';
  readonly runningForMs: number;
}

export function taskHealth(task: HealthSubject, rules: HealthRules): TaskHealth {
  if (task.lastStatus === 'STOPPED') return 'stopped';
  if (task.desiredStatus === 'STOPPED' || isGoing(task.lastStatus)) return 'stopping';
  if (task.lastStatus !== 'RUNNING') return 'starting';
  if (!rules.hasHealthCheck) return task.runningForMs >= rules.healthyAfterMs ? 'healthy' : 'starting';
  if (task.healthStatus === 'HEALTHY') return 'healthy';
  if (task.healthStatus !== 'UNHEALTHY') return 'starting';
  return task.runningForMs >= rules.gracePeriodMs ? 'unhealthy' : 'starting';
}

/** Whether a task that has stopped had counted as healthy before. */
export function hadBeenHealthy(task: HealthSubject, rules: HealthRules): boolean {
  return rules.hasHealthCheck ? task.healthStatus === 'HEALTHY' : task.runningForMs >= rules.healthyAfterMs;
}

/** When time alone changes the task's health: milliseconds from now; undefined: it does not. */
export function healthChangesInMs(task: HealthSubject, rules: HealthRules): number | undefined {
  if (task.desiredStatus === 'STOPPED' || task.lastStatus !== 'RUNNING') return undefined;
  const changesAtMs = rules.hasHealthCheck
    ? task.healthStatus === 'UNHEALTHY'
      ? rules.gracePeriodMs
      : 0
    : rules.healthyAfterMs;
  return changesAtMs > task.runningForMs ? changesAtMs - task.runningForMs : undefined;
}

function isGoing(status: TaskStatus | 'UNSET'): boolean {
  return status === 'DEACTIVATING' || status === 'STOPPING' || status === 'DEPROVISIONING';
}
