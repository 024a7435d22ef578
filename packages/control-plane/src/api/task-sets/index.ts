import { createTaskSet } from './create-task-set.js';
import { deleteTaskSet } from './delete-task-set.js';
import { describeTaskSets } from './describe-task-sets.js';
import { updateServicePrimaryTaskSet } from './update-service-primary-task-set.js';
import { updateTaskSet } from './update-task-set.js';

/** The operations on task sets, by ECS's names. */
export const taskSetOperations = {
  CreateTaskSet: createTaskSet,
  DeleteTaskSet: deleteTaskSet,
  DescribeTaskSets: describeTaskSets,
  UpdateServicePrimaryTaskSet: updateServicePrimaryTaskSet,
  UpdateTaskSet: updateTaskSet,
} as const;
