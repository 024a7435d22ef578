import type { LongshoreServiceOperations } from '@longshore/model';
import type { Call } from '../operation.js';
import type { ServerContext } from '../server-context.js';

export type LongshoreOperationName = Exclude<keyof LongshoreServiceOperations, 'WatchEvents'>;

/** As an ECS operation, but of our own service. */
export type LongshoreOperation<N extends LongshoreOperationName> = (
  request: LongshoreServiceOperations[N]['request'],
  call: Call,
  context: ServerContext,
) => Promise<LongshoreServiceOperations[N]['response']>;

export type LongshoreRegistry = { readonly [N in LongshoreOperationName]?: LongshoreOperation<N> };
