import type { DeploymentRecord, ServiceActionRecord, TaskSet } from '@longshore/model';
import { bounded } from './bounded.js';
import { healthyCount } from './completion.js';
import { type CountedStops, inconsistentAfter, noThrottle, throttled, throttledForMs } from './counting.js';
import type { ServiceDecision } from './decision.js';
import { type Progress, withAction, withDeployment, withEvent } from './progress.js';
import { planRolling, type RollingPlan } from './rolling.js';
import type { ServiceSnapshot } from './snapshot.js';
import { type Standings, sooner } from './standing.js';
import { type Action, actions, scalingReason, texts } from './texts.js';

export interface TaskSetsInput {
  readonly snapshot: ServiceSnapshot;
  readonly standings: Standings;
  readonly counted: CountedStops;
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
  const { snapshot, standings, counted, nowMs } = input;
  const taskSets = snapshot.service.spec?.taskSets ?? [];
  let progress = taskSets.reduce((before, taskSet) => withThrottle(before, taskSet, input), counted.progress);
  const pauses = taskSets.map(({ id = '' }) => throttledForMs(progress.deployments.get(id)?.throttle, nowMs));
  const plans = taskSets.map((taskSet, n) => planTaskSet(taskSet, pauses[n] ?? 0, input));
  const known = new Set(taskSets.map(({ id }) => id));
  const orphans = standings.list((_, deployment) => !known.has(deployment));
  const { start, stop, isPartial } = bounded({
    start: plans.flatMap((plan) => plan.start),
    stop: [...plans.flatMap((plan) => plan.stop.map(({ standing }) => standing)), ...orphans],
  });
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
    deployments: changedRecords(snapshot, progress),
    service: progress.service === snapshot.service ? undefined : progress.service,
    events: progress.events,
    isPartial,
    wakeAfterMs: pauses.reduce(
      (soonest, ms) => (ms > 0 ? sooner(soonest, ms) : soonest),
      standings.changesInMs,
    ),
  };
}

/**
 * Every set fails and waits by itself: one whose tasks crash holds up no other. One more healthy task than before lifts
 * its throttle.
 */
function withThrottle(
  progress: Progress,
  taskSet: TaskSet,
  { standings, counted, snapshot, nowMs }: TaskSetsInput,
): Progress {
  const { id = '' } = taskSet;
  const record = progress.deployments.get(id);
  if (record === undefined) return progress;
  const desired = computedDesiredCount(taskSet, snapshot.service.spec?.desiredCount ?? 0);
  const healthy = healthyCount(standings, id);
  const before = record.throttle?.failures ?? 0;
  let { throttle } = record;
  if ((counted.failures.get(id) ?? 0) > 0) throttle = throttled(throttle, nowMs);
  else if (healthy > record.healthyCount && before > 0) throttle = noThrottle;
  const next = withDeployment(progress, id, { healthyCount: healthy, throttle });
  const failures = throttle?.failures ?? 0;
  const isNews = failures > before && failures === inconsistentAfter;
  const action = (about: Action): ServiceActionRecord => ({ ...about, atMs: nowMs, reason: '' });
  if (isNews) return withAction(withEvent(next, texts.inconsistent(snapshot.name)), action(actions.impaired));
  const isSteady = healthy > record.healthyCount && healthy === desired;
  return isSteady ? withAction(next, action(actions.taskSetSteady)) : next;
}

function changedRecords(
  snapshot: ServiceSnapshot,
  { deployments }: Progress,
): ReadonlyMap<string, DeploymentRecord> {
  return new Map([...deployments].filter(([digits, record]) => record !== snapshot.deployments.get(digits)));
}

function planTaskSet(
  taskSet: TaskSet,
  throttledMs: number,
  { snapshot, standings, nowMs }: TaskSetsInput,
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
