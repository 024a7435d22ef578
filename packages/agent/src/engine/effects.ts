import type { ContainerWork } from './record.js';

/**
 * What `step` wants done. Each is idempotent, so that one which was journalled and perhaps done may be done again;
 * its result comes back as an event.
 */
export type TaskEffect =
  | { readonly type: 'prepareTask' }
  | { readonly type: 'releaseTask' }
  | PlainWork[Exclude<ContainerWork, 'stopContainer'>]
  | { readonly type: 'stopContainer'; readonly container: string; readonly stopTimeoutMs: number };

/** Work on a container that needs nothing but its name. */
type PlainWork = {
  readonly [W in Exclude<ContainerWork, 'stopContainer'>]: { readonly type: W; readonly container: string };
};

export type EffectOf<T extends TaskEffect['type']> = Extract<TaskEffect, { readonly type: T }>;
