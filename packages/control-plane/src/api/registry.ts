import { ecsOperations as ecsOperationShapes } from '@longshore/aws-api';
import { accountSettingOperations } from './account-settings/index.js';
import { attributeOperations } from './attributes/index.js';
import { clusterOperations } from './clusters/index.js';
import { instanceOperations } from './instances/index.js';
import type { Operation, OperationName } from './operation.js';
import type { ServerContext } from './server-context.js';
import { serviceOperations } from './services/index.js';
import { tagOperations } from './tags/index.js';
import { taskDefinitionOperations } from './task-definitions/index.js';
import { taskSetOperations } from './task-sets/index.js';
import { taskRunOperations } from './tasks/index.js';

/** Every operation of ECS that this server has; the others are answered by UnsupportedFeatureException, by name. */
export type EcsRegistry = { readonly [N in OperationName]?: Operation<N, ServerContext> };

export const ecsRegistry: EcsRegistry = {
  ...clusterOperations,
  ...taskDefinitionOperations,
  ...taskRunOperations,
  ...instanceOperations,
  ...attributeOperations,
  ...serviceOperations,
  ...taskSetOperations,
  ...tagOperations,
  ...accountSettingOperations,
};

/** All names of the contract, sorted. */
export const ecsOperationNames: readonly OperationName[] = [...ecsOperationShapes.values()]
  .map((shape) => shape.name)
  .sort();
