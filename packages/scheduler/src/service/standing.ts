import { type HealthRules, healthChangesInMs, type TaskHealth, taskHealth } from '../health/task-health.js';
import type { ServiceInstance, ServiceSnapshot, ServiceTask } from './snapshot.js';

/** A task that counts: it wants to run and is not on a lost instance. */
export interface Standing {
  readonly task: ServiceTask;
  readonly health: Extract<TaskHealth, 'starting' | 'healthy' | 'unhealthy'>;
  /** Undefined while it waits for a place. */
  readonly instance: ServiceInstance | undefined;
  readonly draining: boolean;
  readonly isProtected: boolean;
}

export interface Standings {
  readonly active: readonly Standing[];
  /** Tasks by deployment that have not reached STOPPED, lost ones left out. */
  readonly unfinished: ReadonlyMap<string, number>;
  /** Told to stop and not there yet. */
  readonly stopping: readonly ServiceTask[];
  /** When time alone changes a task's health or ends its protection. */
  readonly changesInMs: number | undefined;
}

export function healthRules(snapshot: ServiceSnapshot, deployment: string): HealthRules {
  const { service, healthChecked, settings } = snapshot;
  return {
    hasHealthCheck: healthChecked.has(deployment),
    healthyAfterMs: settings.healthyAfterMs,
    gracePeriodMs: (service.spec?.healthCheckGracePeriodSeconds ?? 0) * 1000,
  };
}

/** Sorts out the service's tasks. A task on a lost instance counts for nothing: it is unknown, not stopped. */
export function standingsOf(snapshot: ServiceSnapshot, nowMs: number): Standings {
  const active: Standing[] = [];
  const stopping: ServiceTask[] = [];
  const unfinished = new Map<string, number>();
  let changesInMs: number | undefined;
  for (const task of snapshot.tasks) {
    const rules = healthRules(snapshot, task.deployment);
    const health = taskHealth(task, rules);
    const instance = task.instance === '' ? undefined : snapshot.instances.get(task.instance);
    const isGone = task.instance !== '' && instance === undefined;
    if (health === 'stopped' || isGone || instance?.lost === true) continue;
    unfinished.set(task.deployment, (unfinished.get(task.deployment) ?? 0) + 1);
    if (health === 'stopping') {
      stopping.push(task);
      continue;
    }
    changesInMs = sooner(changesInMs, healthChangesInMs(task, rules));
    const isProtected = task.protectedUntilMs > nowMs;
    if (isProtected && Number.isFinite(task.protectedUntilMs)) {
      changesInMs = sooner(changesInMs, task.protectedUntilMs - nowMs);
    }
    active.push({ task, health, instance, draining: instance?.status === 'DRAINING', isProtected });
  }
  return { active, stopping, unfinished, changesInMs };
}

export function sooner(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}
