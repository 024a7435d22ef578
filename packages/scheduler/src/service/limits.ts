import type { DeploymentConfiguration, Service } from '@longshore/model';

/** How many tasks a service may have at least healthy and at most at all while the scheduler starts and stops some. */
export interface TaskLimits {
  readonly desired: number;
  readonly minimumHealthy: number;
  readonly maximum: number;
}

/** ECS's rounding: the minimum up, the maximum down. Defaults 100 and 200, for DAEMON 0 and 100. */
export function taskLimits(spec: Service, desired: number): TaskLimits {
  const { minimumHealthyPercent, maximumPercent } = spec.deploymentConfiguration ?? {};
  const isDaemon = spec.schedulingStrategy === 'DAEMON';
  const minimum = minimumHealthyPercent ?? (isDaemon ? 0 : 100);
  const maximum = maximumPercent ?? (isDaemon ? 100 : 200);
  return {
    desired,
    minimumHealthy: Math.ceil((desired * minimum) / 100),
    maximum: Math.floor((desired * maximum) / 100),
  };
}

/**
 * How many failures break the circuit: ECS's `thresholdConfiguration`. BOUNDED_PERCENT, the default with 50, is rounded
 * up and kept between 3 and 200; UNBOUNDED_PERCENT is rounded up, at least 1; COUNT is what it says.
 */
export function failureThreshold(
  configuration: DeploymentConfiguration | undefined,
  desired: number,
): number {
  const { type = 'BOUNDED_PERCENT', value = 50 } =
    configuration?.deploymentCircuitBreaker?.thresholdConfiguration ?? {};
  if (type === 'COUNT') return Math.max(1, value);
  const share = Math.ceil((desired * value) / 100);
  return type === 'UNBOUNDED_PERCENT' ? Math.max(1, share) : Math.min(200, Math.max(3, share));
}
