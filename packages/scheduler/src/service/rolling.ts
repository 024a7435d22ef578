import type { StartTasks, StopCause } from './decision.js';
import type { TaskLimits } from './limits.js';
import type { ServiceSettings } from './snapshot.js';
import { isGood, type Standing, type StandingGroup, type StandingState, type Which } from './standing.js';
import { newestFirst, scaleInVictims, surplusCopies, usefulness } from './victims.js';

/** One deployment that tasks are to be of, and every task that counts towards the limits. */
export interface RollingInput {
  readonly active: StandingGroup;
  /** The digits of the deployment that all tasks shall be of. */
  readonly target: string;
  readonly limits: TaskLimits;
  /** Why nothing may be started now; undefined: something may. */
  readonly noStarts: 'throttled' | 'failed' | undefined;
  /** The last attempt found no place: starting is tried again, and what can make room without harm goes. */
  readonly isUnplaceable: boolean;
  readonly lostPolicy: ServiceSettings['lostPolicy'];
  /** A task beyond the desired count is on its way to even out the spread: nothing else is to go before it is there. */
  readonly holdsSurplus: boolean;
  readonly nowMs: number;
}

export interface RollingPlan {
  readonly start: readonly StartTasks[];
  readonly stop: readonly PlannedStop[];
  /** Tasks are missing, none is on its way, and the percentages allow neither a start nor a stop. */
  readonly isBlocked: boolean;
}

export interface PlannedStop {
  readonly standing: Standing;
  readonly cause: StopCause;
}

/**
 * Brings a REPLICA service nearer to its desired count of tasks of the target deployment, on instances that stay.
 * Invariant: its stops leave at least `minimumHealthy` of the tasks that are healthy now (a task that is not healthy
 * takes nothing away from them), its starts make at most `maximum` tasks.
 */
export function planRolling(input: RollingInput): RollingPlan {
  const { active, target, limits } = input;
  const good = isGood(target);
  const missing = Math.max(0, limits.desired - active.count(good));
  const room = Math.max(0, limits.maximum - active.count());
  const count = input.noStarts === undefined ? Math.min(missing, room) : 0;
  const isStuck = missing > 0 && (room === 0 || input.isUnplaceable);
  const isWaiting = active.count((s, deployment) => s.health === 'starting' && good(s, deployment)) > 0;
  const stops = new Stops(active, limits.minimumHealthy);
  const oneByOne = isStuck && !isWaiting;
  stopSurplus(input, stops);
  stopUnhealthy(input, { oneByOne }, stops);
  stopLeaving(input, { oneByOne: oneByOne && input.noStarts !== 'failed' }, stops);
  const start: StartTasks[] = [];
  if (count > 0) start.push({ deployment: target, count, purpose: 'desired-count', oneEach: false });
  const isBlocked = missing > 0 && room === 0 && !isWaiting && stops.planned.length === 0;
  return { start, stop: stops.planned, isBlocked };
}

/** Collects stops and knows what they leave. */
export class Stops {
  readonly planned: PlannedStop[] = [];
  readonly #minimum: number;
  #healthy: number;
  #running: number;

  constructor(active: StandingGroup, minimumHealthy: number) {
    this.#minimum = minimumHealthy;
    this.#healthy = active.count(({ health }) => health === 'healthy');
    this.#running = active.count(({ running }) => running);
  }

  /** Whether a stop leaves enough: healthy tasks of healthy ones, RUNNING ones of those that only run. */
  allows({ running, health }: StandingState): boolean {
    if (!running) return true;
    return (health === 'healthy' ? this.#healthy : this.#running) > this.#minimum;
  }

  stop(standing: Standing, cause: StopCause): void {
    this.planned.push({ standing, cause });
    if (standing.health === 'healthy') this.#healthy--;
    if (standing.running) this.#running--;
  }
}

/** More good tasks than desired: scaled in, or a lost instance has come back. */
function stopSurplus(input: RollingInput, stops: Stops): void {
  const { active, target, limits } = input;
  const surplus = active.count(isGood(target)) - limits.desired;
  if (surplus <= 0 || input.holdsSurplus) return;
  const good = active.list(isGood(target));
  const copies = surplusCopies(good, input.lostPolicy, input.nowMs).slice(0, surplus);
  for (const copy of copies) if (stops.allows(copy)) stops.stop(copy, 'duplicate');
  const gone = new Set(copies);
  const others = gone.size === 0 ? good : good.filter((standing) => !gone.has(standing));
  // A protected task that still starts may be what stays: then healthy ones wait until it is healthy too.
  for (const victim of scaleInVictims(others, surplus - copies.length)) {
    if (stops.allows(victim)) stops.stop(victim, 'scale-in');
  }
}

interface Forced {
  /** No replacement can be started beside them: they go one by one. */
  readonly oneByOne: boolean;
}

/** An unhealthy task goes once a healthy one stands in its place. */
function stopUnhealthy({ active, target, limits }: RollingInput, { oneByOne }: Forced, stops: Stops): void {
  const isOfTarget: Which = ({ draining }, deployment) => deployment === target && !draining;
  const unhealthy = active.list((s, deployment) => s.health === 'unhealthy' && isOfTarget(s, deployment));
  if (unhealthy.length === 0) return;
  const healthy = active.count((s, deployment) => s.health === 'healthy' && isOfTarget(s, deployment));
  const replaced = Math.max(0, Math.min(unhealthy.length, healthy + unhealthy.length - limits.desired));
  const count = replaced === 0 && oneByOne ? 1 : replaced;
  for (const standing of [...unhealthy].sort(newestFirst).slice(0, count)) stops.stop(standing, 'unhealthy');
}

/**
 * Tasks of other deployments and on draining instances go as far as enough healthy ones stay. Where the deployment has
 * failed, the others are all there is: then only draining moves tasks.
 */
function stopLeaving({ active, target, noStarts }: RollingInput, { oneByOne }: Forced, stops: Stops): void {
  const leaves: Which = ({ draining }, deployment) =>
    draining || (deployment !== target && noStarts !== 'failed');
  const mayGo = active.count((s, deployment) => leaves(s, deployment) && (oneByOne || stops.allows(s)));
  if (mayGo === 0) return;
  const order = [...active.list(leaves)].sort((a, b) => usefulness(a) - usefulness(b) || newestFirst(a, b));
  let mayForce = oneByOne && stops.planned.length === 0;
  for (const standing of order) {
    if (standing.isProtected && standing.health !== 'unhealthy') continue;
    const cause: StopCause = standing.draining ? 'draining' : 'deployment';
    if (stops.allows(standing)) stops.stop(standing, cause);
    else if (mayForce && standing.health === 'unhealthy') {
      mayForce = false;
      stops.stop(standing, cause);
    }
  }
}
