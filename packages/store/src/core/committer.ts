import {
  Alarm,
  type AnyEnding,
  type Clock,
  CodedError,
  deferred,
  type Logger,
  listenTo,
  type Random,
  Roll,
  unlistenTo,
} from '@longshore/kit';
import { type Backend, BackendError, type Found, type RawTransaction, refusals } from '../backend.js';
import type { OwnWrite } from '../cache/live-cache.js';
import type { CommitOutcome, CommitRequest } from '../store.js';
import { CommitQueue } from './commit-queue.js';
import { isDeleteOnly, sendUnmarked } from './delete-only.js';
import { DoubtfulKeys, type Touched } from './doubt.js';
import { Lane } from './lane.js';
import {
  compareName,
  conflictOf,
  fail,
  type Member,
  outcomeUnknown,
  settle,
  toMember,
  touchedBy,
} from './member.js';

export interface CommitterParts {
  readonly backend: Backend;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Names the marks; no other process has the same. */
  readonly name: string;
  /** Shows an own commit in the cache, before its caller learns of it. */
  readonly committed: (revision: number, writes: readonly OwnWrite[]) => void;
  /** A call failed in a way that says something about the backend's health. */
  readonly troubled: (error: BackendError) => void;
  /** A call was answered. */
  readonly answered: () => void;
  readonly meter: CommitMeter;
}

/** What the committer did, for metrics. */
export interface CommitMeter {
  group?(members: number): void;
  outcome?(outcome: 'committed' | 'conflict' | 'failed' | 'lost-answer'): void;
}

const laneCount = 32;
/** While this many transactions are in flight, small commits gather. */
const eager = 4;
/** Patient commits wait this long at most after the last transaction for another to share. */
const patienceMs = 10;
const queueLimit = 100_000;

/**
 * Group commit. Concurrency: commits may come at any time; each lane has one transaction in flight; a commit that
 * touches keys in doubt waits until their fate is known.
 */
export class Committer {
  readonly #parts: CommitterParts;
  readonly #idle: Lane[];
  readonly #doubt = new DoubtfulKeys();
  readonly #stop = new AbortController();
  readonly #queue: CommitQueue;
  #sentMs = Number.NEGATIVE_INFINITY;
  readonly #patience: Alarm;
  readonly #active = new Roll<readonly Member[]>();
  #pumping = false;
  #closed = false;
  #whenIdle: (() => void) | undefined;

  constructor(parts: CommitterParts) {
    this.#parts = parts;
    this.#queue = new CommitQueue(parts.backend, this.#doubt);
    this.#patience = new Alarm(parts.clock, () => this.#pump());
    this.#idle = Array.from(
      { length: laneCount },
      (_, i) => new Lane(`marks/${parts.name}/${i}`, parts),
    ).reverse();
  }

  commit(request: CommitRequest, signal?: AnyEnding): Promise<CommitOutcome> {
    try {
      return this.#enqueue(toMember(request), signal);
    } catch (thrown) {
      return Promise.reject(thrown as Error);
    }
  }

  /** Lets what is in flight end for at most `withinMs`, then fails what is left. */
  async stop(withinMs: number): Promise<void> {
    this.#closed = true;
    this.#patience.stop();
    for (const member of this.#queue.takeAll()) fail(member, stopped());
    const idle = deferred<void>();
    this.#whenIdle = idle.resolve;
    if (this.#active.size === 0) idle.resolve();
    const timer = this.#parts.clock.timer(withinMs, idle.resolve);
    await idle.promise;
    timer.cancel();
    this.#stop.abort(stopped());
    for (const members of this.#active.all())
      for (const member of members) fail(member, outcomeUnknown(stopped()));
  }

  #enqueue(member: Member, signal: AnyEnding | undefined): Promise<CommitOutcome> {
    if (this.#closed) throw stopped();
    if (signal?.aborted) throw outcomeUnknown(signal.reason);
    if (this.#queue.length >= queueLimit)
      throw new CodedError('ServerException', `${queueLimit} commits wait already`, { retryable: true });
    this.#queue.add(member);
    this.#pumpSoon();
    if (!signal) return member.outcome.promise;
    const onAbort = (): void => fail(member, outcomeUnknown(signal.reason));
    listenTo(signal, onAbort);
    return member.outcome.promise.finally(() => unlistenTo(signal, onAbort));
  }

  #pumpSoon(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    this.#parts.backend.defer(() => {
      this.#pumping = false;
      this.#pump();
    });
  }

  #pump(): void {
    while (this.#queue.length > 0) {
      const lane = this.#idle.at(-1);
      if (!lane) return;
      if (!this.#queue.isLarge && this.#gathers()) return;
      const members = this.#queue.takeGroup();
      if (members.length === 0) return;
      this.#idle.pop();
      void this.#occupy(lane, members);
    }
  }

  /** Whether what waits, less than half a transaction's worth, goes on waiting for more. */
  #gathers(): boolean {
    if (this.#active.size >= eager) return true;
    if (this.#queue.hasUrgent) return false;
    const dueMs = this.#sentMs + patienceMs;
    if (dueMs <= this.#parts.clock.monotonicMs()) return false;
    this.#patience.setBy(dueMs);
    return true;
  }

  async #occupy(lane: Lane, members: readonly Member[]): Promise<void> {
    const place = this.#active.enter(members);
    this.#sentMs = this.#parts.clock.monotonicMs();
    try {
      await this.#send(lane, members);
    } catch (thrown) {
      for (const member of members) fail(member, outcomeUnknown(thrown));
    }
    this.#idle.push(lane);
    this.#active.leave(place);
    if (this.#active.size === 0) this.#whenIdle?.();
    this.#pump();
  }

  /** Until every member has its outcome. A group that failed goes again as one, without those that conflicted. */
  async #send(lane: Lane, members: readonly Member[]): Promise<void> {
    let group = members;
    while (group.length > 0) {
      const { transaction, mark } = lane.assemble(group);
      this.#parts.meter.group?.(group.length);
      try {
        const outcome = await this.#parts.backend.transact(transaction);
        this.#parts.answered();
        if (outcome.ok) {
          lane.moved(outcome.revision);
          this.#succeed(group, outcome.revision);
          return;
        }
        group = this.#dismiss(lane, group, transaction, outcome);
      } catch (thrown) {
        if (!(thrown instanceof BackendError)) throw thrown;
        group = await this.#afterError(lane, mark, group, thrown);
      }
    }
  }

  #succeed(group: readonly Member[], revision: number): void {
    const [only] = group;
    const writes = group.length === 1 && only ? only.own : group.flatMap((member) => member.own);
    this.#parts.committed(revision, writes);
    for (const member of group) {
      settle(member, { ok: true, revision });
      this.#parts.meter.outcome?.('committed');
    }
  }

  /** Gives the conflicting members their Conflict and returns the others. */
  #dismiss(
    lane: Lane,
    group: readonly Member[],
    transaction: RawTransaction,
    outcome: { readonly revision: number; readonly found: readonly Found[] },
  ): readonly Member[] {
    const found = new Map<string, Found>();
    transaction.compare.forEach((compare, i) => {
      const there = outcome.found[i];
      if (there) found.set(compareName(compare), there);
    });
    lane.moved(outcome.found[0]?.revision ?? 0);
    return group.filter((member) => {
      const conflict = conflictOf(member, found, outcome.revision);
      if (!conflict) return true;
      settle(member, { ok: false, conflict });
      this.#parts.meter.outcome?.('conflict');
      return false;
    });
  }

  async #afterError(
    lane: Lane,
    mark: string,
    group: readonly Member[],
    error: BackendError,
  ): Promise<readonly Member[]> {
    if (error.fate === 'unknown') return this.#afterLostAnswer(lane, mark, group, error);
    if (error.fate === 'unsent') this.#parts.troubled(error);
    if (error.code === refusals.noSpace && (await this.#happenedAllTheSame(lane, mark, group))) return [];
    if (error.fate === 'refused' && group.length > 1) {
      // One bad member (a lease that is gone, too many writes) must not fail the others.
      for (const member of group) await this.#send(lane, [member]);
      return [];
    }
    const [only] = group;
    if (error.code === refusals.noSpace && only && isDeleteOnly(only)) await this.#deleteAnyway(only);
    else this.#fail(group, error);
    return [];
  }

  #fail(group: readonly Member[], error: BackendError): void {
    for (const member of group) {
      fail(member, error.fate === 'unsent' ? unavailable(error) : refused(error));
      this.#parts.meter.outcome?.('failed');
    }
  }

  async #deleteAnyway(member: Member): Promise<void> {
    const touched = touchedBy(member);
    this.#doubt.add(touched);
    try {
      const outcome = await sendUnmarked(this.#parts, member, this.#stop.signal);
      if (outcome.ok) this.#succeed([member], outcome.revision);
      else settle(member, outcome);
    } catch (thrown) {
      if (!(thrown instanceof BackendError)) throw thrown;
      this.#fail([member], thrown);
    } finally {
      this.#doubt.remove(touched);
    }
  }

  /** etcd applies the transaction that crosses its quota, and refuses it all the same. */
  #happenedAllTheSame(lane: Lane, mark: string, group: readonly Member[]): Promise<boolean> {
    return this.#inDoubt(group, async () => {
      const revision = await lane.written(mark, this.#stop.signal);
      if (revision !== undefined) this.#succeed(group, revision);
      return revision !== undefined;
    });
  }

  async #afterLostAnswer(
    lane: Lane,
    mark: string,
    group: readonly Member[],
    error: BackendError,
  ): Promise<readonly Member[]> {
    this.#parts.troubled(error);
    this.#parts.meter.outcome?.('lost-answer');
    return this.#inDoubt(group, async () => {
      const revision = await lane.fateOf(mark, this.#stop.signal);
      this.#parts.answered();
      this.#parts.logger.warn(
        { members: group.length, happened: revision !== undefined },
        'lost answer resolved',
      );
      if (revision === undefined) return group.filter((member) => !member.settled);
      this.#succeed(group, revision);
      return [];
    });
  }

  /** What the group touches waits until `resolve` knows what became of it. */
  async #inDoubt<T>(group: readonly Member[], resolve: () => Promise<T>): Promise<T> {
    const touched: Touched[] = group.map(touchedBy);
    for (const one of touched) this.#doubt.add(one);
    try {
      return await resolve();
    } finally {
      for (const one of touched) this.#doubt.remove(one);
    }
  }
}

function unavailable(cause: BackendError): CodedError {
  return new CodedError('UNAVAILABLE', `the store does not answer: ${cause.message}`, {
    retryable: true,
    cause,
  });
}

function refused(cause: BackendError): CodedError {
  const full = cause.code === refusals.noSpace;
  return new CodedError(cause.code, `the store refused a commit: ${cause.message}`, {
    retryable: full,
    cause,
  });
}

function stopped(): CodedError {
  return new CodedError('ServerException', 'the store has been stopped', { retryable: true });
}
