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
  type InstanceView,
  qualifiedInstances,
  rebalancing,
  type ServiceInstances,
  type ServiceSettings,
  type ServiceSnapshot,
  type ServiceTask,
  serviceInstances,
} from '@longshore/scheduler';
import { keyOf, type Store, type Stored, type TaskSummary } from '@longshore/store';
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
  readonly tasks: ReadonlyMap<string, TaskSummary>;
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
  const tasks = new Map<string, TaskSummary>();
  const seen: ServiceTask[] = [];
  let stopped = 0;
  for (const task of store.tasks.ofService(cluster, name)) {
    tasks.set(task.id, task);
    const isOpen = task.lastStatus === 'STOPPED' && !task.counted;
    if (isOpen && ++stopped > stopsPerLook) continue;
    seen.push(seeTask(task, { store, isOpen, runningForMs: memory.runningForMs(task, now) }));
  }
  memory.tasks = tasks.size;
  memory.keepTasks(new Set(tasks.keys()));
  const primary = deployments.get(stored.value.primaryDeployment);
  const settings = settingsOf(stored.value, parts.healthyAfterMs);
  const snapshot: ServiceSnapshot = {
    name,
    service: stored.value,
    deployments: recordsOf(deployments),
    healthChecked: healthChecked(deployments, { cluster, name, context }),
    tasks: seen,
    instances: instancesFor(stored.value, { cluster, name, settings, parts }),
    events: parts.events,
    settings,
    sinceWrittenMs: primary
      ? memory.sinceWrittenMs(stored.value.primaryDeployment, primary.revision, now.monotonicMs)
      : 0,
    unplaced: memory.unplaced,
  };
  return { cluster, name, stored, deployments, tasks, snapshot, hasMore: stopped > stopsPerLook };
}

function seeTask(
  task: TaskSummary,
  { store, isOpen, runningForMs }: { store: Store; isOpen: boolean; runningForMs: number },
): ServiceTask {
  const { id, deployment, instance, lastStatus, desiredStatus, healthStatus } = task;
  const { createdAtMs, protectedUntilMs, counted } = task;
  const plain = { id, deployment, instance, lastStatus, desiredStatus, healthStatus, createdAtMs };
  const common = { ...plain, protectedUntilMs, counted, runningForMs };
  if (!isOpen) return common;
  const { stopCode, stoppedReason } = store.tasks.record(task);
  return { ...common, stopCode, stoppedReason };
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

/** The deployments whose tasks say themselves how they are. */
function healthChecked(
  deployments: ReadonlyMap<string, Stored<'deployment'>>,
  { cluster, name, context }: Where,
): ReadonlySet<string> {
  const checked = new Set<string>();
  for (const [digits, { value }] of deployments) {
    const definition = definitionOf(revisionOf(value.revision, { cluster, name, context }), context);
    if (definition && hasHealthCheck(definition)) checked.add(digits);
  }
  return checked;
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
  readonly settings: ServiceSettings;
  readonly parts: SnapshotParts;
}

function instancesFor(service: ServiceRecord, wanted: InstancesWanted): ServiceInstances {
  const { cluster, name, settings, parts } = wanted;
  const { context } = parts;
  const spec: Service = service.spec ?? {};
  const view = context.views.cluster(cluster);
  const isDaemon = spec.schedulingStrategy === 'DAEMON';
  const definition = definitionOf(revisionOf(service.currentRevision, { cluster, name, context }), context);
  // Whether instances qualify is only asked where tasks are put on, or moved to, instances that have none.
  const isAsked = definition !== undefined && (isDaemon || settings.rebalanceLevels > 0);
  const request = { strategies: spec.placementStrategy ?? [], group: `service:${name}` };
  return serviceInstances({
    instances: view.instances,
    request,
    qualified: isAsked
      ? qualifiedInstances(view, {
          constraints: constraintsOf(spec, definition),
          requiredAttributes: requiredAttributes(definition),
        })
      : undefined,
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

/** Whether tasks that no daemon service started want to run on the instance. */
function isBusy(cluster: string, instance: string, store: Store): boolean {
  for (const task of store.tasks.onInstance(cluster, instance)) {
    if (task.lastStatus === 'STOPPED' || task.desiredStatus === 'STOPPED') continue;
    const service = task.service === '' ? undefined : store.get(keyOf('service', cluster, task.service));
    if (service?.value.spec?.schedulingStrategy !== 'DAEMON') return true;
  }
  return false;
}
