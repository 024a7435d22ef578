import { getVersion } from './get-version.js';
import type { LongshoreRegistry } from './operation.js';

export type { LongshoreOperation, LongshoreOperationName, LongshoreRegistry } from './operation.js';

/** The operations of LongshoreService but for the stream of events. */
export const longshoreRegistry: LongshoreRegistry = {
  GetVersion: getVersion,
};
