import type { TaskSet } from '@longshore/model';
import { bounded } from './bounded.js';
import type { CountedStops } from './counting.js';
import type { ServiceDecision } from './decision.js';
import { withEvent } from './progress.js';
import { planRolling, type RollingPlan } from './rolling.js';
import type { ServiceSnapshot } from './snapshot.js';
import type { Standings } from './standing.js';
import { scalingReason, texts } from './texts.js';

export interface TaskSetsInput {
  readonly snapshot: ServiceSnapshot;
  readonly standings: Standings;
  readonly counted: CountedStops;
  readonly throttledMs: number;
  readonly nowMs: number;
}

/** How many tasks a task set shall have: its share of the service's desired count, rounded up, as ECS computes it. */
export function computedDesiredCount(
  taskSet: Pick<TaskSet, 'scale' | 'status'>,
  desiredCount: number,
): number {
  if (taskSet.status === 'DRAINING') return 0;
  return Math.ceil((desiredCount * (taskSet.scale?.value ?? 100)) / 100);
}

/**
 * An EXTERNAL service: each task set is kept at its computed count, whoever deploys moves the shares. A task's
 * `deployment` is the id of its task set; tasks of a task set that is gone stop.
 */
export function taskSetDecision(input: TaskSetsInput): ServiceDecision {
  const { snapshot, standings, counted, throttledMs } = input;
  const taskSets = snapshot.service.spec?.taskSets ?? [];
  const plans = taskSets.map((taskSet) => planTaskSet(taskSet, input));
  const known = new Set(taskSets.map(({ id }) => id));
  const orphans = standings.list((_, deployment) => !known.has(deployment));
  const { start, stop, isPartial } = bounded({
    start: plans.flatMap((plan) => plan.start),
    stop: [...plans.flatMap((plan) => plan.stop.map(({ standing }) => standing)), ...orphans],
  });
  let { progress } = counted;
  if (stop.length > 0) {
    const ids = stop.map(({ task }) => task.id);
    progress = withEvent(progress, texts.stopped(snapshot.name, ids));
  }
  return {
    start,
    stop: stop.map(({ task }) => ({
      task: task.id,
      cause: 'scale-in',
      reason: scalingReason(task.deployment),
    })),
    counted: counted.counted,
    deployments: new Map(),
    service: progress.service === snapshot.service ? undefined : progress.service,
    events: progress.events,
    isPartial,
    wakeAfterMs: throttledMs > 0 ? throttledMs : standings.changesInMs,
  };
}

function planTaskSet(
  taskSet: TaskSet,
  { snapshot, standings, throttledMs, nowMs }: TaskSetsInput,
): RollingPlan {
  const id = taskSet.id ?? '';
  const desired = computedDesiredCount(taskSet, snapshot.service.spec?.desiredCount ?? 0);
  return planRolling({
    active: standings.part((deployment) => deployment === id),
    target: id,
    // ECS gives external services the default percentages: they bound what draining does.
    limits: { desired, minimumHealthy: desired, maximum: 2 * desired },
    noStarts: throttledMs > 0 ? 'throttled' : undefined,
    isUnplaceable: snapshot.unplaced?.deployment === id,
    lostPolicy: snapshot.settings.lostPolicy,
    holdsSurplus: false,
    nowMs,
  });
}
