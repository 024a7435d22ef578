import { createHash } from 'node:crypto';
import {
  type CreateServiceRequest,
  type CreateServiceResponse,
  invalidParameter,
  type Service,
  type ServiceRecord,
} from '@longshore/model';
import { beginDeployment } from '@longshore/scheduler';
import { type Expectation, keyOf, rangeOf, type Store, type Stored, type Write } from '@longshore/store';
import { type ActiveCluster, activeCluster } from '../clusters/index.js';
import { look } from '../common/index.js';
import type { PlacingContext } from '../context.js';
import { type FoundDefinition, requireDefinition } from '../lookup.js';
import type { Call, Operation } from '../operation.js';
import { canonical } from '../tasks/ids.js';
import { checkAgainstDefinition, checkExpressions } from '../tasks/request.js';
import { checkCreateService, rebalancingOf } from './checks.js';
import { type Attempt, commitAfresh } from './commit.js';
import { withDeploymentDefaults } from './deployment-checks.js';
import { renderService } from './render.js';
import { newRevision } from './revision.js';

/** ECS's CreateService. A name may be used again once its service is INACTIVE. */
export const createService: Operation<'CreateService', PlacingContext> = async (request, call, context) => {
  checkCreateService(request);
  return await commitAfresh(context, call, () => prepare(request, call, context));
};

async function prepare(
  request: CreateServiceRequest,
  call: Call,
  context: PlacingContext,
): Promise<Attempt<CreateServiceResponse>> {
  const cluster = await activeCluster(request.cluster, call, context);
  const isExternal = request.deploymentController?.type === 'EXTERNAL';
  const definition = isExternal ? undefined : await requireDefinition(request.taskDefinition, call, context);
  if (definition) checkDefinition(request, definition);
  const name = request.serviceName ?? '';
  const key = keyOf('service', cluster.name, name);
  await look({ call, context }, key);
  const present = context.store.get(key);
  const answer = (record: ServiceRecord) => (): CreateServiceResponse => ({
    service: renderService({ cluster: cluster.name, name, record }, call, context),
  });
  if (present && present.value.status !== 'INACTIVE') {
    checkRepetition(present.value, request);
    return { answer: answer(present.value) };
  }
  const birth = newService(request, { cluster, definition, present }, call, context);
  return { commit: birth, answer: answer(birth.record) };
}

function checkDefinition(request: CreateServiceRequest, { definition }: FoundDefinition): void {
  const { networkConfiguration, placementConstraints } = request;
  checkAgainstDefinition({ networkConfiguration, placementConstraints }, definition);
  checkExpressions(
    definition.placementConstraints?.map((c) => ({ type: 'memberOf', expression: c.expression })),
  );
}

/** The same request under the same token is answered again; anything else on a live name is refused. */
function checkRepetition(present: ServiceRecord, request: CreateServiceRequest): void {
  if (present.status === 'DRAINING')
    throw invalidParameter('Unable to Start a service that is still Draining.');
  const isSame = request.clientToken !== undefined && hashOf(request).equals(present.requestHash);
  if (!isSame) throw invalidParameter('Creation of service was not idempotent.');
}

/** Empty without a token. The same on every replica and on both wires. */
function hashOf(request: CreateServiceRequest): Buffer {
  if (request.clientToken === undefined) return Buffer.alloc(0);
  return createHash('sha256').update(canonical(request)).digest().subarray(0, 16);
}

interface Surroundings {
  readonly cluster: ActiveCluster;
  readonly definition: FoundDefinition | undefined;
  /** The INACTIVE service of that name. */
  readonly present: Stored<'service'> | undefined;
}

interface Birth {
  readonly record: ServiceRecord;
  readonly expect: readonly Expectation[];
  readonly write: readonly Write[];
}

function newService(
  request: CreateServiceRequest,
  { cluster, definition, present }: Surroundings,
  call: Call,
  context: PlacingContext,
): Birth {
  const nowMs = context.clock.wallMs();
  const name = request.serviceName ?? '';
  const key = keyOf('service', cluster.name, name);
  const blank: ServiceRecord = {
    spec: specOf(request),
    status: 'ACTIVE',
    createdAtMs: nowMs,
    createdBy: call.caller.name,
    primaryDeployment: '',
    currentRevision: '',
    actions: [],
    statusChangedAtMs: nowMs,
    tags: request.tags ?? [],
    requestHash: hashOf(request),
  };
  const expect: Expectation[] = [
    { key, revision: present?.revision ?? 0 },
    { key: cluster.stored.key, revision: cluster.stored.revision },
    ...(definition?.expect ?? []),
  ];
  const leftovers = present ? remains(context.store, cluster.name, name) : [];
  if (!definition) return { record: blank, expect, write: [...leftovers, { put: key, value: blank }] };
  const digits = context.random.digits(19);
  const fixed = {
    launchType: request.launchType ?? 'EC2',
    networkConfiguration: request.networkConfiguration,
  } as const;
  const { service, deployments } = beginDeployment(
    { service: blank, deployments: new Map() },
    { digits, revision: digits, forced: false, nowMs },
  );
  const write: Write[] = [
    ...leftovers,
    { put: key, value: service },
    {
      put: keyOf('serviceRevision', cluster.name, name, digits),
      value: newRevision({ definition, fixed }, nowMs),
    },
  ];
  for (const [at, value] of deployments)
    write.push({ put: keyOf('deployment', cluster.name, name, at), value });
  return { record: service, expect, write };
}

/** ECS's shape with ECS's defaults; what the service revision fixes is kept there, not here. */
function specOf(request: CreateServiceRequest): Service {
  const schedulingStrategy = request.schedulingStrategy ?? 'REPLICA';
  const configuration = withDeploymentDefaults(request.deploymentConfiguration, schedulingStrategy);
  return {
    serviceName: request.serviceName,
    desiredCount: request.desiredCount,
    launchType: request.launchType ?? 'EC2',
    schedulingStrategy,
    deploymentController: request.deploymentController ?? { type: 'ECS' },
    deploymentConfiguration: configuration,
    placementConstraints: request.placementConstraints ?? [],
    placementStrategy: request.placementStrategy ?? [],
    healthCheckGracePeriodSeconds: request.healthCheckGracePeriodSeconds,
    enableECSManagedTags: request.enableECSManagedTags ?? false,
    propagateTags: request.propagateTags ?? 'NONE',
    enableExecuteCommand: false,
    availabilityZoneRebalancing: rebalancingOf(request.availabilityZoneRebalancing, {
      schedulingStrategy,
      placementStrategy: request.placementStrategy,
      configuration,
    }),
  };
}

/** What an earlier service of that name has left: its roll-outs and events are not those of the new one. */
export function remains(store: Store, cluster: string, name: string): readonly Write[] {
  const keys = [
    ...store.list(rangeOf('deployment', cluster, name)).map(({ key }) => key),
    ...store.list(rangeOf('serviceRevision', cluster, name)).map(({ key }) => key),
    keyOf('serviceEvents', cluster, name),
  ];
  return keys.map((key) => ({ delete: key }));
}
