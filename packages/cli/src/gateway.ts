import type {
  EcsServiceOperations,
  LongshoreServiceOperations,
  WatchEventsRequest,
  WatchEventsResponse,
} from '@longshore/model';

export type EcsOperation = keyof EcsServiceOperations;
export type LongshoreOperation = Exclude<keyof LongshoreServiceOperations, 'WatchEvents'>;

/**
 * The control plane as commands see it. Calls reject with a CodedError: the ECS exception's name as code, or
 * UNAVAILABLE where nobody answers.
 */
export interface Gateway {
  ecs<O extends EcsOperation>(
    operation: O,
    request: EcsServiceOperations[O]['request'],
  ): Promise<EcsServiceOperations[O]['response']>;
  longshore<O extends LongshoreOperation>(
    operation: O,
    request: LongshoreServiceOperations[O]['request'],
  ): Promise<LongshoreServiceOperations[O]['response']>;
  events(request: WatchEventsRequest, signal: AbortSignal): AsyncIterable<WatchEventsResponse>;
  close(): void;
}
