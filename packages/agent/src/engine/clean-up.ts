import type { TaskEffect } from './effects.js';
import { type AgentTask, type Now, withContainer } from './record.js';
import type { Step } from './step.js';

/** Steady time from which a stopped task's containers are removed; undefined before its end is acknowledged. */
export function cleanUpAtMs(task: AgentTask): number | undefined {
  if (task.status !== 'STOPPED' || !task.acknowledged) return undefined;
  return task.cleanUpNow ? 0 : task.stoppedSteadyMs + task.settings.cleanupWaitMs + jitterMs(task);
}

/** ECS spreads the clean-up of tasks by chance; an id is chance enough, and a restart of the agent deals no other. */
function jitterMs({ id, settings }: AgentTask): number {
  const share = Number.parseInt(id.slice(0, 8), 16) / 2 ** 32;
  return Math.floor((settings.cleanupJitterMs ?? 0) * (share || 0));
}

/** After the end: its containers go, then its volumes, cgroup and address, then the record. */
export function cleanUp(task: AgentTask, now: Now): Step {
  const at = cleanUpAtMs(task);
  if (at === undefined || at > now.steadyMs || task.releasing || task.forgotten)
    return { record: task, effects: [] };
  let record = task;
  const effects: TaskEffect[] = [];
  for (const c of task.containers) {
    if (c.removed || c.doing || c.notBeforeMs > now.steadyMs) continue;
    if (c.runtimeId === '' && c.imageId === '') record = withContainer(record, c.name, { removed: true });
    else {
      // One that was perhaps created by a call that timed out goes by its name.
      record = withContainer(record, c.name, { doing: 'removeContainer' });
      effects.push({ type: 'removeContainer', container: c.name });
    }
  }
  // What is being prepared would be made after it was taken away, and stay.
  const settled = record.preparation !== 'doing' && record.prepareNotBeforeMs <= now.steadyMs;
  if (settled && record.containers.every((c) => c.removed)) {
    record = { ...record, releasing: true };
    effects.push({ type: 'releaseTask' });
  }
  return { record, effects };
}
