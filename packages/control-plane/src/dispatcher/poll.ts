import { type Clock, type Ending, Later } from '@longshore/kit';
import { type PollRequest, type PollResponse, storeAway } from '@longshore/model';
import type { Connection } from '@longshore/rpc';
import type { Change, Store, TaskSummary } from '@longshore/store';
import { linkedAbort } from '../linked-abort.js';
import { forgetUnconfirmed } from './assignments.js';
import { Bulk } from './bulk.js';
import type { Departures } from './departures.js';
import type { Pacer } from './pace.js';
import type { AgentSession, Sessions } from './sessions.js';
import type { AgentTurns } from './turns.js';
import { type PollSurroundings, WaitingPoll } from './waiting-poll.js';

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
  readonly #around: PollSurroundings;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #sessions: Sessions;
  readonly #pacer: Pacer;
  readonly #bulk: Bulk;
  readonly #turns: AgentTurns;
  readonly #stop: () => void;
  /** Those that are to look, since they rang or have just come. */
  readonly #rung: WaitingPoll[] = [];

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
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#sessions = parts.sessions;
    this.#pacer = parts.pacer;
    this.#turns = parts.turns;
    this.#bulk = new Bulk(parts.clock, parts.isRush, () => parts.turns.length > busyPieces);
    this.#around = { ...parts, sources: parts, bulk: this.#bulk, soon: (poll) => this.#soon(poll) };
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

  poll(request: PollRequest, gone: Ending, { draining, connection }: PollLine = {}): Later<PollResponse> {
    try {
      const session = this.#sessions.hear(request);
      session.waiting?.supersede();
      const poll = new WaitingPoll(this.#around, session, { ...request, gone, draining });
      const start = (revision: number): void => {
        // What is told again may be a stop: it does not wait for a rush to end.
        if (forgetUnconfirmed(session, revision)) this.#bulk.free(session);
        poll.start(revision, connection, this.#pacer.pollMs(connection !== undefined));
      };
      const revision = this.#cursorOf(request);
      if (revision <= this.#store.watched) start(revision);
      else
        this.#caughtUp(revision, session, gone).then(
          () => poll.isOpen && start(revision),
          (thrown) => poll.giveUp(thrown),
        );
      return poll;
    } catch (thrown) {
      return Later.failed(thrown);
    }
  }

  /** The revision to tell changes after; 0: all there is. */
  #cursorOf({ cursor }: PollRequest): number {
    return cursor && cursor.epoch === this.#store.epoch ? cursor.revision : 0;
  }

  /** Resolves once this replica has seen what the agent has heard of from another. */
  async #caughtUp(revision: number, session: AgentSession, gone: Ending): Promise<void> {
    const limit = linkedAbort(gone.signal, session.over.signal);
    const timer = this.#clock.timer(behindMs, () => limit.end());
    try {
      await this.#store.reached(revision, limit.signal);
    } catch (cause) {
      if (session.isOver) throw session.over.signal.reason;
      throw storeAway('this replica is behind the cursor: ask another', { cause });
    } finally {
      timer.cancel();
      limit.end();
    }
  }

  /** Those that ring in one go look in the next one: the store may be in the middle of telling of a change. */
  #soon(poll: WaitingPoll): void {
    this.#rung.push(poll);
    if (this.#rung.length > 1) return;
    void Promise.resolve().then(() => {
      for (const one of this.#rung.splice(0)) this.#turns.when('answer', one);
    });
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
        if (!this.#bulk.hold(session, { before, after, isIdle })) session.wake();
      }
    }
    if (before?.instance && before.instance !== after?.instance && !isForgotten(before)) {
      const session = this.#sessions.of(before.cluster, before.instance);
      if (session) this.#tell(session);
    }
  }

  #tell(session: AgentSession): void {
    this.#bulk.free(session);
    session.wake();
  }
}

/** The agent has been told that its word of the stop is kept: that the record has gone it learns along with other news. */
function isForgotten({ lastStatus, acknowledged }: TaskSummary): boolean {
  return lastStatus === 'STOPPED' && acknowledged;
}
