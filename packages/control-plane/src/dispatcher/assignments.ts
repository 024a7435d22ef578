import type { Assignment, DefinitionBody, PollResponse, TaskDefinition } from '@longshore/model';
import { groupOf } from '@longshore/model';
import { keyOf, type Store, type TaskSummary } from '@longshore/store';
import type { Departures } from './departures.js';
import { ImageDigests } from './image-digests.js';
import type { AgentSession } from './sessions.js';

/** What an answer to Poll is made from. */
export interface AssignmentSources {
  readonly store: Store;
  readonly departures: Departures;
}

export interface Since {
  readonly session: AgentSession;
  /** The cursor's revision; 0 where the agent's epoch is not ours: a complete set. */
  readonly revision: number;
  readonly knownDefinitions: readonly string[];
}

/** An answer: what it tells is known once the agent comes back with its cursor. */
export interface ComposedAnswer {
  readonly response: Omit<PollResponse, 'pace'>;
}

export function definitionName(task: {
  readonly family: string;
  readonly definitionRevision: number;
}): string {
  return `${task.family}:${task.definitionRevision}`;
}

/**
 * What changed for an agent after its cursor, as of what the watch has delivered. Synchronous: the cache stands still.
 * Invariant: a task that is not named in a complete answer is not in the store at the answer's cursor.
 */
export function composeAnswer(sources: AssignmentSources, since: Since): ComposedAnswer {
  const { store } = sources;
  const { session } = since;
  const watched = store.watched;
  const removed = sources.departures.since(session.cluster, session.instance, since.revision);
  const complete = since.revision === 0 || removed === undefined;
  const all = complete || !session.walked;
  const assignments: Assignment[] = [];
  const unchanged: string[] = [];
  const digests = new ImageDigests(store, session.cluster);
  const tasks = all ? store.tasks.onInstance(session.cluster, session.instance) : changedTasks(store, since);
  for (const task of tasks) {
    const news = isNews(session, task, since.revision);
    // Told once the watch has it: the cursor of the answer must not lie before what the answer tells.
    if (news && task.revision <= watched) assignments.push(assignmentOf(store, task, digests));
    else {
      if (news) session.changed.add(task.id);
      if (complete) unchanged.push(task.id);
    }
  }
  session.walked = true;
  const gone = complete ? [] : (removed ?? []);
  return {
    response: {
      cursor: { epoch: store.epoch, revision: watched },
      complete,
      assignments,
      unchanged,
      removed: gone,
      definitions: definitionsFor(store, since, assignments),
    },
  };
}

/** Whether there is something to tell, and the newest revision of it, which the watch may have yet to deliver. */
export function newsFor(
  { store, departures }: AssignmentSources,
  since: Since,
): { readonly newest: number; readonly any: boolean } {
  const { session, revision } = since;
  const removed = departures.since(session.cluster, session.instance, revision);
  let any = revision === 0 || removed === undefined || removed.length > 0;
  let newest = 0;
  const tasks = session.walked
    ? changedTasks(store, since)
    : store.tasks.onInstance(session.cluster, session.instance);
  for (const task of tasks) {
    if (!isNews(session, task, revision)) continue;
    any = true;
    newest = Math.max(newest, task.revision);
  }
  return { newest, any };
}

/** What may be news by the session's own account; what is none is dropped from it. */
function* changedTasks(store: Store, { session, revision }: Since): Generator<TaskSummary> {
  // Deleting what a set's iteration has just given is allowed.
  for (const id of session.changed) {
    const task = store.tasks.get(session.cluster, id);
    if (task?.instance === session.instance && isNews(session, task, revision)) yield task;
    else session.changed.delete(id);
  }
}

/** A task whose record changed after the cursor is news only where the agent has something to do about it. */
function isNews(session: AgentSession, task: TaskSummary, cursor: number): boolean {
  if (task.revision <= cursor) return false;
  const told = session.told.get(task.id);
  return told !== task.desiredStatus;
}

/** Remembers what an answer tells, to be trusted once the agent comes back with the answer's cursor or a later one. */
export function rememberTold(session: AgentSession, response: Omit<PollResponse, 'pace'>): void {
  const at = response.cursor?.revision ?? 0;
  for (const { task, desiredStatus } of response.assignments) {
    session.told.set(task, desiredStatus);
    session.unconfirmed.set(task, at);
    session.changed.delete(task);
  }
  for (const { name } of response.definitions) session.definitions.set(name, at);
  for (const task of response.removed) session.told.delete(task);
  if (!response.complete) return;
  const listed = new Set([...response.assignments.map((a) => a.task), ...response.unchanged]);
  for (const task of session.told.keys()) if (!listed.has(task)) session.told.delete(task);
}

/** The agent came back with this cursor: answers with a later one did not arrive. Whether one had told of tasks. */
export function forgetUnconfirmed(session: AgentSession, cursor: number): boolean {
  if (cursor < session.confirmed) forgetAll(session);
  session.confirmed = cursor;
  let any = false;
  for (const [task, at] of session.unconfirmed) {
    if (at <= cursor) continue;
    session.told.delete(task);
    session.changed.add(task);
    any = true;
  }
  // A Map makes a new table each time it is cleared, empty or not.
  if (session.unconfirmed.size > 0) session.unconfirmed.clear();
  for (const [name, at] of session.definitions) if (at > cursor) session.definitions.delete(name);
  return any;
}

/** An agent that goes back behind what it had confirmed knows nothing any more. */
function forgetAll(session: AgentSession): void {
  session.told.clear();
  session.unconfirmed.clear();
  session.changed.clear();
  session.walked = false;
}

function definitionsFor(
  store: Store,
  since: Since,
  assignments: readonly Assignment[],
): readonly DefinitionBody[] {
  const known = new Set(since.knownDefinitions);
  const bodies: DefinitionBody[] = [];
  for (const { definition: name } of assignments) {
    if (known.has(name) || since.session.definitions.has(name)) continue;
    known.add(name);
    const body = definitionBody(store, name);
    if (body) bodies.push({ name, definition: body });
  }
  return bodies;
}

function definitionBody(store: Store, name: string): TaskDefinition | undefined {
  const [family = '', revision = ''] = name.split(':');
  const stored = store.get(keyOf('taskDefinition', family, revision));
  if (!stored?.value.definition) return undefined;
  return { ...stored.value.definition, family, revision: Number(revision) };
}

function assignmentOf(store: Store, task: TaskSummary, digests: ImageDigests): Assignment {
  const record = store.tasks.record(task);
  return {
    task: task.id,
    revision: task.revision,
    definition: definitionName(task),
    desiredStatus: record.desiredStatus,
    overrides: record.overrides,
    holds: record.holds,
    group: groupOf(record),
    startedBy: record.startedBy,
    service: record.service,
    deployment: record.deployment,
    launchType: record.launchType,
    availabilityZone: record.availabilityZone,
    networkConfiguration: record.networkConfiguration,
    attachments: record.attachments,
    tags: record.tags,
    createdAtMs: record.createdAtMs,
    stoppedReason: record.stoppedReason,
    imageDigests: digests.resolved(record),
    lastStatus: record.lastStatus,
    enableExecuteCommand: record.enableExecuteCommand,
    logDriverMode: record.logDriverMode,
  };
}
