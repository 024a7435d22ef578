import {
  type DeploymentRecord,
  invalidParameter,
  type Service,
  type ServiceRecord,
  type ServiceRevisionRecord,
  serviceNotActive,
  type UpdateServiceRequest,
  type UpdateServiceResponse,
} from '@longshore/model';
import { beginDeployment } from '@longshore/scheduler';
import { type Expectation, keyOf, type Stored, type Write } from '@longshore/store';
import { checkRoom, type PlacingContext } from '../context.js';
import { certainly, type FoundDefinition, requireDefinition } from '../lookup.js';
import type { Call, Operation } from '../operation.js';
import { findDefinition } from '../task-definitions/index.js';
import { checkAgainstDefinition } from '../tasks/request.js';
import { checkCommon, checkDaemonCount, checkLaunch, checkNotBuilt, checkRebalancing } from './checks.js';
import { type Attempt, commitAfresh } from './commit.js';
import { checkController, checkDeploymentConfiguration } from './deployment-checks.js';
import { type NamedService, requireService, storedDeployments } from './find.js';
import { renderService } from './render.js';
import { isSameWorkload, newRevision, type Workload } from './revision.js';

/** ECS's UpdateService: what is not mentioned stays. A change of what the service revision fixes is a new deployment. */
export const updateService: Operation<'UpdateService', PlacingContext> = async (request, call, context) => {
  checkRequest(request);
  return await commitAfresh(context, call, () => prepare(request, call, context));
};

function checkRequest(request: UpdateServiceRequest): void {
  checkLaunch({
    capacityProviderStrategy: request.capacityProviderStrategy?.items,
    platformVersion: request.platformVersion,
  });
  checkNotBuilt({
    ...request,
    loadBalancers: request.loadBalancers?.items,
    serviceRegistries: request.serviceRegistries?.items,
    volumeConfigurations: request.volumeConfigurations?.items,
    vpcLatticeConfigurations: request.vpcLatticeConfigurations?.items,
  });
  checkController(request.deploymentController);
  checkCommon({
    ...request,
    placementConstraints: request.placementConstraints?.items,
    placementStrategy: request.placementStrategy?.items,
  });
}

async function prepare(
  request: UpdateServiceRequest,
  call: Call,
  context: PlacingContext,
): Promise<Attempt<UpdateServiceResponse>> {
  const named = await requireService(request, call, context);
  if (named.stored.value.status !== 'ACTIVE') throw serviceNotActive();
  const present = presentRevision(named, context);
  const definition = await definitionFor(request, present, call, context);
  // The definition may have been waited for: decide on the service as it is now.
  const stored = context.store.get(named.stored.key);
  if (stored?.value.status !== 'ACTIVE') throw serviceNotActive();
  const spec = updatedSpec(stored.value.spec ?? {}, request);
  if ((spec.desiredCount ?? 0) > (stored.value.spec?.desiredCount ?? 0)) checkRoom(context);
  const next = decide({ request, named, stored, spec, definition }, context);
  const answer = (): UpdateServiceResponse => ({
    service: renderService(
      { cluster: named.cluster.name, name: named.name, record: next.record },
      call,
      context,
    ),
  });
  return { commit: next, answer };
}

function presentRevision(named: NamedService, { store }: PlacingContext): ServiceRevisionRecord | undefined {
  const digits = named.stored.value.currentRevision;
  if (digits === '') return undefined;
  return store.get(keyOf('serviceRevision', named.cluster.name, named.name, digits))?.value;
}

type UsedDefinition = Pick<FoundDefinition, 'family' | 'revision' | 'definition' | 'expect'>;

/** The definition that is asked for, else the present one, which may be INACTIVE by now. */
async function definitionFor(
  request: UpdateServiceRequest,
  present: ServiceRevisionRecord | undefined,
  call: Call,
  context: PlacingContext,
): Promise<UsedDefinition | undefined> {
  if (request.taskDefinition !== undefined)
    return await requireDefinition(request.taskDefinition, call, context);
  if (present === undefined) return undefined;
  const at = { family: present.family, revision: present.taskDefinitionRevision };
  const found = await certainly(context.store, call.signal, () => findDefinition(context.store, at));
  const definition = found?.stored.value.definition;
  return definition && { ...at, definition, expect: [] };
}

/** The spec after the request. Throws ECS's exceptions where the two do not go together. */
function updatedSpec(spec: Service, request: UpdateServiceRequest): Service {
  const schedulingStrategy = spec.schedulingStrategy ?? 'REPLICA';
  if (schedulingStrategy === 'DAEMON') checkDaemonRequest(request);
  const controller = spec.deploymentController?.type ?? 'ECS';
  const asked = request.deploymentController?.type;
  if (asked !== undefined && asked !== controller)
    throw invalidParameter(
      `The deployment controller of a service cannot change from ${controller} to ${asked}.`,
    );
  if (controller === 'EXTERNAL') checkExternalRequest(request);
  const configuration = { ...spec.deploymentConfiguration, ...given(request.deploymentConfiguration ?? {}) };
  checkDeploymentConfiguration(configuration, schedulingStrategy);
  const placementStrategy = request.placementStrategy?.items ?? spec.placementStrategy;
  checkRebalancing(request.availabilityZoneRebalancing, {
    schedulingStrategy,
    placementStrategy,
    configuration,
  });
  return {
    ...spec,
    deploymentConfiguration: configuration,
    placementStrategy,
    placementConstraints: request.placementConstraints?.items ?? spec.placementConstraints,
    ...given({
      desiredCount: request.desiredCount,
      availabilityZoneRebalancing: request.availabilityZoneRebalancing,
      healthCheckGracePeriodSeconds: request.healthCheckGracePeriodSeconds,
      enableECSManagedTags: request.enableECSManagedTags,
      propagateTags: request.propagateTags,
    }),
  };
}

/** Without what is not mentioned. */
function given<T extends object>(members: T): Partial<T> {
  const entries = Object.entries(members).filter(
    ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
  );
  return Object.fromEntries(entries) as Partial<T>;
}

function checkDaemonRequest({ desiredCount, placementStrategy }: UpdateServiceRequest): void {
  checkDaemonCount(desiredCount);
  if ((placementStrategy?.items?.length ?? 0) > 0)
    throw invalidParameter('The daemon scheduling strategy does not support placement strategies.');
}

function checkExternalRequest(request: UpdateServiceRequest): void {
  const own = ['taskDefinition', 'networkConfiguration', 'forceNewDeployment'] as const;
  const named = own.find((member) => request[member] !== undefined && request[member] !== false);
  if (named !== undefined)
    throw invalidParameter(
      `${named} cannot be updated on a service with the deployment controller EXTERNAL: create a new task set.`,
    );
}

interface Change {
  readonly request: UpdateServiceRequest;
  readonly named: NamedService;
  readonly stored: Stored<'service'>;
  readonly spec: Service;
  readonly definition: UsedDefinition | undefined;
}

interface Update {
  readonly record: ServiceRecord;
  readonly expect: readonly Expectation[];
  readonly write: readonly Write[];
}

/** One turn, on the service as it stands; everything that it rests on is expected. */
function decide({ request, named, stored, spec, definition }: Change, context: PlacingContext): Update {
  const { store } = context;
  const cluster = named.cluster.name;
  const revisionKey = (digits: string) => keyOf('serviceRevision', cluster, named.name, digits);
  const digits = stored.value.currentRevision;
  const present = digits === '' ? undefined : store.get(revisionKey(digits))?.value;
  const kept: ServiceRecord = { ...stored.value, spec };
  const expect: Expectation[] = [
    { key: stored.key, revision: stored.revision },
    ...(definition?.expect ?? []),
  ];
  const workload = definition && workloadOf(request, present, definition);
  const isNew = workload && (request.forceNewDeployment === true || !isSameWorkload(present, workload));
  if (!isNew) return { record: kept, expect, write: [{ put: stored.key, value: kept }] };
  const nowMs = context.clock.wallMs();
  const fresh = context.random.digits(19);
  const before = storedDeployments(store, cluster, named.name);
  const after = beginDeployment(
    { service: kept, deployments: recordsOf(before) },
    { digits: fresh, revision: fresh, forced: request.forceNewDeployment === true, nowMs },
  );
  const write: Write[] = [
    { put: stored.key, value: after.service },
    { put: revisionKey(fresh), value: newRevision(workload, nowMs) },
  ];
  for (const [at, value] of after.deployments) {
    const old = before.get(at);
    if (old?.value === value) continue;
    const key = keyOf('deployment', cluster, named.name, at);
    if (old) expect.push({ key, revision: old.revision });
    write.push({ put: key, value });
  }
  return { record: after.service, expect, write };
}

function workloadOf(
  request: UpdateServiceRequest,
  present: ServiceRevisionRecord | undefined,
  definition: UsedDefinition,
): Workload {
  const networkConfiguration = request.networkConfiguration ?? present?.revision?.networkConfiguration;
  checkAgainstDefinition(
    { networkConfiguration, placementConstraints: request.placementConstraints?.items },
    definition.definition,
  );
  return {
    definition,
    fixed: { launchType: present?.revision?.launchType ?? 'EC2', networkConfiguration },
  };
}

function recordsOf(
  deployments: ReadonlyMap<string, Stored<'deployment'>>,
): ReadonlyMap<string, DeploymentRecord> {
  return new Map([...deployments].map(([digits, { value }]) => [digits, value]));
}
