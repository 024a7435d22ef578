import { describeTasks } from './describe-tasks.js';
import { listTasks } from './list-tasks.js';
import { getTaskProtection, updateTaskProtection } from './protection.js';
import { runTask } from './run-task.js';
import { startTask } from './start-task.js';
import { stopTask } from './stop-task.js';

/** The operations on tasks, by ECS's names. */
export const taskRunOperations = {
  RunTask: runTask,
  StartTask: startTask,
  StopTask: stopTask,
  DescribeTasks: describeTasks,
  ListTasks: listTasks,
  GetTaskProtection: getTaskProtection,
  UpdateTaskProtection: updateTaskProtection,
} as const;
