import type { ContainerInstanceStatus, Service } from '@longshore/model';
import { effectiveStrategies } from '../placement/ordering.js';
import { attributeValue } from '../placement/query/evaluate.js';
import type { InstanceView, PlacementRequest } from '../placement/view.js';
import { type Verdict, verdictOf } from './seats.js';
import type { ServiceInstance, ServiceInstances, ServiceSettings } from './snapshot.js';

export interface ServiceInstancesInput {
  readonly instances: readonly InstanceView[];
  /** One of them by its id. */
  readonly view: (id: string) => InstanceView | undefined;
  readonly request: Pick<PlacementRequest, 'strategies' | 'group'>;
  /** Of `qualifiedInstances`: asked where tasks are put on, or moved to, instances that have none. */
  readonly qualified: () => ReadonlySet<string>;
  /** Whether this service replaces its tasks on the instance. */
  readonly isLost: (instance: InstanceView) => boolean;
  /** Whether tasks that no daemon service started want to run on the instance. */
  readonly isBusy: (instance: InstanceView) => boolean;
  readonly wasLost: (
    instanceId: string,
  ) => { readonly sinceMs: number; readonly untilMs: number } | undefined;
}

export interface SeenInstances extends ServiceInstances {
  /** What an instance means for the service's tasks on it, and no more: asked for nearly every task. */
  verdict(view: InstanceView | undefined): Verdict;
}

/** Looks at the views of placement with the eyes of one service. */
export function serviceInstances(input: ServiceInstancesInput): SeenInstances {
  const levels = spreadAttributes(input.request);
  const see = (view: InstanceView, qualified?: ReadonlySet<string>): ServiceInstance => {
    const wasLost = input.wasLost(view.id);
    return {
      id: view.id,
      status: statusOf(view.status),
      connected: view.agentConnected && view.impairedReason === '',
      lost: input.isLost(view),
      qualifies: qualified?.has(view.id) ?? false,
      spread: levels.map((name) => attributeValue(view, name) ?? ''),
      busy: input.isBusy(view),
      wasLostSinceMs: wasLost?.sinceMs,
      wasLostUntilMs: wasLost?.untilMs,
    };
  };
  return {
    get: (id) => {
      const view = input.view(id);
      return view === undefined ? undefined : see(view);
    },
    verdict: (view) => verdictOf(view && { lost: input.isLost(view), status: statusOf(view.status) }),
    all: function* all() {
      const qualified = input.qualified();
      for (const view of input.instances) yield see(view, qualified);
    },
  };
}

/** The attributes that the request's tasks are spread over, in the order of its strategies; the instance itself is none. */
export function spreadAttributes(request: Pick<PlacementRequest, 'strategies' | 'group'>): string[] {
  return effectiveStrategies(request).flatMap(({ type, field = '' }) =>
    type === 'spread' && field !== 'instanceId' && field !== 'host' ? [field.replace(/^attribute:/, '')] : [],
  );
}

const zone = 'ecs.availability-zone';

/**
 * How far the service's spread is kept even by moving tasks. `availabilityZoneRebalancing` is ECS's: the zones alone,
 * and only where they are what the service spreads over first; the option `longshore:rebalance` means every level, the
 * instances last. Never for DAEMON, nor where maximumPercent leaves no room for a task beyond the desired count.
 */
export function rebalancing(
  spec: Service,
  option: 'off' | 'on' | 'dry-run' | undefined,
): Pick<ServiceSettings, 'rebalanceLevels' | 'rebalanceDryRun'> {
  const none = { rebalanceLevels: 0, rebalanceDryRun: false };
  if (option === 'off' || spec.schedulingStrategy === 'DAEMON') return none;
  const request = { strategies: spec.placementStrategy ?? [], group: `service:${spec.serviceName ?? ''}` };
  const strategies = effectiveStrategies(request);
  if (strategies[0]?.type !== 'spread') return none;
  const attributes = spreadAttributes(request);
  const overInstances = strategies.some(
    ({ type, field }) => type === 'spread' && (field === 'instanceId' || field === 'host'),
  );
  if (option !== undefined) {
    return {
      rebalanceLevels: attributes.length + (overInstances ? 1 : 0),
      rebalanceDryRun: option === 'dry-run',
    };
  }
  const isOn = spec.availabilityZoneRebalancing === 'ENABLED' && attributes[0] === zone;
  return isOn ? { rebalanceLevels: 1, rebalanceDryRun: false } : none;
}

function statusOf(status: ContainerInstanceStatus): ServiceInstance['status'] {
  return status === 'ACTIVE' || status === 'DRAINING' ? status : 'OTHER';
}
