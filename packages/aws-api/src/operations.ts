import type { EcsServiceOperations, MessageName } from '@longshore/model';
import { serviceDescriptor } from '@longshore/model';

export type OperationName = keyof EcsServiceOperations;

/** One call that was let in. `C` is what the authorize hook made of its caller. */
export interface AwsCall<C> {
  readonly caller: C;
  readonly region: string;
  readonly requestId: string;
  /** The other side's address. */
  readonly peer: string;
  /** Aborts when the caller has gone or the operation has taken too long. */
  readonly signal: AbortSignal;
}

/** One function an operation, on plain shapes; what is missing answers UnsupportedFeatureException. */
export type AwsOperations<C> = {
  readonly [M in OperationName]?: (
    request: EcsServiceOperations[M]['request'],
    call: AwsCall<C>,
  ) => Promise<EcsServiceOperations[M]['response']>;
};

export interface OperationShape {
  readonly name: OperationName;
  readonly requestType: MessageName;
  readonly responseType: MessageName;
}

/** Every operation of ECS, from the contract. */
export const ecsOperations: ReadonlyMap<string, OperationShape> = new Map(
  serviceDescriptor('EcsService').methodsArray.map((m) => [
    m.name,
    {
      name: m.name as OperationName,
      requestType: m.requestType as MessageName,
      responseType: m.responseType as MessageName,
    },
  ]),
);
