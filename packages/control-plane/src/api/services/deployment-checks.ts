import {
  type DeploymentCircuitBreaker,
  type DeploymentConfiguration,
  type DeploymentController,
  type DeploymentLifecycleHook,
  invalidParameter,
  type SchedulingStrategy,
  unsupportedFeature,
} from '@longshore/model';

/** The longest bake and pause that ECS takes: 24 hours and 14 days, in minutes. */
const mostBakeMinutes = 1440;
const mostPauseMinutes = 20_160;

/** CODE_DEPLOY needs a load balancer to shift; ECS is who rolls out where nobody is named. */
export function checkController(controller: DeploymentController | undefined): void {
  if (controller === undefined) return;
  if (controller.type === undefined)
    throw invalidParameter('deploymentController: type should not be null or empty.');
  if (controller.type === 'CODE_DEPLOY')
    throw unsupportedFeature(
      'deploymentController CODE_DEPLOY is not available in this cluster: use ECS or EXTERNAL.',
    );
}

/** Checks what a request, or a service after it, says about its roll-outs. Throws ECS's exceptions. */
export function checkDeploymentConfiguration(
  configuration: DeploymentConfiguration,
  schedulingStrategy: SchedulingStrategy,
): void {
  checkPercentages(configuration);
  checkStrategy(configuration, schedulingStrategy);
  checkBreaker(configuration.deploymentCircuitBreaker);
  checkEarlySuccess(configuration);
  for (const hook of configuration.lifecycleHooks ?? []) checkHook(hook);
  if (configuration.alarms?.enable === true)
    throw unsupportedFeature(
      'deploymentConfiguration.alarms: alarms of CloudWatch are not available in this cluster.',
    );
}

function checkPercentages({ minimumHealthyPercent, maximumPercent }: DeploymentConfiguration): void {
  if (minimumHealthyPercent !== undefined && (minimumHealthyPercent < 0 || minimumHealthyPercent > 100))
    throw invalidParameter(
      `minimumHealthyPercent must be between 0 and 100, but was ${minimumHealthyPercent}.`,
    );
  if (maximumPercent !== undefined && (maximumPercent < 100 || maximumPercent > 200))
    throw invalidParameter(`maximumPercent must be between 100 and 200, but was ${maximumPercent}.`);
  if (minimumHealthyPercent === 100 && maximumPercent === 100)
    throw invalidParameter(
      'Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.',
    );
}

function checkStrategy(
  {
    strategy = 'ROLLING',
    bakeTimeInMinutes,
    linearConfiguration,
    canaryConfiguration,
  }: DeploymentConfiguration,
  schedulingStrategy: SchedulingStrategy,
): void {
  if (strategy === 'LINEAR' || strategy === 'CANARY')
    throw unsupportedFeature(
      `deploymentConfiguration.strategy ${strategy} shifts the traffic of a load balancer, and this cluster has none: use ROLLING or BLUE_GREEN.`,
    );
  if (linearConfiguration !== undefined || canaryConfiguration !== undefined)
    throw invalidParameter(
      'linearConfiguration and canaryConfiguration are only for the strategies LINEAR and CANARY.',
    );
  if (strategy === 'BLUE_GREEN' && schedulingStrategy === 'DAEMON')
    throw invalidParameter(
      'The daemon scheduling strategy does not support the deployment strategy BLUE_GREEN.',
    );
  if (bakeTimeInMinutes !== undefined && (bakeTimeInMinutes < 0 || bakeTimeInMinutes > mostBakeMinutes))
    throw invalidParameter(
      `bakeTimeInMinutes must be between 0 and ${mostBakeMinutes}, but was ${bakeTimeInMinutes}.`,
    );
}

function checkBreaker(breaker: DeploymentCircuitBreaker | undefined): void {
  const threshold = breaker?.thresholdConfiguration;
  if (threshold === undefined) return;
  const { type = 'BOUNDED_PERCENT', value } = threshold;
  if (value === undefined) return;
  const most = type === 'BOUNDED_PERCENT' ? 100 : Number.MAX_SAFE_INTEGER;
  if (value >= 1 && value <= most) return;
  const bounds = type === 'BOUNDED_PERCENT' ? 'between 1 and 100' : 'at least 1';
  throw invalidParameter(
    `thresholdConfiguration: a value of type ${type} must be ${bounds}, but was ${value}.`,
  );
}

function checkEarlySuccess({
  earlySuccessCriteria,
  minimumHealthyPercent = 0,
}: DeploymentConfiguration): void {
  if (earlySuccessCriteria?.enable !== true) return;
  const { healthyPercent, sourceServiceRevisionCleanup } = earlySuccessCriteria;
  if (healthyPercent === undefined || sourceServiceRevisionCleanup === undefined)
    throw invalidParameter('earlySuccessCriteria needs healthyPercent and sourceServiceRevisionCleanup.');
  if (healthyPercent < 0 || healthyPercent > 100)
    throw invalidParameter(
      `earlySuccessCriteria: healthyPercent must be between 0 and 100, but was ${healthyPercent}.`,
    );
  if (healthyPercent < minimumHealthyPercent)
    throw invalidParameter(
      `earlySuccessCriteria: healthyPercent ${healthyPercent} must not be below minimumHealthyPercent ${minimumHealthyPercent}.`,
    );
}

function checkHook({
  targetType = 'AWS_LAMBDA',
  lifecycleStages,
  timeoutConfiguration,
}: DeploymentLifecycleHook): void {
  if (targetType === 'AWS_LAMBDA')
    throw unsupportedFeature(
      'lifecycleHooks: a hook of targetType AWS_LAMBDA is not available in this cluster: use PAUSE.',
    );
  if (lifecycleStages === undefined || lifecycleStages.length === 0)
    throw invalidParameter('lifecycleHooks: lifecycleStages should not be null or empty.');
  const shift = lifecycleStages.find((s) => s === 'TEST_TRAFFIC_SHIFT' || s === 'PRODUCTION_TRAFFIC_SHIFT');
  if (shift !== undefined)
    throw invalidParameter(`lifecycleHooks: a PAUSE hook cannot be at stage ${shift}.`);
  const { timeoutInMinutes } = timeoutConfiguration ?? {};
  if (timeoutInMinutes !== undefined && (timeoutInMinutes < 1 || timeoutInMinutes > mostPauseMinutes))
    throw invalidParameter(
      `lifecycleHooks: timeoutInMinutes must be between 1 and ${mostPauseMinutes}, but was ${timeoutInMinutes}.`,
    );
}

/** The configuration with ECS's defaults; what is given stays as it is. */
export function withDeploymentDefaults(
  configuration: DeploymentConfiguration | undefined,
  schedulingStrategy: SchedulingStrategy,
): DeploymentConfiguration {
  const isDaemon = schedulingStrategy === 'DAEMON';
  return {
    ...configuration,
    deploymentCircuitBreaker: configuration?.deploymentCircuitBreaker ?? { enable: false, rollback: false },
    maximumPercent: configuration?.maximumPercent ?? (isDaemon ? 100 : 200),
    minimumHealthyPercent: configuration?.minimumHealthyPercent ?? (isDaemon ? 0 : 100),
    strategy: configuration?.strategy ?? 'ROLLING',
    bakeTimeInMinutes: configuration?.bakeTimeInMinutes ?? 0,
  };
}
