import type { Clock, Logger, Random } from '@longshore/kit';
import {
  type Backend,
  BackendError,
  type BackendLimits,
  type Found,
  type RangePage,
  type RangeRequest,
  type RawCompare,
  type RawOutcome,
  type RawTransaction,
  type RawWatch,
  refusals,
  type WatchSink,
} from '../backend.js';
import type { StoreStatus } from '../store.js';
import { Endpoint, type EtcdTls, type RawMethod, type Service } from './endpoint.js';
import { LeaseStream } from './lease-stream.js';
import { memberStatus } from './member-status.js';
import { EtcdMessages } from './messages.js';
import { Patience } from './patience.js';
import { type WatchDuplex, WatchStream } from './watch-stream.js';
import { type Header, type RangeAnswer, type TxnAnswer, Wire } from './wire.js';

export interface EtcdBackendOptions {
  /** `http://host:port` or `https://host:port`, one for each member. */
  readonly endpoints: readonly string[];
  readonly prefix: string;
  readonly tls?: EtcdTls | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** A call that is not answered within this time counts as lost. */
  readonly callMs?: number;
}

const connectMs = 2_000;
const renewalMs = 1_500;
/** etcd's own default is 1.5 MiB for a request; keys and framing take their part. */
const requestBytes = 1_000_000;
/** What we ask etcd to be run with, and what it does by itself. */
const wantedOps = 512;
const defaultOps = 128;

/** etcd behind the store. One member at a time is talked to; another when that one does not answer. */
export class EtcdBackend implements Backend {
  readonly #endpoints: readonly Endpoint[];
  readonly #options: EtcdBackendOptions;
  readonly #callMs: number;
  readonly #patience: Patience;
  readonly #wire: Wire;
  readonly #messages: EtcdMessages;
  readonly #txn: RawMethod<{ readonly ok: boolean; readonly revision: number }>;
  readonly #watches = new Set<WatchStream>();
  readonly #leases: LeaseStream;
  #current: number;
  #ops = defaultOps;

  constructor(options: EtcdBackendOptions) {
    if (options.endpoints.length === 0) throw new Error('etcd needs at least one endpoint');
    this.#options = options;
    this.#callMs = options.callMs ?? 5_000;
    this.#patience = new Patience(options.clock, this.#callMs);
    this.#wire = new Wire(options.prefix);
    this.#messages = new EtcdMessages(options.prefix);
    this.#txn = { service: 'KV', method: 'Txn', decode: this.#messages.transactionAnswer };
    const { clock, tls } = options;
    this.#endpoints = options.endpoints.map((address) => new Endpoint({ address, tls, clock, connectMs }));
    // Replicas spread over the members.
    this.#current = Math.floor(options.random.next() * this.#endpoints.length);
    this.#leases = new LeaseStream(() => this.#stream('Lease', 'leaseKeepAlive'), {
      clock,
      answerMs: renewalMs,
      defer: (fn) => this.defer(fn),
    });
  }

  get limits(): BackendLimits {
    return { ops: this.#ops, bytes: requestBytes };
  }

  /** Finds out whether etcd takes as many operations as we would like, by reading one key that often. */
  async prepare(): Promise<void> {
    const look = { request_range: { key: this.#wire.key('format'), keys_only: true, limit: 1 } };
    try {
      await this.#call('KV', 'txn', { success: Array.from({ length: wantedOps }, () => look) });
      this.#ops = wantedOps;
    } catch (thrown) {
      if (!(thrown instanceof BackendError && thrown.code === 'InvalidRequest')) throw thrown;
      const known = { opsPerCommit: defaultOps };
      this.#options.logger.warn(
        known,
        'etcd takes few operations in a transaction: run it with --max-txn-ops=512',
      );
    }
  }

  async transact(transaction: RawTransaction): Promise<RawOutcome> {
    try {
      const request = this.#messages.transaction(transaction);
      const { ok, revision } = await this.#tried((endpoint) =>
        this.#patience.measured((withinMs) => endpoint.callRaw(this.#txn, request, withinMs)),
      );
      if (ok) return { ok, revision };
      return { ok, revision, found: await this.#foundAt(revision, transaction.compare) };
    } catch (thrown) {
      throw this.#explained(thrown, transaction);
    }
  }

  /**
   * What the compared keys were when the transaction failed. Asked for apart: conflicts are rare, and a failure branch
   * that reads every key makes each transaction half as large again.
   */
  async #foundAt(revision: number, compare: readonly RawCompare[]): Promise<readonly Found[]> {
    const found: Found[] = [];
    for (let i = 0; i < compare.length; i += this.#ops) {
      const some = compare.slice(i, i + this.#ops);
      const payload = { success: some.map((one) => this.#wire.look(one, revision)) };
      const answer = await this.#call<TxnAnswer>('KV', 'txn', payload);
      found.push(...this.#wire.found(some, answer));
    }
    return found;
  }

  async range({ from, to, limit, revision = 0 }: RangeRequest): Promise<RangePage> {
    const wire = this.#wire;
    const payload = { key: wire.key(from), range_end: wire.key(to), limit, revision };
    const answer = await this.#call<RangeAnswer>('KV', 'range', payload);
    return {
      records: answer.kvs.map((kv) => wire.record(kv)),
      more: answer.more,
      revision: Number(answer.header.revision),
      identity: answer.header.cluster_id,
    };
  }

  async count({ from, to, revision = 0 }: Pick<RangeRequest, 'from' | 'to' | 'revision'>): Promise<number> {
    const payload = { key: this.#wire.key(from), range_end: this.#wire.key(to), revision, count_only: true };
    return Number((await this.#call<RangeAnswer>('KV', 'range', payload)).count);
  }

  watch(under: string, from: number, sink: WatchSink): RawWatch {
    const watch = new WatchStream(
      {
        opened: (at) => sink.opened(at),
        events: (events) => sink.events(events),
        compacted: () => {
          this.#watches.delete(watch);
          sink.compacted();
        },
        ended: (reason) => {
          this.#watches.delete(watch);
          sink.ended(reason);
        },
      },
      this.#messages,
    );
    this.#watches.add(watch);
    void watch.open(this.#watchStream(), under, from);
    return watch;
  }

  async grantLease(ttlSeconds: number): Promise<{ readonly id: string; readonly ttlSeconds: number }> {
    const payload = { TTL: ttlSeconds, ID: 0 };
    const { ID, TTL } = await this.#call<{ ID: string; TTL: string }>('Lease', 'leaseGrant', payload);
    return { id: ID, ttlSeconds: Number(TTL) };
  }

  keepLeaseAlive(id: string): Promise<number> {
    return this.#leases.renew(id);
  }

  async revokeLease(id: string): Promise<void> {
    await this.#orIgnore(refusals.leaseGone, this.#call('Lease', 'leaseRevoke', { ID: id }));
  }

  async compact(revision: number): Promise<void> {
    // Somebody else has compacted to here already.
    await this.#orIgnore(refusals.compacted, this.#call('KV', 'compact', { revision, physical: false }));
  }

  async status(): Promise<StoreStatus> {
    const { header } = await this.#call<{ header: Header }>('KV', 'range', {
      key: this.#wire.key('format'),
      count_only: true,
    });
    const members = await Promise.all(this.#endpoints.map((endpoint) => memberStatus(endpoint)));
    const dbBytes = Math.max(...members.map((member) => member.dbBytes));
    const dbBytesInUse = Math.max(...members.map((member) => member.dbBytesInUse));
    return { backend: 'etcd', members, dbBytes, dbBytesInUse, revision: Number(header.revision) };
  }

  defer(fn: () => void): void {
    setImmediate(fn);
  }

  close(): Promise<void> {
    for (const watch of this.#watches) watch.close();
    this.#watches.clear();
    this.#leases.end('closed');
    for (const endpoint of this.#endpoints) endpoint.close();
    return Promise.resolve();
  }

  /**
   * etcd says "invalid" for too many operations and for too large a request, and gRPC says "exhausted" for one that is
   * larger still, as etcd does when it is full; which it is, the request shows.
   */
  #explained(thrown: unknown, transaction: RawTransaction): unknown {
    if (!(thrown instanceof BackendError)) return thrown;
    const { code, message } = thrown;
    const invalid = code === 'InvalidRequest';
    const many = Math.max(transaction.compare.length, transaction.write.length) > this.#ops;
    if (invalid && many) return new BackendError('refused', refusals.tooManyOps, message, thrown);
    if (invalid || (code === refusals.noSpace && bytesOf(transaction) > requestBytes))
      return new BackendError('refused', refusals.tooLarge, message, thrown);
    return thrown;
  }

  #call<T>(service: Service, method: string, payload: unknown): Promise<T> {
    return this.#tried((endpoint) => endpoint.call<T>(service, method, payload, this.#callMs));
  }

  async #tried<T>(call: (endpoint: Endpoint) => Promise<T>): Promise<T> {
    for (let tried = 1; ; tried++) {
      const endpoint = this.#endpoint();
      try {
        return await call(endpoint);
      } catch (thrown) {
        if (!(thrown instanceof BackendError) || thrown.fate === 'refused') throw thrown;
        this.#turnFrom(endpoint, thrown);
        // What was never sent may be sent to the next member.
        if (thrown.fate !== 'unsent' || tried >= this.#endpoints.length) throw thrown;
      }
    }
  }

  #stream<Q, R>(service: Service, method: string) {
    return this.#opened((endpoint) => endpoint.stream<Q, R>(service, method));
  }

  #watchStream(): Promise<WatchDuplex> {
    const decode = this.#messages.watchAnswer;
    return this.#opened((endpoint) => endpoint.streamRaw({ service: 'Watch', method: 'Watch', decode }));
  }

  async #opened<T>(open: (endpoint: Endpoint) => Promise<T>): Promise<T> {
    const endpoint = this.#endpoint();
    try {
      return await open(endpoint);
    } catch (thrown) {
      if (thrown instanceof BackendError) this.#turnFrom(endpoint, thrown);
      throw thrown;
    }
  }

  #endpoint(): Endpoint {
    return this.#endpoints[this.#current] as Endpoint;
  }

  /** On to the next member, with the streams too: one that does not answer calls will not deliver events either. */
  #turnFrom(endpoint: Endpoint, error: BackendError): void {
    if (this.#endpoints.length === 1 || this.#endpoint() !== endpoint) return;
    this.#current = (this.#current + 1) % this.#endpoints.length;
    const to = this.#endpoint().address;
    this.#options.logger.warn({ from: endpoint.address, to, reason: error.message }, 'etcd endpoint changed');
    for (const watch of this.#watches) watch.end(`${endpoint.address} does not answer`);
    this.#leases.end(`${endpoint.address} does not answer`);
  }

  async #orIgnore(code: string, answer: Promise<unknown>): Promise<void> {
    try {
      await answer;
    } catch (thrown) {
      if (!(thrown instanceof BackendError && thrown.code === code)) throw thrown;
    }
  }
}

function bytesOf({ write }: RawTransaction): number {
  return write.reduce((sum, one) => sum + ('put' in one ? one.value.byteLength : 0), 0);
}
