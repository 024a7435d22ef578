import type { Clock, Timer } from '@longshore/kit';
import {
  type Backend,
  BackendError,
  type BackendLimits,
  type RangePage,
  type RangeRequest,
  type RawEvent,
  type RawOutcome,
  type RawTransaction,
  type RawWatch,
  refusals,
  type WatchSink,
} from '../backend.js';
import type { StoreStatus } from '../store.js';
import type { MemoryBackend } from './memory-backend.js';

/** What a test may do to one replica's connection. */
export interface MemoryFaults {
  /** No call gets through, and watches end, while this says why. */
  away: string | undefined;
  /** So many transactions happen, and their answers are lost. */
  loseAnswers: number;
  /** So many transactions happen, and are refused as if the store were full: as etcd does with what crosses its quota. */
  refuseDone: number;
  /** So many transactions are lost on their way, which looks the same from here. */
  loseRequests: number;
  /** Every call takes this long. */
  latencyMs: number;
  /** Events are seen this much later. */
  watchLagMs: number;
  /** No event is seen while true. */
  holdWatch: boolean;
}

/** One replica's way to a MemoryBackend, with faults. */
export class MemoryLink implements Backend {
  readonly #backend: MemoryBackend;
  readonly #clock: Clock;
  readonly #closed: () => void;
  readonly #watches = new Set<MemoryWatch>();
  readonly #faults: MemoryFaults = {
    away: undefined,
    loseAnswers: 0,
    refuseDone: 0,
    loseRequests: 0,
    latencyMs: 0,
    watchLagMs: 0,
    holdWatch: false,
  };
  readonly faults: MemoryFaults;

  constructor(backend: MemoryBackend, clock: Clock, closed: () => void) {
    this.#backend = backend;
    this.#clock = clock;
    this.#closed = closed;
    this.faults = new Proxy(this.#faults, {
      set: (faults, name, value) => {
        const done = Reflect.set(faults, name, value);
        if (faults.away !== undefined) this.cutWatches(faults.away);
        else this.stateChanged();
        return done;
      },
    });
  }

  get limits(): BackendLimits {
    return { ops: this.#backend.opsPerTransaction, bytes: 1_000_000 };
  }

  async prepare(): Promise<void> {
    await this.#travel();
  }

  async transact(transaction: RawTransaction): Promise<RawOutcome> {
    await this.#travel();
    if (this.#faults.loseRequests > 0) {
      this.#faults.loseRequests--;
      throw new BackendError('unknown', 'Timeout', 'the request was lost');
    }
    const outcome = this.#backend.transact(transaction);
    if (this.#faults.refuseDone > 0 && outcome.ok) {
      this.#faults.refuseDone--;
      throw new BackendError('refused', refusals.noSpace, 'the store is full');
    }
    if (this.#faults.loseAnswers === 0) return outcome;
    this.#faults.loseAnswers--;
    throw new BackendError('unknown', 'Timeout', 'the answer was lost');
  }

  async range({ from, to, limit, revision }: RangeRequest): Promise<RangePage> {
    await this.#travel();
    const { history, identity } = this.#backend;
    if (revision !== undefined && revision < history.compacted)
      throw new BackendError('refused', refusals.compacted, `revision ${revision} has been compacted`);
    const records: RangePage['records'][number][] = [];
    let more = false;
    for (const record of history.between(from, to, revision)) {
      if (limit > 0 && records.length === limit) {
        more = true;
        break;
      }
      records.push(record);
    }
    return { records, more, revision: history.revision, identity };
  }

  async count(request: Pick<RangeRequest, 'from' | 'to' | 'revision'>): Promise<number> {
    return (await this.range({ ...request, limit: 0 })).records.length;
  }

  watch(under: string, from: number, sink: WatchSink): RawWatch {
    const watch = new MemoryWatch(this.#backend, this.#clock, this.#faults, { under, from, sink }, () =>
      this.#watches.delete(watch),
    );
    this.#watches.add(watch);
    watch.open();
    return watch;
  }

  async grantLease(ttlSeconds: number): Promise<{ readonly id: string; readonly ttlSeconds: number }> {
    await this.#travel();
    return this.#backend.grantLease(ttlSeconds);
  }

  async keepLeaseAlive(id: string): Promise<number> {
    await this.#travel();
    return this.#backend.keepLeaseAlive(id);
  }

  async revokeLease(id: string): Promise<void> {
    await this.#travel();
    this.#backend.revokeLease(id);
  }

  async compact(revision: number): Promise<void> {
    await this.#travel();
    this.#backend.compact(revision);
  }

  async status(): Promise<StoreStatus> {
    await this.#travel();
    const { revision } = this.#backend;
    const member = { endpoint: 'memory', version: 'memory', dbBytes: 0, dbBytesInUse: 0, leader: true };
    return { backend: 'memory', members: [member], dbBytes: 0, dbBytesInUse: 0, revision };
  }

  defer(fn: () => void): void {
    queueMicrotask(fn);
  }

  close(): Promise<void> {
    this.cutWatches('closed');
    this.#closed();
    return Promise.resolve();
  }

  /** Ends every open watch; the store opens another. */
  cutWatches(reason: string): void {
    for (const watch of this.#watches) watch.cut(reason);
  }

  stateChanged(): void {
    for (const watch of this.#watches) watch.wake();
  }

  async #travel(): Promise<void> {
    const { away, latencyMs } = this.#faults;
    if (away !== undefined) throw new BackendError('unsent', 'Away', away);
    if (latencyMs > 0) await this.#clock.sleep(latencyMs);
    // Nothing is answered in the turn in which it was asked.
    else await Promise.resolve();
    if (this.#faults.away !== undefined) throw new BackendError('unknown', 'NoAnswer', this.#faults.away);
  }
}

interface WatchRequest {
  readonly under: string;
  readonly from: number;
  readonly sink: WatchSink;
}

class MemoryWatch implements RawWatch {
  readonly #backend: MemoryBackend;
  readonly #clock: Clock;
  readonly #faults: Readonly<MemoryFaults>;
  readonly #request: WatchRequest;
  readonly #forget: () => void;
  #next: number;
  #timer: Timer | undefined;
  #scheduled = false;
  #paused = false;
  #ended = false;

  constructor(
    backend: MemoryBackend,
    clock: Clock,
    faults: Readonly<MemoryFaults>,
    request: WatchRequest,
    forget: () => void,
  ) {
    this.#backend = backend;
    this.#clock = clock;
    this.#faults = faults;
    this.#request = request;
    this.#forget = forget;
    this.#next = request.from;
  }

  open(): void {
    queueMicrotask(() => {
      if (this.#ended) return;
      if (this.#faults.away !== undefined) return this.cut(this.#faults.away);
      const { revision, identity } = this.#backend;
      this.#request.sink.opened({ revision, identity });
      this.wake();
    });
  }

  close(): void {
    this.#ended = true;
    this.#timer?.cancel();
    this.#forget();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.wake();
  }

  cut(reason: string): void {
    if (this.#ended) return;
    this.close();
    this.#request.sink.ended(reason);
  }

  wake(): void {
    if (this.#scheduled || this.#ended) return;
    this.#scheduled = true;
    const { watchLagMs } = this.#faults;
    if (watchLagMs > 0) this.#timer = this.#clock.timer(watchLagMs, () => this.#deliver());
    else queueMicrotask(() => this.#deliver());
  }

  #deliver(): void {
    this.#scheduled = false;
    if (this.#ended || this.#paused || this.#faults.holdWatch) return;
    const { history } = this.#backend;
    if (this.#next > history.revision) return;
    const missed = history.since(this.#next);
    if (!missed) {
      this.close();
      this.#request.sink.compacted();
      return;
    }
    this.#next = history.revision + 1;
    const events: RawEvent[] = [];
    for (const transaction of missed)
      for (const event of transaction) if (event.path.startsWith(this.#request.under)) events.push(event);
    if (events.length > 0) this.#request.sink.events(events);
  }
}
