import type { AnyEnding, Clock, Ending, Logger, Random } from '@longshore/kit';
import type { EcsServiceOperations } from '@longshore/model';
import type { Store } from '@longshore/store';
import type { TaskCounter } from './clusters/counts.js';

/** Who calls, as the door made it out. */
export interface Caller {
  readonly kind: 'access-key' | 'client-token' | 'agent' | 'anonymous';
  /** The access key's id, the token's name, or the instance. */
  readonly name: string;
}

/** One call of one operation. */
export interface Call {
  readonly caller: Caller;
  /** Goes into the ARNs of the answer: the scope of the signature, else the server's --region. */
  readonly region: string;
  readonly requestId: string;
  /** Aborts when the caller has gone or its deadline has passed. */
  readonly signal: AbortSignal;
  /** The same without a signal, which is dear, for what only waits: see `endOf`. */
  readonly gone?: Ending | undefined;
}

/** At what those give up that wait on behalf of a call. */
export function endOf(call: Pick<Call, 'signal' | 'gone'>): AnyEnding {
  return call.gone ?? call.signal;
}

/** What every operation works with. Handed in, never reached for. */
export interface OperationContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly accountId: string;
  /** Counts tasks of a cluster without walking over them; absent in tests. */
  readonly taskCounter?: TaskCounter | undefined;
}

export type OperationName = keyof EcsServiceOperations;

/** Checks, decides, commits, answers. Throws ECS's exceptions (model's EcsError), and nothing else on purpose. */
export type Operation<N extends OperationName, C extends OperationContext = OperationContext> = (
  request: EcsServiceOperations[N]['request'],
  call: Call,
  context: C,
) => Promise<EcsServiceOperations[N]['response']>;
