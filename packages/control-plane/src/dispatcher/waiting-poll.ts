import { Alarm, type Clock, type Ending, Later, type Piece } from '@longshore/kit';
import type { PollResponse } from '@longshore/model';
import type { Connection } from '@longshore/rpc';
import type { Store } from '@longshore/store';
import {
  type AssignmentSources,
  type ComposedAnswer,
  composeAnswer,
  newsFor,
  rememberTold,
  type Since,
} from './assignments.js';
import type { Bulk } from './bulk.js';
import type { Pacer } from './pace.js';
import type { AgentSession, WaitingCall } from './sessions.js';

/** What is the same for all polls of a replica. */
export interface PollSurroundings {
  readonly sources: AssignmentSources;
  readonly store: Store;
  readonly clock: Clock;
  readonly pacer: Pacer;
  readonly bulk: Bulk;
  /** Has the poll look when there is a turn for it, and never before whoever rings has ended. */
  readonly soon: (poll: WaitingPoll) => void;
}

/** What its agent has said, and what ends it. */
export interface PollTerms {
  readonly gone: Ending;
  readonly draining: Ending | undefined;
  readonly cursor?: PollResponse['cursor'];
  readonly knownDefinitions: readonly string[];
}

/**
 * One poll that waits for news, as one small object: each of thousands of agents has one at any time, and a task that is
 * started or stopped ends one and begins the next. It waits in no function and makes no promise. It `rests` until it
 * rings or its time is up; it `gathers` for a moment once there is news, where agents are many; else it waits for its
 * turn to look.
 * Invariant: a ring is never missed; why it rang is seen by looking again.
 */
export class WaitingPoll extends Later<PollResponse> implements Piece, Since, WaitingCall {
  readonly session: AgentSession;
  readonly knownDefinitions: readonly string[];
  /** The revision to tell changes after. */
  revision = 0;
  readonly #around: PollSurroundings;
  readonly #gone: Ending;
  readonly #draining: Ending | undefined;
  readonly #cursor: PollResponse['cursor'];
  #state: 'asks' | 'rests' | 'gathers' = 'asks';
  #hasGathered = false;
  #dueMs = 0;
  /** The revision whose echo rings. */
  #awaited = 0;

  constructor(around: PollSurroundings, session: AgentSession, terms: PollTerms) {
    super();
    this.session = session;
    this.knownDefinitions = session.knows(terms.knownDefinitions);
    this.#around = around;
    this.#gone = terms.gone;
    this.#draining = terms.draining;
    this.#cursor = terms.cursor;
    session.waiting = this;
  }

  /** From now on it may be answered: with news, or with none once `waitMs` have passed. */
  start(revision: number, connection: Connection | undefined, waitMs: number): void {
    const { clock, soon } = this.#around;
    const { session } = this;
    this.revision = revision;
    this.#dueMs = clock.monotonicMs() + waitMs;
    session.waitsOn(connection);
    // The session's, and so none of this poll.
    session.alarm ??= new Alarm(clock, () => session.waiting?.due());
    this.#gone.listen(this.due);
    this.#draining?.listen(this.due);
    soon(this);
  }

  ring(): void {
    if (this.#state === 'rests' || (this.#state === 'gathers' && this.session.isOver)) this.#ask();
  }

  /** Its time is up, or that of what it depends on. */
  readonly due = (): void => {
    if (this.#state !== 'asks') this.#ask();
  };

  supersede(): void {
    if (this.isOpen) this.#answer(undefined);
  }

  /** Its turn to look: answers, or waits for more. */
  begin(): void {
    if (!this.isOpen) return;
    try {
      this.#look();
    } catch (thrown) {
      this.giveUp(thrown);
    }
  }

  giveUp(thrown: unknown): void {
    this.#end();
    this.fail(thrown);
  }

  #look(): void {
    const { sources, store, clock, bulk } = this.#around;
    const { session } = this;
    if (session.isOver) throw session.over.signal.reason;
    if (this.#gone.aborted) throw this.#gone.reason;
    const isDue = clock.monotonicMs() >= this.#dueMs;
    const isHeld = this.revision > 0 && session.walked && bulk.holds(session);
    // A server that stops lets its agents go to another at once.
    if (this.#draining?.aborted) this.#answer(undefined);
    else if (!isReadable(store) || isHeld) {
      if (!isDue) this.#wait('rests', this.#dueMs);
      else this.#answer(undefined);
    } else if (isDue) this.#answer(composeAnswer(sources, this));
    else this.#tellOrWait();
  }

  #tellOrWait(): void {
    const { sources, store, clock, pacer } = this.#around;
    const news = newsFor(sources, this);
    const gatherMs = news.any && !this.#hasGathered ? pacer.gatherMs() : 0;
    if (!news.any) this.#wait('rests', this.#dueMs);
    else if (gatherMs > 0) {
      this.#hasGathered = true;
      this.#wait('gathers', Math.min(this.#dueMs, clock.monotonicMs() + gatherMs));
    } else if (news.newest > store.watched) {
      // The echo of an own commit comes within milliseconds.
      this.#wait('rests', this.#dueMs);
      this.#ringAt(news.newest);
    } else this.#answer(composeAnswer(sources, this));
  }

  /** Undefined: nothing may be told, and the agent's cursor stays where it is. */
  #answer(answer: ComposedAnswer | undefined): void {
    const { pacer, bulk, store } = this.#around;
    this.#end();
    pacer.exchanged();
    const pace = pacer.pace();
    if (answer) {
      rememberTold(this.session, answer.response);
      bulk.free(this.session);
    }
    this.keep({ ...(answer?.response ?? nothingNew(this.#cursor, store.epoch)), pace });
  }

  #wait(state: 'rests' | 'gathers', untilMs: number): void {
    this.#state = state;
    this.session.alarm?.set(untilMs);
  }

  #ask(): void {
    this.#state = 'asks';
    this.#around.soon(this);
  }

  #ringAt(revision: number): void {
    if (revision <= this.#awaited) return;
    this.#awaited = revision;
    const ring = (): void => this.ring();
    // A store that closes ends the session as well, which rings.
    this.#around.store.reached(revision).then(ring, ring);
  }

  #end(): void {
    const { session } = this;
    if (session.waiting === this) {
      session.waiting = undefined;
      session.waitsOn(undefined);
      session.alarm?.unset();
    }
    this.#gone.unlisten(this.due);
    this.#draining?.unlisten(this.due);
  }
}

/** While the cache is being rebuilt it is no state of the store: nothing is told from it. */
function isReadable({ state: { phase } }: Store): boolean {
  return phase === 'ready' || phase === 'away';
}

function nothingNew(cursor: PollResponse['cursor'], epoch: string): Omit<PollResponse, 'pace'> {
  return {
    cursor: cursor ?? { epoch, revision: 0 },
    complete: false,
    assignments: [],
    unchanged: [],
    removed: [],
    definitions: [],
  };
}
