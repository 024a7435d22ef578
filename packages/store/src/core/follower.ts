import {
  backoffMs,
  type Clock,
  CodedError,
  deferred,
  type Logger,
  type Random,
  settle,
  type Timer,
  toError,
} from '@longshore/kit';
import { type Backend, BackendError, type RawEvent, type RawWatch, refusals } from '../backend.js';
import type { LiveCache } from '../cache/live-cache.js';
import type { Health } from './health.js';
import { listInto } from './lister.js';

export interface FollowerParts {
  readonly backend: Backend;
  readonly cache: LiveCache;
  readonly health: Health;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Done once, before the first list, until it succeeds. What it throws other than a BackendError is fatal. */
  readonly prepare: () => Promise<void>;
}

type WatchEnd = { readonly compacted: boolean; readonly opened: boolean; readonly reason: string };

/** Events that one turn applies, so that catching up holds nobody up. */
const eventsPerTurn = 2_000;
const pauseAbove = 20_000;
/** A watch that is not open again after this long makes the store away. */
const graceMs = 1_000;

/**
 * Keeps the cache at what the store is: lists, then watches from the revision after the last one delivered; lists
 * again where the backend no longer has that revision. What goes wrong with the connection is tried again for ever;
 * a store that has become another one, or has gone back in time, is fatal.
 */
export class Follower {
  readonly #parts: FollowerParts;
  readonly #stop = new AbortController();
  readonly #settledOnce = deferred<void>();
  readonly #died = deferred<never>();
  #identity: string | undefined;
  #watch: RawWatch | undefined;
  #endWatch: ((reason: string) => void) | undefined;
  /** Runs from the first attempt to open a watch until one is open. */
  #grace: Timer | undefined;
  #lastEnd = 'no answer yet';
  #queue: (readonly RawEvent[])[] = [];
  #queued = 0;
  #draining = false;
  #running: Promise<void> | undefined;

  constructor(parts: FollowerParts) {
    this.#parts = parts;
    // Whoever supervises the store listens too; without a listener a dead follower must not be an unhandled rejection.
    this.#died.promise.catch(() => undefined);
  }

  /** Rejects when following has become impossible. */
  get died(): Promise<never> {
    return this.#died.promise;
  }

  /** Resolves once the cache is complete, or the backend has been found not to answer. */
  async start(): Promise<void> {
    this.#running = this.#run();
    await Promise.race([this.#settledOnce.promise, this.#died.promise]);
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error('stopped'));
    this.#endWatch?.('stopped');
    this.#grace?.cancel();
    this.#settledOnce.resolve();
    await this.#running;
  }

  /** Drops the open watch and opens another that goes on after the last delivered revision. */
  reopen(reason: string): void {
    this.#endWatch?.(reason);
  }

  async #run(): Promise<void> {
    let prepared = false;
    let mustList = true;
    let failures = 0;
    while (!this.#stop.signal.aborted) {
      try {
        if (!prepared) await this.#parts.prepare();
        prepared = true;
        if (mustList) await this.#list();
        mustList = false;
        const end = await this.#watchOnce();
        mustList = end.compacted;
        failures = end.opened ? 0 : failures + 1;
        this.#parts.logger.debug({ ...end, watched: this.#parts.cache.watched }, 'watch ended');
      } catch (thrown) {
        if (!(thrown instanceof BackendError)) return this.#die(toError(thrown));
        if (thrown.code !== refusals.compacted) this.#parts.health.watchTrouble(thrown.message);
        this.#settledOnce.resolve();
        failures++;
      }
      await this.#pause(failures);
    }
  }

  async #pause(failures: number): Promise<void> {
    if (this.#stop.signal.aborted) return;
    const ms = failures === 0 ? 5 : backoffMs(failures, { minMs: 20, maxMs: 2_000 }, this.#parts.random);
    await this.#parts.clock.sleep(ms, this.#stop.signal).catch(() => undefined);
  }

  #die(error: Error): void {
    if (this.#stop.signal.aborted) return;
    this.#parts.health.watchTrouble(error.message);
    this.#parts.logger.error({ err: error }, 'store cannot be followed');
    this.#died.reject(error);
  }

  async #list(): Promise<void> {
    const { cache, backend, health, logger, clock } = this.#parts;
    const first = cache.watched === 0;
    const now = await backend.range({ from: 'live/', to: 'live0', limit: 1 });
    this.#check(now);
    health.watchTrouble(undefined);
    health.phase(first ? 'starting' : 'relisting', 'lists the whole live state');
    const startedMs = clock.monotonicMs();
    await listInto(cache, backend, now.revision, clock);
    const tookMs = Math.round(clock.monotonicMs() - startedMs);
    logger.info({ revision: now.revision, tasks: cache.tasks.size, tookMs }, 'store listed');
  }

  /** A store with another identity, or an earlier revision, is not the one that the cache is made of. */
  #check(at: { readonly revision: number; readonly identity: string }): void {
    this.#identity ??= at.identity;
    if (at.identity !== this.#identity)
      throw new CodedError(
        'StoreReplaced',
        `the store is another one now: ${at.identity}, not ${this.#identity}`,
      );
    const { watched } = this.#parts.cache;
    if (at.revision < watched)
      throw new CodedError(
        'StoreWentBack',
        `the store is at revision ${at.revision} but was at ${watched}: it was restored or emptied`,
      );
  }

  /** One watch, from its opening to its end. */
  async #watchOnce(): Promise<WatchEnd> {
    const { backend, cache, clock, health } = this.#parts;
    const ended = deferred<WatchEnd>();
    let opened = false;
    const end = (reason: string, compacted = false): void => ended.resolve({ compacted, opened, reason });
    this.#grace ??= clock.timer(graceMs, () => {
      health.watchTrouble(`the watch on the store is not open: ${this.#lastEnd}`);
      this.#settledOnce.resolve();
    });
    this.#endWatch = end;
    const watch = backend.watch('live/', cache.watched + 1, {
      opened: (at) => {
        opened = true;
        this.#opened(at).catch((thrown: unknown) =>
          thrown instanceof BackendError ? end(thrown.message) : ended.reject(toError(thrown)),
        );
      },
      events: (events) => this.#take(events),
      compacted: () => end('compacted', true),
      ended: (reason) => end(reason),
    });
    this.#watch = watch;
    try {
      const known = await ended.promise;
      this.#lastEnd = known.reason;
      return known;
    } finally {
      watch.close();
      this.#watch = undefined;
      this.#endWatch = undefined;
      // What was not applied yet comes again: the next watch begins after the last revision applied.
      this.#queue = [];
      this.#queued = 0;
    }
  }

  async #opened(at: { readonly revision: number; readonly identity: string }): Promise<void> {
    const { backend, cache, health } = this.#parts;
    // A member that lags behind may open the watch at an earlier revision; only a quorum's answer is a proof.
    if (at.revision < cache.watched || at.identity !== this.#identity)
      this.#check(await backend.range({ from: 'live/', to: 'live0', limit: 1 }));
    this.#grace?.cancel();
    this.#grace = undefined;
    health.watchTrouble(undefined);
    health.phase('ready', 'lists and watches');
    this.#settledOnce.resolve();
  }

  #take(events: readonly RawEvent[]): void {
    if (this.#queue.length === 0 && events.length <= eventsPerTurn) {
      this.#parts.cache.applyEvents(events);
      return;
    }
    this.#queue.push(events);
    this.#queued += events.length;
    if (this.#queued > pauseAbove) this.#watch?.pause();
    if (!this.#draining) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#draining = true;
    for (let events = this.#queue[0]; events; events = this.#queue[0]) {
      const cut = endOfTransaction(events, eventsPerTurn);
      const rest = events.slice(cut);
      if (rest.length > 0) this.#queue[0] = rest;
      else this.#queue.shift();
      this.#queued -= cut;
      this.#parts.cache.applyEvents(events.slice(0, cut));
      await settle();
    }
    this.#draining = false;
    this.#watch?.resume();
  }
}

/** The first index from `wanted` on at which a transaction ends. */
export function endOfTransaction(events: readonly RawEvent[], wanted: number): number {
  let at = Math.min(wanted, events.length);
  while (at < events.length && events[at]?.revision === events[at - 1]?.revision) at++;
  return at;
}
