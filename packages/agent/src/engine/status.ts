import type { HealthStatus, TaskStopCode } from '@longshore/model';
import { type AgentTask, isEssential, type Now } from './record.js';

/** The task shall stop, for this reason where nobody has said one before. */
export function beginStopping(
  task: AgentTask,
  why: { readonly code?: TaskStopCode; readonly reason?: string },
  now: Now,
): AgentTask {
  if (task.stopping) return task;
  return {
    ...task,
    stopping: true,
    status: task.status === 'STOPPED' ? 'STOPPED' : 'STOPPING',
    stopCode: why.code ?? 'UNSET',
    stoppedReason: why.reason ?? '',
    stoppingAtMs: now.wallMs,
  };
}

/** Status and timestamps of the task, as they follow from its containers. Only ever forward. */
export function deriveStatus(task: AgentTask, now: Now): AgentTask {
  let next = task;
  const { containers } = task;
  if (
    next.pullStartedAtMs > 0 &&
    next.pullStoppedAtMs === 0 &&
    containers.every((c) => c.phase !== 'WAITING')
  )
    next = { ...next, pullStoppedAtMs: now.wallMs };
  if (next.executionStoppedAtMs === 0 && executionStopped(next))
    next = { ...next, executionStoppedAtMs: now.wallMs };
  if (next.status === 'PENDING' && hasStarted(next))
    next = { ...next, status: 'RUNNING', startedAtMs: now.wallMs };
  // Seen only when it was over: it has started nevertheless.
  if (next.startedAtMs === 0 && containers.every((c) => c.startedAtMs > 0))
    next = { ...next, startedAtMs: Math.max(...containers.map((c) => c.wallStartedAtMs)) };
  if (containers.every((c) => c.phase === 'STOPPED' && c.logCollected)) next = stopped(next, now);
  return next;
}

function hasStarted(task: AgentTask): boolean {
  const all = task.containers.every((c) => c.phase === 'RUNNING' || c.phase === 'STOPPED');
  return !task.stopping && all && task.containers.some((c) => c.startedAtMs > 0);
}

function executionStopped(task: AgentTask): boolean {
  const ran = task.containers.filter((c) => c.startedAtMs > 0 && !c.internal);
  if (ran.some((c) => c.phase === 'STOPPED' && isEssential(task, c.name))) return true;
  return task.stopping && ran.length > 0 && ran.every((c) => c.phase === 'STOPPED');
}

function stopped(task: AgentTask, now: Now): AgentTask {
  return {
    ...task,
    status: 'STOPPED',
    stopping: true,
    stopCode: task.stopCode,
    stoppingAtMs: task.stoppingAtMs === 0 ? now.wallMs : task.stoppingAtMs,
    stoppedAtMs: now.wallMs,
    stoppedSteadyMs: now.steadyMs,
  };
}

/** HEALTHY when every essential container that has a check is; UNHEALTHY as soon as one is. */
export function taskHealth(task: AgentTask): HealthStatus {
  const checked = task.containers.filter((c) => {
    const check = task.definition.containerDefinitions?.find((d) => d.name === c.name)?.healthCheck;
    return (check?.command?.length ?? 0) > 0 && check?.command?.[0] !== 'NONE' && isEssential(task, c.name);
  });
  if (checked.some((c) => c.health === 'UNHEALTHY')) return 'UNHEALTHY';
  return checked.length > 0 && checked.every((c) => c.health === 'HEALTHY') ? 'HEALTHY' : 'UNKNOWN';
}
