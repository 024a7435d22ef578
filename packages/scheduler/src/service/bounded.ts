import type { StartTasks } from './decision.js';

/**
 * What one decision starts, and stops, at most: the next sees what has become of it, and other services get a turn.
 * Starts are more: placement looks at all instances once for what is decided together.
 */
export const startsPerDecision = 5000;
export const stopsPerDecision = 1000;
/** Where no more than this many times as much is to be started, all of it is: a small rest costs a look at its service too. */
const withItsRest = 1.5;

interface Steps<Stop> {
  readonly start: readonly StartTasks[];
  readonly stop: readonly Stop[];
}

/** The first of what is to be started and stopped; `isPartial`: there is more. */
export function bounded<Stop, Plan extends Steps<Stop>>(
  plan: Plan & Steps<Stop>,
): Plan & { readonly isPartial: boolean } {
  const wholeCount = plan.start.reduce((sum, { count }) => sum + count, 0);
  let left = wholeCount <= withItsRest * startsPerDecision ? wholeCount : startsPerDecision;
  let isPartial = plan.stop.length > stopsPerDecision;
  const start: StartTasks[] = [];
  for (const wanted of plan.start) {
    const count = Math.min(wanted.count, left);
    left -= count;
    if (count < wanted.count) isPartial = true;
    if (count > 0) start.push(count === wanted.count ? wanted : fewer(wanted, count));
  }
  if (!isPartial) return { ...plan, isPartial };
  return { ...plan, start, stop: plan.stop.slice(0, stopsPerDecision), isPartial };
}

function fewer(wanted: StartTasks, count: number): StartTasks {
  const { onlyInstances, oneEach } = wanted;
  return { ...wanted, count, onlyInstances: oneEach ? onlyInstances?.slice(0, count) : onlyInstances };
}
