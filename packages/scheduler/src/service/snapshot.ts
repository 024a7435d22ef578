import type {
  DeploymentRecord,
  HealthStatus,
  ServiceRecord,
  TaskStatus,
  TaskStopCode,
} from '@longshore/model';
import type { Refusal } from '../placement/view.js';
import type { Standings } from './standing.js';

/** What the service scheduler must know of one task; the store's task summary has it. */
export interface ServiceTask {
  readonly id: string;
  /** The digits of the deployment that started it. */
  readonly deployment: string;
  /** Empty while it waits for a place. */
  readonly instance: string;
  readonly lastStatus: TaskStatus | 'UNSET';
  readonly desiredStatus: TaskStatus | 'UNSET';
  readonly healthStatus: HealthStatus | 'UNSET';
  readonly createdAtMs: number;
  /** 0: no scale-in protection. */
  readonly protectedUntilMs: number;
}

/** A task that has STOPPED and is not counted yet. */
export interface StoppedTask extends ServiceTask {
  /** How long it had been RUNNING, by its agent's clock. 0: never. */
  readonly runningForMs: number;
  readonly stopCode?: TaskStopCode | 'UNSET' | undefined;
  readonly stoppedReason?: string | undefined;
}

/** What it must know of a container instance. */
export interface ServiceInstance {
  readonly id: string;
  readonly status: 'ACTIVE' | 'DRAINING' | 'OTHER';
  /** Could be given tasks: its agent is connected and it is not impaired. */
  readonly connected: boolean;
  /** Silent for so long that this service replaces its tasks there. */
  readonly lost: boolean;
  /**
   * Satisfies the service's constraints and has the attributes that its task definition requires. Told only of
   * instances that `all` lists.
   */
  readonly qualifies: boolean;
  /** The values of the attributes that the service spreads over, in the order of its strategies. */
  readonly spread: readonly string[];
  /** Tasks that no daemon service started want to run here: a draining instance keeps its daemons until they are gone. */
  readonly busy?: boolean | undefined;
  /** The last time that it was lost, once it is back; 0 or undefined: never. */
  readonly wasLostSinceMs?: number | undefined;
  readonly wasLostUntilMs?: number | undefined;
}

/** Looked up when needed: most decisions ask for few instances. */
export interface ServiceInstances {
  /** Undefined: not, or no longer, registered. */
  get(id: string): ServiceInstance | undefined;
  all(): Iterable<ServiceInstance>;
}

/**
 * What the last attempt to start tasks of the service came to, where some found no place. Whoever attempts forgets it
 * once an attempt has placed all; that of a rebalance also when instances have changed, and after a minute at the latest.
 */
export interface Unplaced {
  readonly deployment: string;
  readonly count: number;
  readonly purpose: StartPurpose;
  readonly refusal: Pick<Refusal, 'reason' | 'explanation' | 'closestInstance' | 'couldEverFit'>;
}

/** `rebalance`: beyond the desired count, to be followed by a stop elsewhere; finding no place is no failure. */
export type StartPurpose = 'desired-count' | 'rebalance';

export interface ServiceSettings {
  /** After so long RUNNING a task without a health check counts as healthy. */
  readonly healthyAfterMs: number;
  /** Tasks that find no place for so long count as failures. */
  readonly placeWithinMs: number;
  /** How many levels of the service's spread are kept even by moving tasks; 0: none is moved. */
  readonly rebalanceLevels: number;
  /** Says what would move, and moves nothing. */
  readonly rebalanceDryRun: boolean;
  readonly lostPolicy: 'keep_original' | 'keep_replacement' | 'longest_running';
}

export interface PastEvent {
  readonly message: string;
  readonly createdAtMs: number;
}

/** All that one decision on one service rests on. */
export interface ServiceSnapshot {
  readonly name: string;
  readonly service: ServiceRecord;
  /** By their digits: those that have tasks, the primary, and those that a rollback could return to. */
  readonly deployments: ReadonlyMap<string, DeploymentRecord>;
  /** The digits of deployments whose task definition has a health check on an essential container. */
  readonly healthChecked: Pick<ReadonlySet<string>, 'has'>;
  /** Every task of the service that has not moved to history, as of this decision. */
  readonly tasks: Standings;
  /** Those to be counted now. */
  readonly stopped: readonly StoppedTask[];
  readonly instances: ServiceInstances;
  /** The service's last events, newest first. */
  readonly events: readonly PastEvent[];
  readonly settings: ServiceSettings;
  /** Monotonic time since the primary deployment's record was last written, or since this leader began to lead. */
  readonly sinceWrittenMs: number;
  readonly unplaced?: Unplaced | undefined;
}
