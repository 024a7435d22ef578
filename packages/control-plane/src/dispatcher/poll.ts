import type { Clock } from '@longshore/kit';
import { type PollRequest, type PollResponse, storeAway } from '@longshore/model';
import type { Change, Store } from '@longshore/store';
import { linkedAbort } from '../linked-abort.js';
import {
  type AssignmentSources,
  type ComposedAnswer,
  composeAnswer,
  forgetUnconfirmed,
  rememberTold,
  type Since,
} from './assignments.js';
import type { Departures } from './departures.js';
import type { Pacer } from './pace.js';
import type { AgentSession, Sessions } from './sessions.js';

const never = new AbortController().signal;
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
  readonly #stop: () => void;

  constructor(parts: {
    readonly store: Store;
    readonly clock: Clock;
    readonly sessions: Sessions;
    readonly departures: Departures;
    readonly pacer: Pacer;
  }) {
    this.#sources = parts;
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#sessions = parts.sessions;
    this.#pacer = parts.pacer;
    this.#stop = parts.store.observe({
      changed: (change) => this.#changed(change),
      relisted: () => {
        for (const session of this.#sessions.all()) session.wake?.();
      },
    });
  }

  stop(): void {
    this.#stop();
  }

  async poll(
    request: PollRequest,
    signal: AbortSignal,
    draining: AbortSignal = never,
  ): Promise<PollResponse> {
    const session = this.#sessions.hear(request);
    session.supersede?.();
    const revision = await this.#catchUp(request, session, signal);
    forgetUnconfirmed(session, revision);
    const since: Since = { session, revision, knownDefinitions: request.knownDefinitions };
    const answer = await this.#news(since, signal, draining);
    this.#pacer.exchanged();
    const pace = this.#pacer.pace();
    if (!answer) return { ...nothingNew(request, this.#store.epoch), pace };
    rememberTold(session, answer.response);
    return { ...answer.response, pace };
  }

  /** The revision to tell changes after, once this replica has seen it. */
  async #catchUp(request: PollRequest, session: AgentSession, signal: AbortSignal): Promise<number> {
    const { cursor } = request;
    if (!cursor || cursor.epoch !== this.#store.epoch) return 0;
    if (cursor.revision > this.#store.watched) {
      const limit = linkedAbort(signal, session.over.signal);
      const timer = this.#clock.timer(behindMs, () => limit.end());
      try {
        await this.#store.reached(cursor.revision, limit.signal);
      } catch (cause) {
        if (session.over.signal.aborted) throw session.over.signal.reason;
        throw storeAway('this replica is behind the cursor: ask another', { cause });
      } finally {
        timer.cancel();
        limit.end();
      }
    }
    return cursor.revision;
  }

  /** The first answer with news, or what is known when a heartbeat is due; undefined: nothing may be told. */
  async #news(since: Since, signal: AbortSignal, draining: AbortSignal): Promise<ComposedAnswer | undefined> {
    const due = this.#clock.monotonicMs() + this.#pacer.heartbeatMs;
    const turn = takeTurn(since.session);
    try {
      for (let gathered = false; ; ) {
        checkOpen(since.session, signal);
        turn.look();
        const leftMs = due - this.#clock.monotonicMs();
        // A server that stops lets its agents go to another at once.
        if (turn.superseded || draining.aborted) return undefined;
        if (!this.#readable()) {
          if (leftMs <= 0) return undefined;
          await this.#until(turn, { signal, draining, ms: leftMs });
          continue;
        }
        const answer = composeAnswer(this.#sources, since);
        if (leftMs <= 0) return answer;
        if (answer.newest > this.#store.watched) {
          // The echo of an own commit comes within milliseconds.
          await this.#until(turn, { signal, draining, ms: leftMs, revision: answer.newest });
          continue;
        }
        if (answer.empty) {
          await this.#until(turn, { signal, draining, ms: leftMs });
          continue;
        }
        const gatherMs = gathered ? 0 : Math.min(this.#pacer.gatherMs(), leftMs);
        if (gatherMs === 0) return answer;
        gathered = true;
        await this.#pause(turn, signal, gatherMs);
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

  /** Until something may have changed, at most `ms`. */
  async #until(
    turn: Turn,
    wait: {
      readonly signal: AbortSignal;
      readonly draining: AbortSignal;
      readonly ms: number;
      readonly revision?: number;
    },
  ): Promise<void> {
    const limit = linkedAbort(wait.signal, wait.draining, turn.session.over.signal);
    const races: Promise<unknown>[] = [turn.woken(), this.#clock.sleep(wait.ms, limit.signal)];
    if (wait.revision !== undefined) races.push(this.#store.reached(wait.revision, limit.signal));
    await Promise.race(races.map(quietly));
    limit.end();
  }

  async #pause(turn: Turn, signal: AbortSignal, ms: number): Promise<void> {
    const limit = linkedAbort(signal, turn.session.over.signal);
    await quietly(this.#clock.sleep(ms, limit.signal));
    limit.end();
  }

  /** A report's own echo changes no assignment; what an agent must act on wakes its poll. */
  #changed(change: Change): void {
    if (change.kind !== 'task') return;
    const { before, after } = change;
    if (after && before?.instance === after.instance && before.desiredStatus === after.desiredStatus) return;
    if (after?.instance) this.#sessions.of(after.cluster, after.instance)?.wake?.();
    if (before?.instance && before.instance !== after?.instance)
      this.#sessions.of(before.cluster, before.instance)?.wake?.();
  }
}

/** Why a wait ended is seen by looking again. */
function quietly(wait: Promise<unknown>): Promise<unknown> {
  return wait.catch(() => undefined);
}

interface Turn {
  readonly session: AgentSession;
  superseded: boolean;
  /** From here on a ring counts as news. */
  look(): void;
  /** Resolves at the first ring after `look`. */
  woken(): Promise<void>;
  end(): void;
}

function takeTurn(session: AgentSession): Turn {
  let rung = false;
  let resolve: (() => void) | undefined;
  const ring = (): void => {
    rung = true;
    resolve?.();
  };
  const supersede = (): void => {
    turn.superseded = true;
    ring();
  };
  const turn: Turn = {
    session,
    superseded: false,
    look: () => {
      rung = false;
    },
    woken: () =>
      new Promise<void>((res) => {
        if (rung) res();
        else resolve = res;
      }),
    end: () => {
      if (session.wake === ring) session.wake = undefined;
      if (session.supersede === supersede) session.supersede = undefined;
    },
  };
  session.wake = ring;
  session.supersede = supersede;
  return turn;
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

function checkOpen(session: AgentSession, signal: AbortSignal): void {
  if (session.over.signal.aborted) throw session.over.signal.reason;
  if (signal.aborted) throw signal.reason;
}
