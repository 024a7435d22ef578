import type { Clock, Logger } from '@longshore/kit';
import {
  mergeReport,
  type ReportRequest,
  type ReportResponse,
  serverException,
  type TaskAck,
  type TaskRecord,
  type TaskReport,
  unchanged,
} from '@longshore/model';
import {
  type CommitOutcome,
  type Expectation,
  keyOf,
  type Store,
  type TaskSummary,
  type Write,
} from '@longshore/store';
import { isConnected } from '../placement/instance-views.js';
import { holdingBoundPorts } from './bound-ports.js';
import { type DigestsToKeep, ImageDigests } from './image-digests.js';
import type { Pacer } from './pace.js';
import { type AgentSession, type Sessions, sessionOver } from './sessions.js';
import type { AgentTurns } from './turns.js';

/** Tasks that share one commit. */
const tasksPerCommit = 50;
const isId = /^[0-9a-zA-Z-]{1,64}$/;
/** How often a report is merged anew because another wrote first. */
const attempts = 20;

export interface ReportParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly sessions: Sessions;
  readonly pacer: Pacer;
  readonly turns: AgentTurns;
  /** Told of each task whose RUNNING was committed, with the milliseconds since its creation. */
  readonly onRunning: (sinceCreatedMs: number) => void;
}

/**
 * Takes what agents say of their tasks. Answered when it is committed: each commit expects the session's key, so that
 * an agent whose session was replaced changes nothing.
 */
export class Reports {
  readonly #parts: ReportParts;
  /** Paths of service revisions whose digests are on their way to the store: one first task writes them, not a thousand. */
  readonly #keeping = new Set<string>();

  constructor(parts: ReportParts) {
    this.#parts = parts;
  }

  /**
   * Goes on where its caller has gone: what was said is true, and a commit that waits ends by itself. Signals would cost
   * each of a thousand reports a second more than its commit.
   */
  async report(request: ReportRequest): Promise<ReportResponse> {
    const session = this.#parts.sessions.hear(request);
    const acks = await this.#commitTasks(session, request);
    await this.#commitInstance(session, request);
    this.#noteOrphans(session, request);
    // A replica that may have lost its lease answers no agent, whatever it has just committed.
    if (session.isOver) throw session.over.signal.reason;
    this.#parts.pacer.exchanged();
    return { acks, pace: this.#parts.pacer.pace() };
  }

  async #commitTasks(session: AgentSession, request: ReportRequest): Promise<readonly TaskAck[]> {
    const reports = [...new Map(request.tasks.map((r) => [r.task, r])).values()];
    const chunks: TaskReport[][] = [];
    for (let i = 0; i < reports.length; i += tasksPerCommit)
      chunks.push(reports.slice(i, i + tasksPerCommit));
    const unknown = (await Promise.all(chunks.map((c) => this.#commitChunk(session, c, request)))).flat();
    const acks = new Map<string, TaskAck['outcome']>(reports.map((r) => [r.task, 'OUTCOME_COMMITTED']));
    for (const task of await this.#surelyUnknown(session, unknown)) acks.set(task, 'OUTCOME_UNKNOWN_TASK');
    return [...acks].map(([task, outcome]) => ({ task, outcome }));
  }

  /** Commits what the reports change; gives back those whose task is not in the cache. */
  async #commitChunk(
    session: AgentSession,
    reports: readonly TaskReport[],
    request: ReportRequest,
  ): Promise<readonly string[]> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      await this.#parts.turns.next('commit');
      const merged = this.#merge(session, reports, request);
      if (merged.write.length === 0) return merged.unknown;
      const outcome = await this.#commitMerged(merged);
      if (outcome.ok) {
        for (const ms of merged.nowRunning) this.#parts.onRunning(ms);
        return merged.unknown;
      }
      checkSession(session, outcome.conflict.key);
      await this.#parts.store.reached(outcome.conflict.asOf, session.over.signal);
    }
    throw serverException('The report was overtaken too often: send it again.');
  }

  async #commitMerged({ expect, write, revisions }: MergedReports): Promise<CommitOutcome> {
    for (const path of revisions) this.#keeping.add(path);
    try {
      return await this.#parts.store.commit({ expect, write, patient: true });
    } finally {
      for (const path of revisions) this.#keeping.delete(path);
    }
  }

  #merge(session: AgentSession, reports: readonly TaskReport[], request: ReportRequest): MergedReports {
    const { store, clock } = this.#parts;
    const nowMs = clock.wallMs();
    const merged: MergedReports = {
      expect: [sessionFence(session)],
      write: [],
      unknown: [],
      nowRunning: [],
      revisions: new Set(),
    };
    const digests = new ImageDigests(store, session.cluster);
    const resources = store.get(keyOf('instance', session.cluster, session.instance))?.value.resources;
    for (const report of reports) {
      const task = store.tasks.get(session.cluster, report.task);
      if (!task || task.instance !== session.instance) {
        merged.unknown.push(report.task);
        continue;
      }
      const before = store.tasks.record(task);
      const after = mergeReport(before, report, { session: session.id, sequence: request.sequence, nowMs });
      if (after === unchanged) continue;
      const key = keyOf('task', session.cluster, task.id);
      merged.expect.push({ key, revision: task.revision });
      merged.write.push({ put: key, value: holdingBoundPorts(withAcknowledgement(after), resources) });
      if (after.service !== '') this.#keepDigests(merged, digests.toKeep(after));
      if (before.startedAtMs === 0 && after.lastStatus === 'RUNNING')
        merged.nowRunning.push(nowMs - before.createdAtMs);
    }
    return merged;
  }

  #keepDigests(merged: MergedReports, kept: DigestsToKeep | undefined): void {
    if (!kept || merged.revisions.has(kept.key.path) || this.#keeping.has(kept.key.path)) return;
    merged.revisions.add(kept.key.path);
    merged.expect.push(kept.expect);
    merged.write.push(kept.write);
  }

  /**
   * Those that neither the store nor the history has. A stop whose acknowledgement was lost is found in the history
   * and acknowledged again.
   */
  async #surelyUnknown(session: AgentSession, tasks: readonly string[]): Promise<readonly string[]> {
    if (tasks.length === 0) return [];
    const { store } = this.#parts;
    await store.barrier(session.over.signal);
    const unknown: string[] = [];
    for (const task of tasks) {
      const here: TaskSummary | undefined = store.tasks.get(session.cluster, task);
      if (here && here.instance === session.instance)
        throw serverException('The task has only just become known here: send the report again.');
      // What is no id was never given out, and cannot stand in a key.
      const known = isId.test(task) && (await store.readCold(keyOf('history', session.cluster, task)));
      if (!known) unknown.push(task);
    }
    return unknown;
  }

  /** The complete report opens the instance for placements; what is wrong with it closes it. */
  async #commitInstance(session: AgentSession, request: ReportRequest): Promise<void> {
    const { store } = this.#parts;
    const key = keyOf('instance', session.cluster, session.instance);
    const fenceKey = keyOf('fence', session.cluster, session.instance);
    for (let attempt = 0; attempt < attempts; attempt++) {
      const stored = store.get(key);
      if (!stored) return;
      const reportedSession = request.complete ? session.id : stored.value.reportedSession;
      const impairedReason = request.impairedReason ?? stored.value.impairedReason;
      if (reportedSession === stored.value.reportedSession && impairedReason === stored.value.impairedReason)
        return;
      const fence = store.get(fenceKey);
      const value = { ...stored.value, reportedSession, impairedReason, version: stored.value.version + 1 };
      const outcome = await store.commit({
        expect: [
          sessionFence(session),
          { key, revision: stored.revision },
          { key: fenceKey, revision: fence?.revision ?? 0 },
        ],
        write: [
          { put: key, value },
          { put: fenceKey, value: { counter: (fence?.value.counter ?? 0) + 1 } },
        ],
      });
      if (outcome.ok) {
        this.#logInstance(
          session,
          stored.value.impairedReason,
          impairedReason,
          isConnected(value, session.id),
        );
        return;
      }
      checkSession(session, outcome.conflict.key);
      await store.reached(outcome.conflict.asOf, session.over.signal);
    }
    throw serverException('The report was overtaken too often: send it again.');
  }

  #logInstance(session: AgentSession, before: string, after: string, connected: boolean): void {
    const { logger } = this.#parts;
    const fields = { cluster: session.cluster, instance: session.instance };
    if (before !== after)
      logger.info({ ...fields, from: before || 'OK', to: after || 'OK' }, 'instance health changed');
    else logger.info({ ...fields, connected }, 'instance reported');
  }

  #noteOrphans(session: AgentSession, request: ReportRequest): void {
    if (request.orphans.length > 0 && request.orphans.join() !== session.orphans.join())
      this.#parts.logger.warn(
        { cluster: session.cluster, instance: session.instance, tasks: request.orphans },
        'tasks run that this store does not know',
      );
    if (request.complete || request.orphans.length > 0) session.orphans = request.orphans;
  }
}

interface MergedReports {
  readonly expect: Expectation[];
  readonly write: Write[];
  readonly unknown: string[];
  readonly nowRunning: number[];
  /** Service revisions that this commit already writes. */
  readonly revisions: Set<string>;
}

/** Every commit of a report expects that the session's key is still the one that opened it. */
export function sessionFence(session: AgentSession): Expectation {
  return { key: keyOf('session', session.cluster, session.instance), revision: session.id };
}

/**
 * Answered means committed, so the commit of a stop is its acknowledgement: should the answer be lost, the agent asks
 * again and finds the task here or in the history.
 */
function withAcknowledgement(record: TaskRecord): TaskRecord {
  return record.lastStatus === 'STOPPED' ? { ...record, acknowledged: true } : record;
}

function checkSession(session: AgentSession, conflictKey: string): void {
  if (conflictKey === keyOf('session', session.cluster, session.instance).path)
    throw sessionOver(session.ref);
}
