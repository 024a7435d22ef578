import type { TaskStatus } from '@longshore/model';

export interface DrainTask {
  /** Empty for a standalone task. */
  readonly service: string;
  readonly isDaemon: boolean;
  readonly protectedUntilMs: number;
  readonly lastStatus: TaskStatus | 'UNSET';
  readonly desiredStatus: TaskStatus | 'UNSET';
}

/** What a DRAINING container instance still waits for. */
export interface DrainProgress {
  /** Service tasks that are yet to be replaced elsewhere, protected ones left out. */
  readonly moving: number;
  /** Service tasks whose protection has not ended. */
  readonly held: number;
  /** Standalone tasks: they run to their end. */
  readonly standalone: number;
  /** Daemons stay until the others are gone. */
  readonly daemons: number;
  /** Told to stop and not there yet. */
  readonly stopping: number;
  readonly isDone: boolean;
}

/** Counts the tasks of a draining instance by what they wait for. */
export function drainProgress(tasks: Iterable<DrainTask>, nowMs: number): DrainProgress {
  const counts = { moving: 0, held: 0, standalone: 0, daemons: 0, stopping: 0 };
  for (const task of tasks) {
    if (task.lastStatus === 'STOPPED') continue;
    counts[waitsFor(task, nowMs)]++;
  }
  return { ...counts, isDone: Object.values(counts).every((count) => count === 0) };
}

/** One line for people. */
export function describeDrain({
  moving,
  held,
  standalone,
  daemons,
  stopping,
  isDone,
}: DrainProgress): string {
  if (isDone) return 'drained';
  const parts = [
    [moving, 'to be moved'],
    [held, 'held by task protection'],
    [standalone, 'standalone, running to their end'],
    [daemons, 'daemons, which stop last'],
    [stopping, 'stopping'],
  ] as const;
  return `draining: ${parts.flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`])).join(', ')}`;
}

function waitsFor(task: DrainTask, nowMs: number): keyof Omit<DrainProgress, 'isDone'> {
  if (task.desiredStatus === 'STOPPED') return 'stopping';
  if (task.service === '') return 'standalone';
  if (task.isDaemon) return 'daemons';
  return task.protectedUntilMs > nowMs ? 'held' : 'moving';
}
