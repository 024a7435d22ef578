import type { HeldPort, TaskHolds, TaskStatus } from './generated/shapes.js';
import { isStopping } from './task-life.js';

/** What the tasks of an instance hold together, and how many run and wait there. */
export interface InstanceUse {
  readonly cpuUnits: number;
  readonly memoryMiB: number;
  readonly ports: readonly HeldPort[];
  readonly gpuIds: readonly string[];
  readonly runningTasks: number;
  readonly pendingTasks: number;
}

/** What decides of a task what it holds. Task summaries and task records have it. */
export interface Holder {
  readonly holds?: TaskHolds | undefined;
  readonly lastStatus: TaskStatus | 'UNSET';
}

/**
 * Sums what tasks hold that have not reached STOPPED: a stopping task still has its memory and ports. Counts are as
 * ECS shows them: RUNNING tasks, and those on their way there.
 */
export function useOf(tasks: Iterable<Holder>): InstanceUse {
  let cpuUnits = 0;
  let memoryMiB = 0;
  let runningTasks = 0;
  let pendingTasks = 0;
  const ports: HeldPort[] = [];
  const gpuIds: string[] = [];
  for (const task of tasks) {
    if (task.lastStatus === 'STOPPED') continue;
    cpuUnits += task.holds?.cpuUnits ?? 0;
    memoryMiB += task.holds?.memoryMiB ?? 0;
    ports.push(...(task.holds?.ports ?? []));
    gpuIds.push(...(task.holds?.gpuIds ?? []));
    if (task.lastStatus === 'RUNNING') runningTasks++;
    else if (!isStopping(task.lastStatus)) pendingTasks++;
  }
  return { cpuUnits, memoryMiB, ports, gpuIds, runningTasks, pendingTasks };
}
