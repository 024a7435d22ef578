import type { AgentTask } from './record.js';

/** Stopped tasks that are kept beyond `perFamily` of their family, the oldest first: their containers go early. */
export function surplusTasks(tasks: readonly AgentTask[], perFamily: number): readonly string[] {
  const byFamily = new Map<string, AgentTask[]>();
  for (const task of tasks) {
    if (task.status !== 'STOPPED' || !task.acknowledged || task.cleanUpNow) continue;
    const [family = ''] = task.assignment.definition.split(':');
    byFamily.set(family, [...(byFamily.get(family) ?? []), task]);
  }
  return [...byFamily.values()].flatMap((kept) =>
    kept
      .sort((a, b) => b.stoppedSteadyMs - a.stoppedSteadyMs)
      .slice(perFamily)
      .reverse()
      .map((t) => t.id),
  );
}

/** The stopped task that has been kept longest: what goes first when the disk fills. */
export function oldestStopped(tasks: readonly AgentTask[]): string | undefined {
  const stopped = tasks.filter((t) => t.status === 'STOPPED' && t.acknowledged && !t.cleanUpNow);
  return stopped.sort((a, b) => a.stoppedSteadyMs - b.stoppedSteadyMs)[0]?.id;
}
