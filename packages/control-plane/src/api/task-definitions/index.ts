import { deleteTaskDefinitions } from './delete.js';
import { deregisterTaskDefinition } from './deregister.js';
import { describeTaskDefinition } from './describe.js';
import { listTaskDefinitions } from './list.js';
import { listTaskDefinitionFamilies } from './list-families.js';
import { registerTaskDefinition } from './register.js';

export * from './definitions.js';

export const taskDefinitionOperations = {
  DeleteTaskDefinitions: deleteTaskDefinitions,
  DeregisterTaskDefinition: deregisterTaskDefinition,
  DescribeTaskDefinition: describeTaskDefinition,
  ListTaskDefinitionFamilies: listTaskDefinitionFamilies,
  ListTaskDefinitions: listTaskDefinitions,
  RegisterTaskDefinition: registerTaskDefinition,
} as const;
