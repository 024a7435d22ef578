import type { DeploymentRecord, ServiceRecord } from '@longshore/model';
import type { StartPurpose } from './snapshot.js';

/** Tasks to be started: to be placed and committed; what finds no place comes back as the next snapshot's `unplaced`. */
export interface StartTasks {
  readonly deployment: string;
  readonly count: number;
  readonly purpose: StartPurpose;
  /** Only there; undefined: wherever placement finds room. */
  readonly onlyInstances?: readonly string[] | undefined;
  /** One on each of `onlyInstances`, whatever the strategies say: DAEMON. */
  readonly oneEach: boolean;
}

export type StopCause =
  | 'scale-in'
  | 'deployment'
  | 'unhealthy'
  | 'draining'
  | 'unqualified'
  | 'duplicate'
  | 'deleted';

/** A task whose desired status becomes STOPPED, with stop code ServiceSchedulerInitiated. */
export interface StopTask {
  readonly task: string;
  readonly cause: StopCause;
  /** The task's stoppedReason, in ECS's words. */
  readonly reason: string;
}

/** What is to be done about a service. Every part is to be committed on the revisions of what the snapshot was read from. */
export interface ServiceDecision {
  readonly start: readonly StartTasks[];
  readonly stop: readonly StopTask[];
  /** STOPPED tasks that the counters below now include: to be marked counted in the same transaction. */
  readonly counted: readonly string[];
  /** The records that change, whole, by their digits. */
  readonly deployments: ReadonlyMap<string, DeploymentRecord>;
  /** The service's record, where it changes. */
  readonly service: ServiceRecord | undefined;
  /** To be added to the service's events, oldest first. */
  readonly events: readonly string[];
  /** It starts or stops as many tasks as one decision does; there are more: look again once it is carried out. */
  readonly isPartial: boolean;
  /** Look again after this long even if nothing changes. */
  readonly wakeAfterMs: number | undefined;
}
