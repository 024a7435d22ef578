import type { HealthRules } from '../health/task-health.js';
import type { ServiceSnapshot } from './snapshot.js';

/** How the tasks of one of a service's deployments are judged. */
export function healthRules(
  { service, healthChecked, settings }: Pick<ServiceSnapshot, 'service' | 'healthChecked' | 'settings'>,
  deployment: string,
): HealthRules {
  return {
    hasHealthCheck: healthChecked.has(deployment),
    healthyAfterMs: settings.healthyAfterMs,
    gracePeriodMs: (service.spec?.healthCheckGracePeriodSeconds ?? 0) * 1000,
  };
}
