import { createGate, startGate, timedOutDependency } from './dependencies.js';
import type { TaskEffect } from './effects.js';
import {
  type AgentTask,
  awaitsRestart,
  type ContainerState,
  type ContainerWork,
  type Now,
  withContainer,
} from './record.js';
import { beginStopping } from './status.js';
import type { Step } from './step.js';

/** The way up: prepare, pull, create, start, each as soon as what it waits for is there. */
export function advance(task: AgentTask, now: Now): Step {
  let record = task;
  const effects: TaskEffect[] = [];
  if (task.preparation === 'needed' && task.prepareNotBeforeMs <= now.steadyMs) {
    record = { ...record, preparation: 'doing' };
    effects.push({ type: 'prepareTask' });
  }
  for (const c of task.containers) {
    const failure = hopeless(record, c, now);
    if (failure !== undefined)
      return { record: beginStopping(record, { code: 'TaskFailedToStart', reason: failure }, now), effects };
    const work = nextWork(record, c, now);
    if (!work) continue;
    record = withContainer(record, c.name, {
      doing: work,
      ...(work === 'startContainer' ? { startTried: true } : {}),
    });
    if (work === 'pullImage' && record.pullStartedAtMs === 0)
      record = { ...record, pullStartedAtMs: now.wallMs };
    effects.push({ type: work, container: c.name });
  }
  return { record, effects };
}

function nextWork(
  task: AgentTask,
  c: ContainerState,
  now: Now,
): Exclude<ContainerWork, 'stopContainer'> | undefined {
  if (c.doing || c.notBeforeMs > now.steadyMs) return undefined;
  switch (c.phase) {
    case 'WAITING':
      // Volumes and cgroup are needed at the creation alone: images come meanwhile.
      return 'pullImage';
    case 'READY':
      if (c.discarding !== '') return 'removeContainer';
      if (task.preparation === 'doing' || task.preparation === 'needed') return undefined;
      return createGate(task, c.name).is === 'resolved' ? 'createContainer' : undefined;
    case 'CREATED':
      return startGate(task, c.name).is === 'resolved' ? 'startContainer' : undefined;
    case 'RUNNING':
      return awaitsRestart(c) ? 'startContainer' : undefined;
    case 'STOPPED':
      return c.logCollected ? undefined : 'collectLog';
  }
}

/** Why a container that has not started never can; undefined while it may. */
function hopeless(task: AgentTask, c: ContainerState, now: Now): string | undefined {
  if (c.phase === 'RUNNING' || c.phase === 'STOPPED') return undefined;
  const gate = startGate(task, c.name);
  if (gate.is === 'never') return `Task failed to start: ${gate.why}`;
  const late = timedOutDependency(task, c.name, now.steadyMs);
  if (!late) return undefined;
  const { on, condition } = late.dependency;
  return `Task failed to start: container ${c.name} depends on container ${on}, which was not ${condition} within its startTimeout of ${late.timeoutSeconds} s`;
}
