import {
  checkOverrides,
  checkPlacement,
  checkTags,
  clientException,
  invalidParameter,
  limits,
  type NetworkConfiguration,
  optionsOf,
  type PlacementConstraint,
  type PropagateTags,
  propagatedTags,
  type RunTaskRequest,
  type StartTaskRequest,
  shown,
  type Tag,
  type TaskDefinition,
} from '@longshore/model';
import { compileQuery, describeQueryError } from '@longshore/scheduler';
import type { FoundDefinition } from '../lookup.js';

/** What RunTask and StartTask have in common, checked. */
type Common = Pick<
  RunTaskRequest & StartTaskRequest,
  | 'group'
  | 'startedBy'
  | 'tags'
  | 'overrides'
  | 'networkConfiguration'
  | 'propagateTags'
  | 'enableExecuteCommand'
  | 'volumeConfigurations'
>;

/** Everything that can be said no to before the cluster is looked at. Throws ECS's exceptions. */
export function checkRunTask(request: RunTaskRequest): void {
  const { count, launchType, clientToken } = request;
  if (count !== undefined && (count < 1 || count > 10))
    throw invalidParameter(`Count must be between 1 and 10, but was ${count}.`);
  if (launchType === 'FARGATE' || launchType === 'MANAGED_INSTANCES')
    throw clientException(`launch type ${launchType} is not available in this cluster: use EC2 or EXTERNAL`);
  if ((request.capacityProviderStrategy?.length ?? 0) > 0) checkStrategy(request);
  if (request.platformVersion)
    throw invalidParameter('The platform version must be null when specifying an EC2 launch type.');
  if (clientToken !== undefined && !/^[\x21-\x7e]{1,64}$/.test(clientToken))
    throw invalidParameter('clientToken must be 1 to 64 characters of the ASCII range 33 to 126.');
  checkStartedBy(request.startedBy, limits.startedByCharacters);
  checkPlacement(request.placementConstraints, request.placementStrategy);
  checkExpressions(request.placementConstraints);
  checkCommon(request);
}

export function checkStartTask(request: StartTaskRequest): void {
  const count = request.containerInstances?.length ?? 0;
  if (count === 0) throw invalidParameter('Container instances can not be empty.');
  if (count > 10) throw invalidParameter(`StartTask takes at most 10 container instances, but got ${count}.`);
  checkStartedBy(request.startedBy, limits.startTaskStartedByCharacters);
  checkCommon(request);
}

function checkStrategy(request: RunTaskRequest): never {
  if (request.launchType)
    throw invalidParameter('Specifying both a launch type and capacity provider strategy is not supported.');
  const names = (request.capacityProviderStrategy ?? []).map((item) => shown(item.capacityProvider ?? ''));
  throw invalidParameter(`The specified capacity provider was not found: ${names.join(', ')}.`);
}

function checkStartedBy(startedBy: string | undefined, most: number): void {
  if (startedBy === undefined) return;
  if (startedBy.length > most)
    throw invalidParameter(`startedBy must be at most ${most} characters, but was ${startedBy.length}.`);
}

function checkCommon(request: Common): void {
  if (request.group !== undefined && request.group.length > 255)
    throw invalidParameter(`group must be at most 255 characters, but was ${request.group.length}.`);
  if (request.group?.startsWith('service:'))
    throw invalidParameter(
      'Invalid namespace for group: groups that begin with service: are those of services.',
    );
  if (request.propagateTags === 'SERVICE')
    throw invalidParameter(
      'propagateTags: SERVICE is only for tasks of services, use TASK_DEFINITION or NONE.',
    );
  if (request.enableExecuteCommand)
    throw invalidParameter('enableExecuteCommand is not available in this cluster.');
  if ((request.volumeConfigurations?.length ?? 0) > 0)
    throw invalidParameter(
      'volumeConfigurations: volumes that are configured at launch are not available here.',
    );
  checkTags(request.tags, 'task');
}

/** The expressions of memberOf, with the column of the fault. */
export function checkExpressions(constraints: readonly PlacementConstraint[] | undefined): void {
  for (const { type, expression } of constraints ?? []) {
    if (type !== 'memberOf' || !expression) continue;
    const query = compileQuery(expression);
    if (query.kind === 'query-error') throw invalidParameter(describeQueryError(query, expression));
  }
}

/** What only the definition can tell. */
export function checkAgainstDefinition(
  request: Pick<RunTaskRequest, 'overrides' | 'networkConfiguration' | 'placementConstraints'>,
  definition: TaskDefinition,
): void {
  checkOverrides(definition, request.overrides);
  checkNetwork(request.networkConfiguration, definition);
  const constraints =
    (request.placementConstraints?.length ?? 0) + (definition.placementConstraints?.length ?? 0);
  if (constraints > limits.placementConstraints)
    throw invalidParameter(
      `Placement constraints: at most ${limits.placementConstraints} are allowed, those of the definition included.`,
    );
}

function checkNetwork(configuration: NetworkConfiguration | undefined, definition: TaskDefinition): void {
  const vpc = configuration?.awsvpcConfiguration;
  if (definition.networkMode !== 'awsvpc') {
    if (vpc)
      throw invalidParameter(
        'Network Configuration is not valid for the given networkMode of this task definition.',
      );
    return;
  }
  if (!vpc)
    throw invalidParameter("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
  if ((vpc.subnets?.length ?? 0) === 0) throw invalidParameter('subnets can not be empty.');
  if ((vpc.subnets?.length ?? 0) > 16) throw invalidParameter('subnets can have at most 16 items.');
  if ((vpc.securityGroups?.length ?? 0) > 5)
    throw invalidParameter('securityGroups can have at most 5 items.');
  if (vpc.assignPublicIp === 'ENABLED')
    throw invalidParameter('Assign public IP is not supported for this launch type.');
}

/** The tags that a new task has: its definition's where asked, its own over them, ECS's own last. */
export function tagsOfTask(
  request: {
    readonly tags?: readonly Tag[] | undefined;
    readonly propagateTags?: PropagateTags | undefined;
    readonly enableECSManagedTags?: boolean | undefined;
  },
  from: { readonly cluster: string; readonly definition: FoundDefinition },
): readonly Tag[] {
  const tags = new Map<string | undefined, Tag>();
  if (request.propagateTags === 'TASK_DEFINITION')
    for (const tag of propagatedTags(from.definition.stored.value.tags)) tags.set(tag.key, tag);
  for (const tag of request.tags ?? []) tags.set(tag.key, tag);
  if (request.enableECSManagedTags)
    tags.set('aws:ecs:clusterName', { key: 'aws:ecs:clusterName', value: from.cluster });
  const all = [...tags.values()];
  checkTags(
    all.filter((tag) => !tag.key?.startsWith('aws:')),
    'task',
  );
  return all;
}

/** How many tasks RunTask starts. */
export function countOf(request: RunTaskRequest): number {
  return optionsOf(request.tags).count ?? request.count ?? 1;
}
