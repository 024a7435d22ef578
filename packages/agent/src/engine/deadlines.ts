import { cleanUpAtMs } from './clean-up.js';
import { dependencyDeadlines } from './dependencies.js';
import type { AgentTask, Now } from './record.js';

/**
 * Steady time at which the task has to be woken, or undefined where it waits for events alone. What was due at `now`,
 * the time of the step that made the record, that step has done, or it waits for something else.
 */
export function deadlineOf(task: AgentTask, now: Now): number | undefined {
  const due: number[] = [];
  if (task.preparation === 'needed' && !task.stopping) due.push(task.prepareNotBeforeMs);
  for (const c of task.containers) if (!c.doing && c.notBeforeMs > 0) due.push(c.notBeforeMs);
  if (!task.stopping) due.push(...dependencyDeadlines(task));
  const cleanUp = cleanUpAtMs(task);
  if (cleanUp !== undefined && !task.releasing) due.push(Math.max(cleanUp, task.prepareNotBeforeMs));
  const later = due.filter((at) => at > now.steadyMs);
  return later.length === 0 ? undefined : Math.min(...later);
}
