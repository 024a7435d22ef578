import { ecsVariables } from './ecs-variables.js';
import { ownVariables } from './own-variables.js';
import type { Variable } from './variable.js';

/** Every variable that the ECS agent documents, and our own. The README's table is drawn from here. */
export const variables: readonly Variable[] = [...ownVariables, ...ecsVariables];
