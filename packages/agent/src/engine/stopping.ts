import { dependantsOf } from './dependencies.js';
import type { TaskEffect } from './effects.js';
import { stopContainerRecord } from './facts.js';
import {
  type AgentTask,
  awaitsRestart,
  type ContainerState,
  definitionOf,
  type Now,
  withContainer,
} from './record.js';
import type { Step } from './step.js';

/** The way down: each container stops once all that depend on it have stopped. */
export function stopContainers(task: AgentTask, now: Now): Step {
  let record = task;
  const effects: TaskEffect[] = [];
  for (const c of task.containers) {
    if (endsUnstarted(c)) {
      record = withContainer(stopContainerRecord(record, c.name, ''), c.name, { logCollected: true });
      continue;
    }
    if (c.doing || c.notBeforeMs > now.steadyMs) continue;
    if (c.phase === 'STOPPED' && !c.logCollected) {
      record = withContainer(record, c.name, { doing: 'collectLog' });
      effects.push({ type: 'collectLog', container: c.name });
    } else if (awaitsRestart(c) && !c.startTried) {
      record = stopContainerRecord(record, c.name, '');
    } else if (mustStop(record, c)) {
      record = withContainer(record, c.name, { doing: 'stopContainer' });
      effects.push({
        type: 'stopContainer',
        container: c.name,
        stopTimeoutMs: stopTimeoutMs(record, c.name),
      });
    }
  }
  return { record, effects };
}

/** Nothing of it runs nor can start to run: its image is still on the way, or it was made and never started. */
function endsUnstarted(c: ContainerState): boolean {
  if (c.phase === 'WAITING') return true;
  if (c.phase === 'READY') return c.doing === undefined;
  return c.phase === 'CREATED' && c.doing === undefined && !c.startTried;
}

/** A start that was tried may have come late: only a stop proves that it did not. */
function mustStop(task: AgentTask, c: ContainerState): boolean {
  if (c.phase !== 'RUNNING' && c.phase !== 'CREATED') return false;
  return dependantsOf(task, c.name).every((d) => d.phase === 'STOPPED');
}

export function stopTimeoutMs(task: AgentTask, name: string): number {
  const seconds = definitionOf(task, name).stopTimeout;
  return seconds === undefined ? task.settings.stopTimeoutMs : seconds * 1000;
}
