import type { CountedStops } from './counting.js';
import { inconsistentAfter } from './counting.js';
import { hasMoved, hasStarted, hasUnsettled, type IsEvent, isWorthSaying } from './events.js';
import { isSettled, type PlanInput, type ServicePlan, wouldMove } from './plan.js';
import type { Progress } from './progress.js';
import { primaryOf, withAction, withEvent } from './progress.js';
import type { Unplaced } from './snapshot.js';
import { type Action, actions, texts } from './texts.js';

export interface Narration {
  readonly planInput: PlanInput;
  readonly plan: ServicePlan;
  readonly counted: CountedStops;
}

interface Saying {
  readonly message: string;
  readonly same: IsEvent;
  readonly ends: IsEvent;
  readonly action?: Action;
  readonly reason?: string;
}

/** Adds the service's events: what this decision does, and what keeps it from doing more. */
export function narrate(narration: Narration): Progress {
  const { planInput, plan } = narration;
  const { snapshot, nowMs } = planInput;
  let { progress } = planInput;
  const unhealthy = plan.stop.filter(({ cause }) => cause === 'unhealthy');
  for (const { standing } of unhealthy) {
    progress = withEvent(progress, texts.unhealthy(snapshot.name, standing.task.id));
  }
  if (plan.stop.length > 0) {
    const ids = plan.stop.map(({ standing }) => standing.task.id);
    progress = withEvent(progress, texts.stopped(snapshot.name, ids));
  }
  const past = [
    ...progress.events.map((message) => ({ message, createdAtMs: nowMs })).reverse(),
    ...snapshot.events,
  ];
  for (const { message, same, ends, action, reason = '' } of sayings(narration, progress)) {
    if (!isWorthSaying(past, { nowMs, same, ends })) continue;
    progress = withEvent(progress, message);
    if (action) progress = withAction(progress, { ...action, atMs: nowMs, reason });
  }
  const isViolated = plan.stop.some(({ cause }) => cause === 'unqualified');
  return isViolated ? withAction(progress, { ...actions.violated, atMs: nowMs, reason: '' }) : progress;
}

function sayings({ planInput, plan, counted }: Narration, progress: Progress): Saying[] {
  const { snapshot, standings } = planInput;
  const { name, unplaced } = snapshot;
  const said: Saying[] = [];
  if (plan.isBlocked) said.push(exactly(texts.blocked(name), hasMoved));
  if (unplaced?.purpose === 'desired-count') {
    const start = texts.unplaced(name, '');
    const same: IsEvent = (message) => message.startsWith(start);
    const { reason } = unplaced.refusal;
    const message = texts.unplaced(name, unplacedDetail(unplaced));
    said.push({ message, same, ends: hasStarted, action: actions.unplaced, reason });
  }
  const { failures = 0 } = progress.service.throttle ?? {};
  if (counted.cause !== undefined && failures >= inconsistentAfter) {
    said.push({ ...exactly(texts.inconsistent(name), () => false), action: actions.impaired });
  }
  const isIdle = plan.start.length === 0 && plan.stop.length === 0;
  const isDone = primaryOf(progress)?.rolloutState === 'COMPLETED';
  if (isIdle && isDone && isSettled(progress, standings, plan.limits))
    said.push({ ...exactly(texts.steady(name), hasUnsettled), action: actions.steady });
  const moved = wouldMove({ ...planInput, progress }, plan.limits);
  if (moved !== undefined) said.push(exactly(texts.wouldMove(name, moved), hasMoved));
  return said;
}

function exactly(message: string, ends: IsEvent): Saying {
  return { message, same: (past) => past === message, ends };
}

/** ECS names the instance that came closest; the explanation has the figures. */
function unplacedDetail({ refusal }: Unplaced): string {
  const { closestInstance, reason, explanation } = refusal;
  if (closestInstance === undefined) return `Reason: ${explanation}`;
  return `The closest matching (container-instance ${closestInstance}) ${closestTexts[reason] ?? `encountered error "${reason}"`}. ${explanation}`;
}

const closestTexts: Readonly<Partial<Record<Unplaced['refusal']['reason'], string>>> = {
  'RESOURCE:CPU': 'has insufficient CPU units available',
  'RESOURCE:MEMORY': 'has insufficient memory available',
  'RESOURCE:PORTS': 'is already using a port required by your task',
  'RESOURCE:GPU': 'has insufficient GPUs available',
  ATTRIBUTE: 'is missing an attribute required by your task',
};
