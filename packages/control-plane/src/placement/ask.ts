import type { AnyEnding } from '@longshore/kit';
import type { PlacementRequest, Refusal } from '@longshore/scheduler';
import type { Conflict, Expectation, Write } from '@longshore/store';

/** Where one task goes. */
export interface Place {
  readonly instance: string;
  readonly gpuIds: readonly string[];
  /** The instance's `ecs.availability-zone`, empty where it has none. */
  readonly availabilityZone: string;
}

/** What commits one task at its place, beside the instance's fence. */
export interface TaskCommit {
  readonly expect: readonly Expectation[];
  readonly write: Write;
}

/** A wish for places: `tasks[i]` tells how the i-th task is written once its place is known. */
export interface Ask {
  readonly cluster: string;
  /** RunTask comes before the controllers. */
  readonly class: 'request' | 'controller';
  /** Within the class the higher comes first, then who asked first; 0 where none is said. */
  readonly priority?: number | undefined;
  /** Its count is that of `tasks`. */
  readonly request: PlacementRequest;
  readonly tasks: readonly ((place: Place) => TaskCommit)[];
  /** Held by every transaction that carries one of its tasks: the cluster's record, a token's absence, a leadership. */
  readonly expect: readonly Expectation[];
  /**
   * All tasks that find a place share one transaction, so that a request under a client token is committed as a whole.
   * At most 40 tasks.
   */
  readonly whole: boolean;
  readonly signal: AnyEnding;
}

/** How an ask ended. Tasks that are neither placed nor refused met the conflict. */
export interface AskOutcome {
  /** By index of `tasks`; undefined: found no place. */
  readonly placed: readonly (Place | undefined)[];
  readonly refused: readonly Refusal[];
  /** An expectation of the ask's own did not hold: decide again. What is placed stays placed. */
  readonly conflict: Conflict | undefined;
}
