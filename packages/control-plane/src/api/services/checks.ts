import {
  type AvailabilityZoneRebalancing,
  type CapacityProviderStrategyItem,
  type CreateServiceRequest,
  checkPlacement,
  checkTags,
  clientException,
  type DeploymentConfiguration,
  invalidParameter,
  type LaunchType,
  type PlacementConstraint,
  type PlacementStrategy,
  type SchedulingStrategy,
  shown,
  unsupportedFeature,
} from '@longshore/model';
import { checkExpressions } from '../tasks/request.js';
import {
  checkController,
  checkDeploymentConfiguration,
  withDeploymentDefaults,
} from './deployment-checks.js';

const namePattern = /^[A-Za-z0-9_-]{1,255}$/;
/** What a request may ask for at once: far above ECS's quota, below what an integer of the wire can hold. */
const mostTasks = 100_000;

/** Everything that can be said no to before the cluster is looked at. Throws ECS's exceptions. */
export function checkCreateService(request: CreateServiceRequest): void {
  const { serviceName, schedulingStrategy = 'REPLICA', clientToken } = request;
  if (!serviceName) throw invalidParameter('Service name can not be blank.');
  if (!namePattern.test(serviceName))
    throw invalidParameter(
      'Invalid service name: up to 255 letters, digits, hyphens and underscores are allowed.',
    );
  if (clientToken !== undefined && !/^[\x21-\x7e]{1,64}$/.test(clientToken))
    throw invalidParameter('clientToken must be 1 to 64 characters of the ASCII range 33 to 126.');
  checkLaunch(request);
  checkNotBuilt(request);
  checkController(request.deploymentController);
  checkTags(request.tags, 'service');
  checkCommon(request);
  if (schedulingStrategy === 'DAEMON') checkDaemon(request);
  else if (request.desiredCount === undefined)
    throw invalidParameter('desiredCount should not be null for the scheduling strategy REPLICA.');
  checkExternal(request);
  const configuration = withDeploymentDefaults(request.deploymentConfiguration, schedulingStrategy);
  checkDeploymentConfiguration(configuration, schedulingStrategy);
  checkRebalancing(request.availabilityZoneRebalancing, { ...request, schedulingStrategy, configuration });
}

/** What CreateService and UpdateService have in common. Absent members are not checked. */
export function checkCommon(request: {
  readonly desiredCount?: number | undefined;
  readonly healthCheckGracePeriodSeconds?: number | undefined;
  readonly placementConstraints?: readonly PlacementConstraint[] | undefined;
  readonly placementStrategy?: readonly PlacementStrategy[] | undefined;
  readonly enableExecuteCommand?: boolean | undefined;
}): void {
  const { desiredCount, healthCheckGracePeriodSeconds: graceSeconds } = request;
  if (desiredCount !== undefined && (desiredCount < 0 || desiredCount > mostTasks))
    throw invalidParameter(`desiredCount must be between 0 and ${mostTasks}, but was ${desiredCount}.`);
  if (graceSeconds !== undefined && graceSeconds < 0)
    throw invalidParameter(`healthCheckGracePeriodSeconds must be at least 0, but was ${graceSeconds}.`);
  checkPlacement(request.placementConstraints, request.placementStrategy);
  checkExpressions(request.placementConstraints);
  if (request.enableExecuteCommand === true)
    throw invalidParameter('enableExecuteCommand is not available in this cluster.');
}

/** Where the tasks may run: the cluster's instances are one pool, without capacity providers. */
export function checkLaunch(request: {
  readonly launchType?: LaunchType | undefined;
  readonly capacityProviderStrategy?: readonly CapacityProviderStrategyItem[] | undefined;
  readonly platformVersion?: string | undefined;
}): void {
  const { launchType, capacityProviderStrategy = [], platformVersion } = request;
  if (launchType === 'FARGATE' || launchType === 'MANAGED_INSTANCES')
    throw clientException(`launch type ${launchType} is not available in this cluster: use EC2 or EXTERNAL`);
  if (capacityProviderStrategy.length > 0 && launchType !== undefined)
    throw invalidParameter('Specifying both a launch type and capacity provider strategy is not supported.');
  if (capacityProviderStrategy.length > 0) {
    const names = capacityProviderStrategy.map((item) => shown(item.capacityProvider ?? ''));
    throw invalidParameter(`The specified capacity provider was not found: ${names.join(', ')}.`);
  }
  if (platformVersion)
    throw invalidParameter('The platform version must be null when specifying an EC2 launch type.');
}

/** What ECS has and this cluster does not: refused by name, never silently left out. */
interface NotBuilt {
  readonly loadBalancers?: readonly unknown[] | undefined;
  readonly serviceRegistries?: readonly unknown[] | undefined;
  readonly serviceConnectConfiguration?: { readonly enabled?: boolean | undefined } | undefined;
  readonly volumeConfigurations?: readonly unknown[] | undefined;
  readonly vpcLatticeConfigurations?: readonly unknown[] | undefined;
  readonly gatewayConnectors?: readonly unknown[] | undefined;
  readonly monitoring?: object | undefined;
  readonly role?: string | undefined;
}

export function checkNotBuilt(request: NotBuilt): void {
  const lists = [
    'loadBalancers',
    'serviceRegistries',
    'volumeConfigurations',
    'vpcLatticeConfigurations',
    'gatewayConnectors',
  ] as const;
  for (const member of lists) if ((request[member]?.length ?? 0) > 0) throw notBuilt(member);
  if (request.serviceConnectConfiguration?.enabled === true) throw notBuilt('serviceConnectConfiguration');
  if (request.monitoring !== undefined) throw notBuilt('monitoring');
  if (request.role) throw invalidParameter('role is only for a service with a load balancer.');
}

function notBuilt(member: string): Error {
  return unsupportedFeature(`${member} is not available in this cluster.`);
}

function checkDaemon({ desiredCount, placementStrategy }: CreateServiceRequest): void {
  checkDaemonCount(desiredCount);
  if ((placementStrategy?.length ?? 0) > 0)
    throw invalidParameter('The daemon scheduling strategy does not support placement strategies.');
}

export function checkDaemonCount(desiredCount: number | undefined): void {
  if (desiredCount !== undefined)
    throw invalidParameter(
      'The daemon scheduling strategy does not support a desired count for services. Remove the desired count value and try again',
    );
}

function checkExternal({
  deploymentController,
  schedulingStrategy,
  taskDefinition,
}: CreateServiceRequest): void {
  if (deploymentController?.type !== 'EXTERNAL') return;
  if (schedulingStrategy === 'DAEMON')
    throw invalidParameter(
      'The daemon scheduling strategy does not support the deployment controller EXTERNAL.',
    );
  if (taskDefinition)
    throw invalidParameter(
      'A task definition is given to the task sets of a service whose deployment controller is EXTERNAL, not to the service.',
    );
}

interface Rebalanced {
  readonly schedulingStrategy: SchedulingStrategy;
  readonly placementStrategy?: readonly PlacementStrategy[] | undefined;
  readonly configuration: DeploymentConfiguration;
}

/** Why availability-zone rebalancing has nothing to work with; undefined: it has. */
function rebalancingFault({
  schedulingStrategy,
  placementStrategy,
  configuration,
}: Rebalanced): string | undefined {
  if (schedulingStrategy === 'DAEMON') return 'the scheduling strategy is DAEMON';
  if ((configuration.maximumPercent ?? 200) <= 100) return 'maximumPercent is 100';
  const [first] = placementStrategy ?? [];
  const isByZone =
    first?.type === 'spread' && /^(attribute:)?ecs\.availability-zone$/.test(first.field ?? '');
  return first === undefined || isByZone
    ? undefined
    : 'the first placement strategy is not a spread over attribute:ecs.availability-zone';
}

/** Throws where it is asked for by name and cannot work. */
export function checkRebalancing(asked: AvailabilityZoneRebalancing | undefined, service: Rebalanced): void {
  const fault = asked === 'ENABLED' ? rebalancingFault(service) : undefined;
  if (fault !== undefined)
    throw invalidParameter(`availabilityZoneRebalancing cannot be ENABLED for this service: ${fault}.`);
}

/** ECS turns it on for a new service that says nothing, where it can work. */
export function rebalancingOf(
  asked: AvailabilityZoneRebalancing | undefined,
  service: Rebalanced,
): AvailabilityZoneRebalancing {
  return asked ?? (rebalancingFault(service) === undefined ? 'ENABLED' : 'DISABLED');
}
