import type { TaskHealth } from '../health/task-health.js';
import type { ServiceInstance, ServiceTask } from './snapshot.js';

/** What decisions tell tasks apart by when they only count them. */
export interface StandingState {
  readonly health: Extract<TaskHealth, 'starting' | 'healthy' | 'unhealthy'>;
  readonly draining: boolean;
  /** Its last status is RUNNING. */
  readonly running: boolean;
}

/** A task that counts: it wants to run and is not on a lost instance. */
export interface Standing extends StandingState {
  readonly task: ServiceTask;
  /** Undefined while it waits for a place. */
  readonly instance: ServiceInstance | undefined;
  readonly isProtected: boolean;
  /** On the monotonic clock of whoever keeps the roster; NaN: it is not RUNNING. */
  readonly runningSinceMs: number;
}

export type Which = (state: StandingState, deployment: string) => boolean;

/** Tasks of a service that count. Counting them costs nothing; listing them goes through all. */
export interface StandingGroup {
  count(which?: Which): number;
  list(which?: Which): readonly Standing[];
}

/** All tasks of a service, sorted out. */
export interface Standings extends StandingGroup {
  /** Those of some deployments. */
  part(includes: (deployment: string) => boolean): StandingGroup;
  /** Tasks by deployment that have not reached STOPPED, lost ones left out. */
  readonly unfinished: ReadonlyMap<string, number>;
  /** How many are told to stop and not there yet, lost ones left out. */
  readonly stoppingCount: number;
  stopping(): readonly ServiceTask[];
  /** Told to run and not STOPPED, those on lost instances too. */
  wanted(): readonly ServiceTask[];
  /** Whether a task of the deployment has not reached STOPPED, be it on a lost instance. */
  lives(deployment: string): boolean;
  /** When time alone changes a task's health or ends its protection. */
  readonly changesInMs: number | undefined;
}

/** Tasks of the target deployment that stay: on an instance that does not drain, and not unhealthy. */
export function isGood(target: string): Which {
  return ({ health, draining }, deployment) => deployment === target && !draining && health !== 'unhealthy';
}

export function sooner(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}
