import {
  type DeploymentRecord,
  optionsOf,
  requiredAttributes,
  type Service,
  type ServiceEventEntry,
  type ServiceRecord,
  type ServiceRevisionRecord,
  type TaskDefinition,
} from '@longshore/model';
import {
  type ClusterView,
  healthRules,
  type InstanceView,
  qualifiedInstances,
  rebalancing,
  type SeenInstances,
  type ServiceSettings,
  type ServiceSnapshot,
  type StoppedTask,
  serviceInstances,
} from '@longshore/scheduler';
import { keyOf, type Store, type Stored } from '@longshore/store';
import type { PlacingContext } from '../../api/context.js';
import { constraintsOf, definitionOf } from '../../api/services/daemon-count.js';
import { storedDeployments } from '../../api/services/find.js';
import type { ServiceMemory } from './memory.js';

/** Failures that one transaction counts; more are counted by the next look. */
const stopsPerLook = 40;
const placeWithinMs = 15 * 60_000;

export interface SnapshotParts {
  readonly context: PlacingContext;
  readonly memory: ServiceMemory;
  readonly healthyAfterMs: number;
  /** Newest first. */
  readonly events: readonly ServiceEventEntry[];
  /** Whether the service replaces its tasks on the instance. */
  readonly isLost: (service: ServiceRecord, instance: InstanceView) => boolean;
}

/** A service as one look sees it. */
export interface SeenService {
  readonly cluster: string;
  readonly name: string;
  readonly stored: Stored<'service'>;
  readonly deployments: ReadonlyMap<string, Stored<'deployment'>>;
  readonly snapshot: ServiceSnapshot;
  /** More tasks have stopped than one look counts. */
  readonly hasMore: boolean;
}

/** Everything that a decision on the service rests on, read in one turn. */
export function seeService(stored: Stored<'service'>, parts: SnapshotParts): SeenService {
  const [cluster = '', name = ''] = stored.key.names;
  const { context, memory } = parts;
  const { store, clock } = context;
  const now = { monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() };
  const deployments = storedDeployments(store, cluster, name);
  const settings = settingsOf(stored.value, parts.healthyAfterMs);
  const instances = instancesFor(stored.value, { cluster, name, parts });
  const healthChecked = {
    has: (digits: string) => isHealthChecked(digits, { deployments, cluster, name, parts }),
  };
  const rules = { service: stored.value, healthChecked, settings };
  const roster = memory.keeper.update({
    store,
    cluster,
    service: name,
    now,
    rulesName: rulesName(stored.value, settings),
    health: memoised((digits) => healthRules(rules, digits)),
    view: (id) => context.views.get(cluster, id),
    see: (id) => instances.get(id),
    verdict: (view) => instances.verdict(view),
  });
  const { open } = memory.keeper;
  const primary = deployments.get(stored.value.primaryDeployment);
  const snapshot: ServiceSnapshot = {
    name,
    service: stored.value,
    deployments: recordsOf(deployments),
    healthChecked,
    tasks: roster,
    stopped: [...take(open, stopsPerLook)].flatMap((id) => stoppedTask(store, cluster, id)),
    instances,
    events: parts.events,
    settings,
    sinceWrittenMs: primary
      ? memory.sinceWrittenMs(stored.value.primaryDeployment, primary.revision, now.monotonicMs)
      : 0,
    unplaced: memory.unplaced,
  };
  return { cluster, name, stored, deployments, snapshot, hasMore: open.size > stopsPerLook };
}

function stoppedTask(store: Store, cluster: string, id: string): readonly StoppedTask[] {
  const task = store.tasks.get(cluster, id);
  if (!task) return [];
  const { stopCode, stoppedReason } = store.tasks.record(task);
  const runningForMs = task.startedAtMs === 0 ? 0 : Math.max(0, task.stoppedAtMs - task.startedAtMs);
  const { deployment, instance, lastStatus, desiredStatus, healthStatus, createdAtMs, protectedUntilMs } =
    task;
  const plain = { id, deployment, instance, lastStatus, desiredStatus, healthStatus, createdAtMs };
  return [{ ...plain, protectedUntilMs, runningForMs, stopCode, stoppedReason }];
}

/** What the rules by which tasks are judged depend on. */
function rulesName({ spec = {} }: ServiceRecord, settings: ServiceSettings): string {
  const { healthCheckGracePeriodSeconds, placementStrategy } = spec;
  return JSON.stringify([settings.healthyAfterMs, healthCheckGracePeriodSeconds, placementStrategy]);
}

function* take<T>(items: Iterable<T>, count: number): Iterable<T> {
  let left = count;
  for (const item of items) {
    if (left-- === 0) return;
    yield item;
  }
}

function memoised<T>(ask: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>();
  return (name) => {
    let answer = known.get(name);
    if (answer === undefined) {
      answer = ask(name);
      known.set(name, answer);
    }
    return answer;
  };
}

function recordsOf(
  deployments: ReadonlyMap<string, Stored<'deployment'>>,
): ReadonlyMap<string, DeploymentRecord> {
  return new Map([...deployments].map(([digits, { value }]) => [digits, value]));
}

export function settingsOf(service: ServiceRecord, healthyAfterMs: number): ServiceSettings {
  const options = optionsOf(service.tags);
  return {
    healthyAfterMs,
    placeWithinMs: options.placeWithinMs ?? placeWithinMs,
    lostPolicy: options.lostPolicy ?? 'keep_replacement',
    ...rebalancing(service.spec ?? {}, options.rebalance),
  };
}

interface Where {
  readonly cluster: string;
  readonly name: string;
  readonly context: PlacingContext;
}

interface Asked {
  readonly deployments: ReadonlyMap<string, Stored<'deployment'>>;
  readonly cluster: string;
  readonly name: string;
  readonly parts: SnapshotParts;
}

/** Whether the tasks of a deployment say themselves how they are. */
function isHealthChecked(digits: string, { deployments, cluster, name, parts }: Asked): boolean {
  const { context, memory } = parts;
  return memory.isHealthChecked(digits, () => {
    const revision = deployments.get(digits)?.value.revision ?? '';
    const definition = definitionOf(revisionOf(revision, { cluster, name, context }), context);
    return definition && hasHealthCheck(definition);
  });
}

function hasHealthCheck({ containerDefinitions = [] }: TaskDefinition): boolean {
  return containerDefinitions.some((c) => (c.essential ?? true) && c.healthCheck !== undefined);
}

/** The revision that a deployment's tasks are of. */
export function revisionOf(
  digits: string,
  { cluster, name, context }: Where,
): ServiceRevisionRecord | undefined {
  return digits === ''
    ? undefined
    : context.store.get(keyOf('serviceRevision', cluster, name, digits))?.value;
}

interface InstancesWanted {
  readonly cluster: string;
  readonly name: string;
  readonly parts: SnapshotParts;
}

function instancesFor(service: ServiceRecord, wanted: InstancesWanted): SeenInstances {
  const { cluster, name, parts } = wanted;
  const { context } = parts;
  const spec: Service = service.spec ?? {};
  const view = context.views.cluster(cluster);
  const isDaemon = spec.schedulingStrategy === 'DAEMON';
  const request = { strategies: spec.placementStrategy ?? [], group: `service:${name}` };
  return serviceInstances({
    instances: view.instances,
    view: (id) => context.views.get(cluster, id),
    request,
    qualified: () => qualified(view, spec, wanted, service),
    isLost: (instance) => parts.isLost(service, instance),
    isBusy: (instance) =>
      isDaemon && instance.status === 'DRAINING' && isBusy(cluster, instance.id, context.store),
    wasLost: (id) => {
      const record = context.store.get(keyOf('instance', cluster, id))?.value;
      const { wasLostSinceMs: sinceMs = 0, wasLostUntilMs: untilMs = 0 } = record ?? {};
      return sinceMs > 0 ? { sinceMs, untilMs } : undefined;
    },
  });
}

/** The instances that can run the current revision's tasks. */
function qualified(
  view: ClusterView,
  spec: Service,
  { cluster, name, parts: { context } }: InstancesWanted,
  { currentRevision }: ServiceRecord,
): ReadonlySet<string> {
  const definition = definitionOf(revisionOf(currentRevision, { cluster, name, context }), context);
  if (definition === undefined) return new Set();
  return qualifiedInstances(view, {
    constraints: constraintsOf(spec, definition),
    requiredAttributes: requiredAttributes(definition),
  });
}

/** Whether tasks that no daemon service started want to run on the instance. */
function isBusy(cluster: string, instance: string, store: Store): boolean {
  for (const task of store.tasks.onInstance(cluster, instance)) {
    if (task.lastStatus === 'STOPPED' || task.desiredStatus === 'STOPPED') continue;
    const service = task.service === '' ? undefined : store.get(keyOf('service', cluster, task.service));
    if (service?.value.spec?.schedulingStrategy !== 'DAEMON') return true;
  }
  return false;
}
