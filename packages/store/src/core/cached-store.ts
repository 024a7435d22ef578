import { type AnyEnding, type Clock, CodedError, type Logger, type Random, type Timer } from '@longshore/kit';
import { type Backend, BackendError } from '../backend.js';
import { LiveCache } from '../cache/live-cache.js';
import { decodeRecord, endOf } from '../codecs.js';
import { ensureFormat, type FormatParts } from '../format/format.js';
import { type Key, keyOf, type Range } from '../keys.js';
import type { ColdKind, LiveKind } from '../records.js';
import type {
  ColdPage,
  CommitOutcome,
  CommitRequest,
  Leadership,
  Lease,
  LeaseRef,
  Observer,
  Store,
  Stored,
  StoreLimits,
  StoreState,
  StoreStatus,
  TaskIndex,
} from '../store.js';
import { BarrierKey } from './barrier-key.js';
import { Barriers } from './barriers.js';
import { type CommitMeter, Committer } from './committer.js';
import { campaign } from './election.js';
import { ensureEpoch, sweepMarks } from './first-use.js';
import { Follower } from './follower.js';
import { Health } from './health.js';
import { Leases } from './leases.js';
import { RevisionWaiters } from './waiters.js';

export interface StoreOptions {
  /** This replica's name: in `barriers/` and in marks. A process that starts again may use the same. */
  readonly replica: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** The version that writes, for the format record. */
  readonly version?: string;
  readonly meter?: CommitMeter;
  /** For tests of migrations. */
  readonly format?: Pick<FormatParts, 'current' | 'migrations'>;
}

export interface CachedStoreParts extends StoreOptions {
  readonly backend: Backend;
  readonly prefix: string;
}

const stopMs = 2_000;
/** A revision that is not seen within this time may be one that the watch never shows: then a barrier is put. */
const nudgeAfterMs = 10;
const nudgeEveryMs = 500;
/** A barrier whose echo does not come within this time says that the watch is not what it seems. */
const echoMs = 3_000;

/**
 * The store over a backend: everything but the wire. Reads are of the cache, writes go through the committer, the
 * follower keeps the cache at what the backend is.
 */
export class CachedStore implements Store {
  readonly name = 'store';
  readonly #parts: CachedStoreParts;
  readonly #cache: LiveCache;
  readonly #health: Health;
  readonly #follower: Follower;
  readonly #committer: Committer;
  readonly #leases: Leases;
  readonly #waiters = new RevisionWaiters();
  readonly #barriers: Barriers;

  constructor(parts: CachedStoreParts) {
    const { backend, clock, random, logger, replica } = parts;
    this.#parts = parts;
    const cache = new LiveCache(logger);
    this.#cache = cache;
    const probe = () => backend.range({ from: 'live/', to: 'live0', limit: 1 });
    this.#health = new Health({ clock, random, logger, probe });
    this.#follower = new Follower({
      ...parts,
      cache,
      health: this.#health,
      prepare: () => this.#prepare(),
    });
    this.#committer = new Committer({
      ...parts,
      name: `${replica}-${random.hexId().slice(0, 8)}`,
      committed: (revision, writes) => cache.applyOwn(revision, writes),
      troubled: (error) => this.#health.callFailed(error.message),
      answered: () => this.#health.callAnswered(),
      meter: parts.meter ?? {},
    });
    this.#leases = new Leases(parts);
    const barrierKey = new BarrierKey({
      ...parts,
      troubled: (error) => this.#health.callFailed(error.message),
    });
    this.#barriers = new Barriers({
      put: () => barrierKey.put(),
      reached: (revision) => this.#echoed(revision),
    });
    cache.observe({ reached: (revision) => this.#waiters.reached(revision) });
  }

  get state(): StoreState {
    return this.#health.state;
  }

  get failed(): Promise<never> {
    return this.#follower.died;
  }

  get limits(): StoreLimits {
    const { ops, bytes } = this.#parts.backend.limits;
    return { opsPerCommit: ops - 1, bytesPerCommit: bytes };
  }

  get epoch(): string {
    return this.#cache.get(keyOf('epoch'))?.value.epoch ?? '';
  }

  get watched(): number {
    return this.#cache.watched;
  }

  get tasks(): TaskIndex {
    return this.#cache.tasks;
  }

  /** Bytes in the slabs that hold task records. */
  get slabUsage(): { readonly usedBytes: number; readonly heldBytes: number } {
    return this.#cache.slabUsage;
  }

  async start(): Promise<void> {
    await this.#follower.start();
  }

  async stop(): Promise<void> {
    const { backend } = this.#parts;
    const stopped = new CodedError('ServerException', 'the store has been stopped', { retryable: true });
    this.#health.stop();
    await this.#committer.stop(stopMs);
    await this.#leases.stop(stopMs);
    this.#waiters.close(stopped);
    const followed = this.#follower.stop();
    await backend.close();
    await followed;
  }

  get<K extends LiveKind>(key: Key<K>): Stored<K> | undefined {
    return this.#cache.get(key);
  }

  list<K extends LiveKind>(range: Range<K>): readonly Stored<K>[] {
    return this.#cache.list(range);
  }

  count(range: Range<LiveKind>): number {
    return this.#cache.count(range);
  }

  observe(observer: Observer): () => void {
    return this.#cache.observe(observer);
  }

  async commit(
    request: CommitRequest,
    options: { readonly signal?: AnyEnding } = {},
  ): Promise<CommitOutcome> {
    const { phase, reason } = this.state;
    if (phase === 'away' || phase === 'starting')
      throw new CodedError('UNAVAILABLE', `the store is ${phase}: ${reason}`, { retryable: true });
    return this.#committer.commit(request, options.signal);
  }

  async reached(revision: number, signal?: AnyEnding): Promise<void> {
    if (this.watched >= revision) return;
    const { clock, logger } = this.#parts;
    let timer: Timer;
    const nudge = (): void => {
      this.#barriers.pass().catch((thrown: unknown) => logger.debug({ err: thrown }, 'barrier failed'));
      timer = clock.timer(nudgeEveryMs, nudge);
    };
    timer = clock.timer(nudgeAfterMs, nudge);
    try {
      await this.#waiters.wait(revision, signal);
    } finally {
      timer.cancel();
    }
  }

  async barrier(signal?: AnyEnding): Promise<void> {
    const { phase, reason } = this.state;
    if (phase === 'away')
      throw new CodedError('UNAVAILABLE', `the store is away: ${reason}`, { retryable: true });
    await this.#barriers.pass(signal);
  }

  async readCold<K extends ColdKind>(key: Key<K>): Promise<Stored<K> | undefined> {
    const page = await this.#rangeCold({ from: key.path, to: `${key.path}\0`, limit: 1 });
    const [record] = page.records;
    if (!record) return undefined;
    const { value, revision, createRevision } = record;
    return { key, value: decodeRecord(key.kind, value), revision, createRevision };
  }

  async listCold<K extends ColdKind>(
    range: Range<K>,
    page: { readonly limit: number; readonly after?: string | undefined },
  ): Promise<ColdPage<K>> {
    const from = page.after === undefined ? range.path : `${page.after}\0`;
    const { records, more } = await this.#rangeCold({ from, to: endOf(range.path), limit: page.limit });
    const items = records.map(({ path, value, revision, createRevision }) => ({
      key: { kind: range.kind, names: path.split('/').slice(2), path },
      value: decodeRecord(range.kind, value),
      revision,
      createRevision,
    }));
    return { items, next: more ? records.at(-1)?.path : undefined };
  }

  lease(ttlSeconds: number): Promise<Lease> {
    return this.#leases.keep(ttlSeconds);
  }

  expiringLease(ttlSeconds: number): Promise<LeaseRef> {
    return this.#leases.expiring(ttlSeconds);
  }

  revokeLease(lease: LeaseRef): Promise<void> {
    return this.#leases.revoke(lease.id);
  }

  campaign(shard: string, replica: string, signal: AbortSignal): Promise<Leadership> {
    return campaign({ ...this.#parts, store: this }, shard, replica, signal);
  }

  async compact(revision: number): Promise<void> {
    await this.#asked(this.#parts.backend.compact(revision));
  }

  status(): Promise<StoreStatus> {
    return this.#asked(this.#parts.backend.status());
  }

  async #prepare(): Promise<void> {
    const { backend, clock, random, version = '0.1.0', prefix, logger } = this.#parts;
    await backend.prepare();
    await ensureFormat({ backend, clock, random, logger, version, prefix, ...this.#parts.format });
    await ensureEpoch(backend, clock, random);
    await sweepMarks(backend, clock);
  }

  async #echoed(revision: number): Promise<void> {
    if (this.watched >= revision) return;
    const timer = this.#parts.clock.timer(echoMs, () =>
      this.#follower.reopen(`the echo of revision ${revision} did not come`),
    );
    try {
      await this.#waiters.wait(revision);
    } finally {
      timer.cancel();
    }
  }

  #rangeCold(request: { readonly from: string; readonly to: string; readonly limit: number }) {
    return this.#asked(this.#parts.backend.range(request));
  }

  async #asked<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (thrown) {
      if (!(thrown instanceof BackendError)) throw thrown;
      if (thrown.fate !== 'refused') this.#health.callFailed(thrown.message);
      const code = thrown.fate === 'refused' ? thrown.code : 'UNAVAILABLE';
      throw new CodedError(code, `the store does not answer: ${thrown.message}`, {
        retryable: thrown.retryable,
        cause: thrown,
      });
    }
  }
}
