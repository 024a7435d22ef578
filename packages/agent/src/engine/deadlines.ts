import { cleanUpAtMs } from './clean-up.js';
import { dependencyDeadlines } from './dependencies.js';
import type { AgentTask } from './record.js';

/** Steady time at which the task has to be woken, or undefined where it waits for events alone. */
export function deadlineOf(task: AgentTask): number | undefined {
  const due: number[] = [];
  if (task.preparation === 'needed' && !task.stopping) due.push(task.prepareNotBeforeMs);
  for (const c of task.containers) if (!c.doing && c.notBeforeMs > 0) due.push(c.notBeforeMs);
  if (!task.stopping) due.push(...dependencyDeadlines(task));
  const cleanUp = cleanUpAtMs(task);
  if (cleanUp !== undefined && !task.releasing) due.push(Math.max(cleanUp, task.prepareNotBeforeMs));
  return due.length === 0 ? undefined : Math.min(...due);
}
