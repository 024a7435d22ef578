import type { Clock, Ending } from '@longshore/kit';
import { type PollRequest, type PollResponse, storeAway } from '@longshore/model';
import type { Connection } from '@longshore/rpc';
import type { Change, Store, TaskSummary } from '@longshore/store';
import { linkedAbort } from '../linked-abort.js';
import {
  type AssignmentSources,
  type ComposedAnswer,
  composeAnswer,
  forgetUnconfirmed,
  newsFor,
  rememberTold,
  type Since,
} from './assignments.js';
import { Bulk } from './bulk.js';
import type { Departures } from './departures.js';
import type { Pacer } from './pace.js';
import type { AgentSession, Sessions } from './sessions.js';
import { Turn } from './turn.js';
import type { AgentTurns } from './turns.js';

/** What a poll is waited for on, beside its caller's patience. */
export interface PollLine {
  /** This server is about to stop: the poll ends with what it has. */
  readonly draining?: Ending | undefined;
  /** What the poll came by; without it the agent is heard by its polls alone, and they are answered sooner. */
  readonly connection?: Connection | undefined;
}

/** So many reports and answers that wait for a turn are some 50 ms of work. */
const busyPieces = 16;
/** How long a replica that is behind an agent's cursor waits before it sends the agent elsewhere. */
const behindMs = 2000;

/**
 * Answers the agents' long polls. Deltas are computed when the answer is written, never queued.
 * Concurrency: one poll of a session waits at a time; a second one ends the first with an empty answer.
 */
export class Polls {
  readonly #sources: AssignmentSources;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #sessions: Sessions;
  readonly #pacer: Pacer;
  readonly #bulk: Bulk;
  readonly #turns: AgentTurns;
  readonly #stop: () => void;

  constructor(parts: {
    readonly store: Store;
    readonly clock: Clock;
    readonly sessions: Sessions;
    readonly departures: Departures;
    readonly pacer: Pacer;
    /** Whether more tasks wait for a place than are given one at a time. */
    readonly isRush: () => boolean;
    readonly turns: AgentTurns;
  }) {
    this.#sources = parts;
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#sessions = parts.sessions;
    this.#pacer = parts.pacer;
    this.#turns = parts.turns;
    this.#bulk = new Bulk(parts.clock, parts.isRush, () => parts.turns.length > busyPieces);
    this.#stop = parts.store.observe({
      kinds: ['task'],
      changed: (change) => this.#changed(change),
      relisted: () => {
        for (const session of this.#sessions.all()) this.#tell(session);
      },
    });
  }

  stop(): void {
    this.#stop();
    this.#bulk.stop();
  }

  async poll(
    request: PollRequest,
    gone: Ending,
    { draining, connection }: PollLine = {},
  ): Promise<PollResponse> {
    const session = this.#sessions.hear(request);
    session.supersede?.();
    const revision = await this.#catchUp(request, session, gone);
    // What is told again may be a stop: it does not wait for a rush to end.
    if (forgetUnconfirmed(session, revision)) this.#bulk.free(session);
    const since: Since = { session, revision, knownDefinitions: request.knownDefinitions };
    const ended = connection && session.waitsOn(connection);
    const answer = await this.#news(since, {
      gone,
      draining,
      waitMs: this.#pacer.pollMs(connection !== undefined),
    }).finally(ended);
    this.#pacer.exchanged();
    const pace = this.#pacer.pace();
    if (!answer) return { ...nothingNew(request, this.#store.epoch), pace };
    rememberTold(session, answer.response);
    this.#bulk.free(session);
    return { ...answer.response, pace };
  }

  /** The revision to tell changes after, once this replica has seen it. */
  async #catchUp(request: PollRequest, session: AgentSession, gone: Ending): Promise<number> {
    const { cursor } = request;
    if (!cursor || cursor.epoch !== this.#store.epoch) return 0;
    if (cursor.revision > this.#store.watched) {
      const limit = linkedAbort(gone.signal, session.over.signal);
      const timer = this.#clock.timer(behindMs, () => limit.end());
      try {
        await this.#store.reached(cursor.revision, limit.signal);
      } catch (cause) {
        if (session.isOver) throw session.over.signal.reason;
        throw storeAway('this replica is behind the cursor: ask another', { cause });
      } finally {
        timer.cancel();
        limit.end();
      }
    }
    return cursor.revision;
  }

  /** The first answer with news, or what is known when a heartbeat is due; undefined: nothing may be told. */
  async #news(since: Since, { gone, draining, waitMs }: Patience): Promise<ComposedAnswer | undefined> {
    const due = this.#clock.monotonicMs() + waitMs;
    const turn = new Turn(since.session, this.#clock, draining ? [gone, draining] : [gone]);
    try {
      for (let gathered = false; ; ) {
        await this.#turns.next('answer');
        checkOpen(since.session, gone);
        turn.look();
        const leftMs = due - this.#clock.monotonicMs();
        // A server that stops lets its agents go to another at once.
        if (turn.superseded || draining?.aborted) return undefined;
        if (!this.#readable()) {
          if (leftMs <= 0) return undefined;
          await turn.rung(leftMs);
          continue;
        }
        const isHeld = since.revision > 0 && since.session.walked && this.#bulk.holds(since.session);
        if (leftMs <= 0) return isHeld ? undefined : composeAnswer(this.#sources, since);
        const news = newsFor(this.#sources, since);
        if (!news.any || isHeld) await turn.rung(leftMs);
        else if (!gathered && this.#pacer.gatherMs() > 0) {
          gathered = true;
          await turn.pause(Math.min(this.#pacer.gatherMs(), leftMs));
        } else if (news.newest > this.#store.watched) {
          // The echo of an own commit comes within milliseconds.
          turn.ringAt(this.#store, news.newest);
          await turn.rung(leftMs);
        } else return composeAnswer(this.#sources, since);
      }
    } finally {
      turn.end();
    }
  }

  /** While the cache is being rebuilt it is no state of the store: nothing is told from it. */
  #readable(): boolean {
    const { phase } = this.#store.state;
    return phase === 'ready' || phase === 'away';
  }

  /** A report's own echo changes no assignment; what an agent must act on wakes its poll. */
  #changed(change: Change): void {
    if (change.kind !== 'task') return;
    const { before, after } = change;
    if (after && before?.instance === after.instance && before.desiredStatus === after.desiredStatus) return;
    if (after?.instance) {
      const session = this.#sessions.of(after.cluster, after.instance);
      if (session) {
        const isIdle = session.changed.size === 0;
        session.changed.add(after.id);
        if (!this.#bulk.hold(session, { before, after, isIdle })) session.wake?.();
      }
    }
    if (before?.instance && before.instance !== after?.instance && !isForgotten(before)) {
      const session = this.#sessions.of(before.cluster, before.instance);
      if (session) this.#tell(session);
    }
  }

  #tell(session: AgentSession): void {
    this.#bulk.free(session);
    session.wake?.();
  }
}

/** The agent has been told that its word of the stop is kept: that the record has gone it learns along with other news. */
function isForgotten({ lastStatus, acknowledged }: TaskSummary): boolean {
  return lastStatus === 'STOPPED' && acknowledged;
}

interface Patience {
  readonly gone: Ending;
  readonly draining: Ending | undefined;
  readonly waitMs: number;
}

/**
 * Keeps the agent's cursor where it is: nobody may read the answer (superseded), or the cache is being rebuilt.
 */
function nothingNew(request: PollRequest, epoch: string): Omit<PollResponse, 'pace'> {
  return {
    cursor: request.cursor ?? { epoch, revision: 0 },
    complete: false,
    assignments: [],
    unchanged: [],
    removed: [],
    definitions: [],
  };
}

function checkOpen(session: AgentSession, gone: Ending): void {
  if (session.isOver) throw session.over.signal.reason;
  if (gone.aborted) throw gone.reason;
}
