import { taskRank } from '@longshore/model';
import { advance } from './advance.js';
import { cleanUp } from './clean-up.js';
import type { TaskEffect } from './effects.js';
import type { TaskEvent } from './events.js';
import { isRogue, mergeFacts, removedOutside, stopContainerRecord } from './facts.js';
import {
  type AgentTask,
  awaitsRestart,
  containerOf,
  isEssential,
  type Now,
  withContainer,
} from './record.js';
import { taskReport } from './report.js';
import { beginStopping, deriveStatus } from './status.js';
import { stopContainers } from './stopping.js';
import { tryAgain, workFailed } from './work-failed.js';

export interface Step {
  readonly record: AgentTask;
  readonly effects: readonly TaskEffect[];
}

/**
 * A task's whole life, pure: what is known and what has happened give what is known next and what shall be done.
 * The record is journalled before an effect is run. An event that says nothing new gives the same record back and no
 * effects, so any event may come twice.
 */
export function step(record: AgentTask, event: TaskEvent, now: Now): Step {
  if (record.forgotten) return { record, effects: [] };
  const told = apply(record, event, now);
  const settled = settle(told, now);
  const effects = [...rogues(record, event, settled.record), ...settled.effects];
  return { record: versioned(record, settled.record), effects };
}

/** Steady time at which the task has to be woken, or undefined. */
export { deadlineOf } from './deadlines.js';

/** What follows from a record by itself, until nothing more does. Each round only moves forward, so it ends. */
function settle(record: AgentTask, now: Now): Step {
  let current = record;
  const effects: TaskEffect[] = [];
  for (;;) {
    const next = advanceOnce(current, now);
    effects.push(...next.effects);
    if (next.record === current) return { record: current, effects };
    current = next.record;
  }
}

function advanceOnce(record: AgentTask, now: Now): Step {
  if (record.status === 'STOPPED') return cleanUp(record, now);
  const moved = record.stopping ? stopContainers(record, now) : advance(record, now);
  return { record: deriveStatus(moved.record, now), effects: moved.effects };
}

function apply(record: AgentTask, event: TaskEvent, now: Now): AgentTask {
  switch (event.type) {
    case 'assigned':
      return assigned(record, event, now);
    case 'disowned':
      return record.acknowledged
        ? record
        : { ...beginStopping(record, { reason: event.reason }, now), acknowledged: true };
    case 'acknowledged':
      return record.status === 'STOPPED' && event.version >= record.version && !record.acknowledged
        ? { ...record, acknowledged: true }
        : record;
    case 'taskPrepared':
      return record.preparation === 'doing' ? { ...record, preparation: 'done' } : record;
    case 'prepareFailed':
      return prepareFailed(record, event, now);
    case 'taskReleased':
      return record.releasing ? { ...record, releasing: false, forgotten: true } : record;
    case 'releaseFailed':
      return record.releasing ? { ...record, releasing: false, ...pausePreparation(record, now) } : record;
    case 'imageReady':
      return imageReady(record, event);
    case 'containerCreated':
      return containerCreated(record, event, now);
    case 'containerStarted':
      return containerStarted(record, event, now);
    case 'containerLooked': {
      const c = containerOf(record, event.container);
      return c ? essentialExits(mergeFacts(record, c, event.facts, now), now) : record;
    }
    case 'containerAbsent':
      return essentialExits(containerAbsent(record, event), now);
    case 'workFailed':
      return essentialExits(workFailed(record, event, now), now);
    case 'containerStopped':
      return containerStopped(record, event, now);
    case 'containerRemoved':
      return containerRemoved(record, event);
    case 'logCollected':
      return logCollected(record, event);
    case 'resumed':
      return resumed(record, event, now);
    case 'cleanUpAsked':
      return record.cleanUpNow ? record : { ...record, cleanUpNow: true };
    case 'woken':
      return record;
  }
}

function assigned(record: AgentTask, event: TaskEvent & { type: 'assigned' }, now: Now): AgentTask {
  const { assignment, epoch } = event;
  const newer = epoch !== record.epoch || assignment.revision > record.assignment.revision;
  if (!newer) return record;
  const next = { ...record, assignment, epoch };
  // The stop code and reason of a stop that was ordered are the control plane's to say.
  return assignment.desiredStatus === 'STOPPED' ? beginStopping(next, {}, now) : next;
}

function prepareFailed(record: AgentTask, event: TaskEvent & { type: 'prepareFailed' }, now: Now): AgentTask {
  if (record.preparation !== 'doing') return record;
  // It was made before, and containers run in it: what could not be made again is not worth their lives.
  if (record.containers.some((c) => c.startedAtMs > 0)) return { ...record, preparation: 'done' };
  if (event.retryable && record.prepareAttempts < 20)
    return { ...record, preparation: 'needed', ...pausePreparation(record, now) };
  const reason = event.reason.startsWith('ResourceInitializationError')
    ? event.reason
    : `ResourceInitializationError: ${event.reason}`;
  return beginStopping({ ...record, preparation: 'needed' }, { code: 'TaskFailedToStart', reason }, now);
}

function pausePreparation(
  record: AgentTask,
  now: Now,
): Pick<AgentTask, 'prepareAttempts' | 'prepareNotBeforeMs'> {
  const pauseMs = 500 * 2 ** Math.min(record.prepareAttempts, 5);
  return { prepareAttempts: record.prepareAttempts + 1, prepareNotBeforeMs: now.steadyMs + pauseMs };
}

function imageReady(record: AgentTask, event: TaskEvent & { type: 'imageReady' }): AgentTask {
  const c = containerOf(record, event.container);
  if (c?.phase !== 'WAITING') return record;
  return withContainer(record, c.name, {
    phase: 'READY',
    doing: undefined,
    attempts: 0,
    imageId: event.imageId,
    imageDigest: event.digest,
  });
}

function containerCreated(
  record: AgentTask,
  event: TaskEvent & { type: 'containerCreated' },
  now: Now,
): AgentTask {
  const c = containerOf(record, event.container);
  if (!c || (c.phase !== 'WAITING' && c.phase !== 'READY')) return record;
  // The name is still taken by the one that was given up.
  if (c.discardedIds.includes(event.runtimeId)) {
    if (c.doing === 'removeContainer') return record;
    return withContainer(record, c.name, { doing: undefined, discarding: event.runtimeId });
  }
  return withContainer(record, c.name, {
    phase: 'CREATED',
    doing: undefined,
    attempts: 0,
    runtimeId: event.runtimeId,
    wallCreatedAtMs: c.wallCreatedAtMs === 0 ? now.wallMs : c.wallCreatedAtMs,
  });
}

/** Nobody waits for the look: what it brings (the run's name, addresses) no other container and no report rests on. */
function containerStarted(
  record: AgentTask,
  event: TaskEvent & { type: 'containerStarted' },
  now: Now,
): AgentTask {
  const c = containerOf(record, event.container);
  if (c?.phase !== 'CREATED' || c.runtimeId !== event.runtimeId) return record;
  return withContainer(record, c.name, {
    phase: 'RUNNING',
    doing: undefined,
    attempts: 0,
    startTried: true,
    startedAtMs: now.steadyMs,
    wallStartedAtMs: now.wallMs,
  });
}

function containerAbsent(record: AgentTask, event: TaskEvent & { type: 'containerAbsent' }): AgentTask {
  const c = containerOf(record, event.container);
  if (!c || c.runtimeId === '' || c.runtimeId !== event.runtimeId) return record;
  if (c.phase === 'STOPPED') return withContainer(record, c.name, { removed: true, logCollected: true });
  return withContainer(stopContainerRecord(record, c.name, removedOutside), c.name, {
    removed: true,
    logCollected: true,
  });
}

function containerStopped(
  record: AgentTask,
  event: TaskEvent & { type: 'containerStopped' },
  now: Now,
): AgentTask {
  const c = containerOf(record, event.container);
  if (c?.doing !== 'stopContainer') return record;
  // It never ran, and can not start any more.
  if (c.phase === 'CREATED' || awaitsRestart(c))
    return essentialExits(stopContainerRecord(record, c.name, ''), now);
  // Somebody has started it in between.
  return tryAgain(record, c, now);
}

function containerRemoved(record: AgentTask, event: TaskEvent & { type: 'containerRemoved' }): AgentTask {
  const c = containerOf(record, event.container);
  if (c?.doing !== 'removeContainer') return record;
  if (c.phase === 'STOPPED')
    return withContainer(record, c.name, { removed: true, doing: undefined, attempts: 0 });
  return withContainer(record, c.name, { discarding: '', doing: undefined });
}

function logCollected(record: AgentTask, event: TaskEvent & { type: 'logCollected' }): AgentTask {
  const c = containerOf(record, event.container);
  if (!c || c.logCollected) return record;
  return withContainer(record, c.name, {
    logTail: event.text,
    logCollected: true,
    doing: c.doing === 'collectLog' ? undefined : c.doing,
  });
}

function resumed(record: AgentTask, event: TaskEvent & { type: 'resumed' }, now: Now): AgentTask {
  let next: AgentTask = {
    ...record,
    settings: event.settings,
    releasing: false,
    // A reboot takes the cgroup with it; making it again is harmless.
    preparation: record.preparation === 'none' ? 'none' : 'needed',
  };
  const ran = event.fresh && taskRank(record.assignment.lastStatus) >= taskRank('RUNNING');
  for (const c of record.containers) {
    // Nothing runs any more that was being done: what is to be done follows from what is known.
    next = withContainer(next, c.name, { doing: undefined, attempts: 0, notBeforeMs: 0 });
    const facts = event.found[c.name];
    const idle = containerOf(next, c.name) ?? c;
    if (facts) next = mergeFacts(next, idle, facts, now);
    else if (c.runtimeId !== '')
      next = containerAbsent(next, { type: 'containerAbsent', container: c.name, runtimeId: c.runtimeId });
    else if (ran) next = stopContainerRecord(next, c.name, lostWithJournal);
  }
  if (event.fresh && record.assignment.desiredStatus === 'STOPPED') next = beginStopping(next, {}, now);
  return essentialExits(next, now);
}

/** It ran, its agent has lost the record, and the engine has no trace of it: never started a second time. */
const lostWithJournal =
  'ContainerRemoved: neither the agent nor the engine of this instance has a trace of it';

/** The end of an essential container is the end of its task. */
function essentialExits(record: AgentTask, now: Now): AgentTask {
  if (record.stopping) return record;
  for (const c of record.containers) {
    if (c.phase !== 'STOPPED' || !isEssential(record, c.name)) continue;
    const ended = c.startedAtMs > 0;
    return beginStopping(
      record,
      ended
        ? { code: 'EssentialContainerExited', reason: 'Essential container in task exited' }
        : { code: 'TaskFailedToStart', reason: c.reason === '' ? 'Task failed to start' : c.reason },
      now,
    );
  }
  return record;
}

/** A container that runs although its end is recorded is stopped again, without changing the record. */
function rogues(before: AgentTask, event: TaskEvent, after: AgentTask): readonly TaskEffect[] {
  const { stopTimeoutMs } = after.settings;
  return before.containers
    .filter((c) => {
      if (event.type === 'resumed') return isRogue(c, event.found[c.name]);
      return event.type === 'containerLooked' && event.container === c.name && isRogue(c, event.facts);
    })
    .map((c) => ({ type: 'stopContainer', container: c.name, stopTimeoutMs }));
}

/** The version counts the changes that a report shows. */
function versioned(before: AgentTask, after: AgentTask): AgentTask {
  if (before === after) return before;
  const same = JSON.stringify(taskReport(before)) === JSON.stringify(taskReport(after));
  return same ? after : { ...after, version: before.version + 1 };
}
