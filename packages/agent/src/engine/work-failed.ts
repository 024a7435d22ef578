import type { PortBinding } from '@longshore/runtime';
import type { TaskEvent } from './events.js';
import { stopContainerRecord } from './facts.js';
import {
  type AgentTask,
  awaitsRestart,
  type ContainerState,
  containerOf,
  type Now,
  withContainer,
} from './record.js';
import { beginStopping } from './status.js';

type Failure = TaskEvent & { type: 'workFailed' };

/** How often a call is made again before the container is given up. */
const limits = { timeouts: 3, portClashes: 10 };

/**
 * Work on a container failed. Where the engine did not answer nothing is known, so the same is tried again; where it
 * said no, the container ends with the engine's words.
 */
export function workFailed(task: AgentTask, event: Failure, now: Now): AgentTask {
  const c = containerOf(task, event.container);
  if (!c || c.doing !== event.work) return task;
  if (event.work === 'stopContainer' || event.work === 'removeContainer') return tryAgain(task, c, now);
  if (event.work === 'collectLog')
    return withContainer(task, c.name, { doing: undefined, logCollected: true });
  if (event.code === 'EngineUnavailable') return tryAgain(task, c, now);
  if (event.code === 'DockerTimeoutError' && c.attempts + 1 < limits.timeouts && !task.stopping)
    return tryAgain(task, c, now);
  const clash = event.ports !== undefined && event.work === 'startContainer';
  if (clash && !task.stopping && !awaitsRestart(c) && c.attempts < limits.portClashes)
    return remade(task, c, event.ports ?? []);
  return givenUp(task, c, event, now);
}

/** Nothing is known, or it will do later: the same again after a pause that doubles up to half a minute. */
export function tryAgain(task: AgentTask, c: ContainerState, now: Now): AgentTask {
  return withContainer(task, c.name, {
    doing: undefined,
    attempts: c.attempts + 1,
    notBeforeMs: now.steadyMs + Math.min(30_000, 250 * 2 ** Math.min(c.attempts, 10)),
  });
}

/** Somebody holds the host port: the container is made anew with another. */
function remade(task: AgentTask, c: ContainerState, ports: readonly PortBinding[]): AgentTask {
  return withContainer(task, c.name, {
    phase: 'READY',
    doing: undefined,
    attempts: c.attempts + 1,
    runtimeId: '',
    discardedIds: [...c.discardedIds, c.runtimeId],
    discarding: c.runtimeId,
    startTried: false,
    ports,
  });
}

function givenUp(task: AgentTask, c: ContainerState, event: Failure, now: Now): AgentTask {
  const reason = event.reason.startsWith(event.code) ? event.reason : `${event.code}: ${event.reason}`;
  if (event.work !== 'startContainer' || event.code !== 'DockerTimeoutError')
    return stopContainerRecord(task, c.name, reason);
  // The engine may still be starting it: only the stop that follows proves that it is not.
  const idle = withContainer(task, c.name, { doing: undefined, attempts: 0, reason });
  return beginStopping(idle, { code: 'TaskFailedToStart', reason }, now);
}
