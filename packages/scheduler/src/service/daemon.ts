import type { StartTasks } from './decision.js';
import type { TaskLimits } from './limits.js';
import type { RollingPlan } from './rolling.js';
import { Stops } from './rolling.js';
import type { ServiceInstance, ServiceTask } from './snapshot.js';
import type { Standing, StandingGroup } from './standing.js';
import { newestFirst, usefulness } from './victims.js';

export interface DaemonInput {
  readonly active: readonly Standing[];
  /** The same, to be counted. */
  readonly group: StandingGroup;
  /** Tasks told to stop: the next one on their instance waits until they are gone. */
  readonly stopping: readonly ServiceTask[];
  readonly target: string;
  /** The instances that shall have one task each. */
  readonly wanted: readonly ServiceInstance[];
  readonly limits: TaskLimits;
  readonly noStarts: boolean;
  readonly isFailed: boolean;
}

/** The instances that a daemon service wants a task on: ACTIVE, qualified, and reachable or with a task already. */
export function daemonInstances(
  instances: Iterable<ServiceInstance>,
  active: readonly Standing[],
): ServiceInstance[] {
  const occupied = new Set(active.map(({ task }) => task.instance));
  const wanted: ServiceInstance[] = [];
  for (const instance of instances) {
    if (instance.status !== 'ACTIVE' || !instance.qualifies || instance.lost) continue;
    if (instance.connected || occupied.has(instance.id)) wanted.push(instance);
  }
  return wanted.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/**
 * Brings a DAEMON service nearer to one task of the target deployment on every wanted instance. A second task starts
 * beside an old one only where maximumPercent is above 100; else the old one goes first, as far as minimumHealthyPercent
 * allows.
 */
export function planDaemon(input: DaemonInput): RollingPlan {
  const { active, target, wanted, limits } = input;
  const wantedIds = new Set(wanted.map(({ id }) => id));
  const stops = new Stops(input.group, limits.minimumHealthy);
  const good = new Map<string, Standing>();
  const doubles: Standing[] = [];
  for (const standing of active) {
    if (standing.task.deployment !== target || !wantedIds.has(standing.task.instance)) continue;
    const present = good.get(standing.task.instance);
    const better = present === undefined || usefulness(standing) > usefulness(present);
    if (present !== undefined) doubles.push(better ? present : standing);
    if (better) good.set(standing.task.instance, standing);
  }
  for (const standing of doubles) stops.stop(standing, 'duplicate');
  stopUnqualified(active, wantedIds, stops);
  const old = active.filter(({ task }) => task.deployment !== target && wantedIds.has(task.instance));
  const start = daemonStarts(input, good);
  if (!input.isFailed) stopOld(input, good, old, stops);
  stopUnhealthyDaemons(good, stops);
  const isBlocked = start.length === 0 && stops.planned.length === 0 && old.length > 0 && !input.noStarts;
  return { start, stop: stops.planned, isBlocked: isBlocked && !isUnderWay(input, good) };
}

function daemonStarts(input: DaemonInput, good: ReadonlyMap<string, Standing>): StartTasks[] {
  const { active, stopping, wanted, limits, target } = input;
  if (input.noStarts) return [];
  const leaving = new Set(stopping.map(({ instance }) => instance));
  const occupied = new Set(active.map(({ task }) => task.instance));
  const mayDouble = limits.maximum > limits.desired;
  const free = wanted.filter(
    ({ id, connected }) => connected && !good.has(id) && !leaving.has(id) && (mayDouble || !occupied.has(id)),
  );
  const room = Math.max(0, limits.maximum - active.length);
  const onlyInstances = free.slice(0, room).map(({ id }) => id);
  if (onlyInstances.length === 0) return [];
  return [
    {
      deployment: target,
      count: onlyInstances.length,
      purpose: 'desired-count',
      onlyInstances,
      oneEach: true,
    },
  ];
}

/** An instance that no longer qualifies loses its task at once; one that drains when nothing else runs there. */
function stopUnqualified(active: readonly Standing[], wanted: ReadonlySet<string>, stops: Stops): void {
  for (const standing of active) {
    const { task, instance } = standing;
    if (task.instance === '') stops.stop(standing, 'unqualified');
    else if (wanted.has(task.instance) || instance === undefined) continue;
    else if (instance.status !== 'DRAINING') stops.stop(standing, 'unqualified');
    else if (instance.busy !== true) stops.stop(standing, 'draining');
  }
}

function stopOld(
  { limits, active, noStarts }: DaemonInput,
  good: ReadonlyMap<string, Standing>,
  old: readonly Standing[],
  stops: Stops,
): void {
  const startsFirst = limits.maximum > limits.desired && active.length < limits.maximum && !noStarts;
  for (const standing of [...old].sort((a, b) => usefulness(a) - usefulness(b) || newestFirst(a, b))) {
    if (standing.isProtected && standing.health !== 'unhealthy') continue;
    const successor = good.get(standing.task.instance);
    if (startsFirst && successor === undefined && limits.minimumHealthy > 0) continue;
    if (stops.allows(standing)) stops.stop(standing, 'deployment');
  }
}

/** Its instance has room for one: an unhealthy daemon is stopped, and the next starts when it is gone. */
function stopUnhealthyDaemons(good: ReadonlyMap<string, Standing>, stops: Stops): void {
  for (const standing of good.values())
    if (standing.health === 'unhealthy') stops.stop(standing, 'unhealthy');
}

function isUnderWay({ stopping }: DaemonInput, good: ReadonlyMap<string, Standing>): boolean {
  return stopping.length > 0 || [...good.values()].some(({ health }) => health === 'starting');
}
