import { type Clock, systemClock, type Timer } from '@longshore/kit';
import {
  BackendError,
  type Found,
  type RawCompare,
  type RawOutcome,
  type RawTransaction,
  refusals,
} from '../backend.js';
import { History } from './history.js';
import { MemoryLink } from './memory-link.js';

export interface MemoryBackendOptions {
  /** Ends leases. */
  readonly clock?: Clock;
  /** Older revisions are compacted away from time to time. */
  readonly keepRevisions?: number;
  readonly opsPerTransaction?: number;
}

interface MemoryLease {
  readonly ttlSeconds: number;
  readonly paths: Set<string>;
  timer: Timer;
}

/** The state that several MemoryStores share, as replicas share one etcd. Each reaches it over a link of its own. */
export class MemoryBackend {
  readonly history = new History();
  readonly opsPerTransaction: number;
  /** Refuses every put, as etcd does once its quota is used up. */
  full = false;
  readonly #clock: Clock;
  readonly #keepRevisions: number;
  readonly #leases = new Map<string, MemoryLease>();
  readonly #leaseOfPath = new Map<string, string>();
  readonly #links = new Set<MemoryLink>();
  #identity = 1;
  #leaseCount = 0;

  constructor(options: MemoryBackendOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#keepRevisions = options.keepRevisions ?? 20_000;
    this.opsPerTransaction = options.opsPerTransaction ?? 512;
  }

  get identity(): string {
    return `memory-${this.#identity}`;
  }

  get revision(): number {
    return this.history.revision;
  }

  get leaseCount(): number {
    return this.#leases.size;
  }

  link(clock: Clock = this.#clock): MemoryLink {
    const link = new MemoryLink(this, clock, () => this.#links.delete(link));
    this.#links.add(link);
    return link;
  }

  /** As if another etcd had been put in this one's place. */
  becomeAnother(): void {
    this.#identity++;
    for (const link of this.#links) link.cutWatches('the store went away');
  }

  transact({ compare, write }: RawTransaction): RawOutcome {
    this.#check(compare, write);
    const { history } = this;
    if (!compare.every((one) => history.holds(one)))
      return { ok: false, revision: history.revision, found: compare.map((one) => this.#found(one)) };
    this.#apply(write);
    return { ok: true, revision: history.revision };
  }

  compact(revision: number): void {
    if (revision > this.history.revision)
      throw new BackendError('refused', refusals.compacted, `revision ${revision} is in the future`);
    this.history.compact(revision);
  }

  grantLease(ttlSeconds: number): { readonly id: string; readonly ttlSeconds: number } {
    const id = String(++this.#leaseCount);
    this.#leases.set(id, { ttlSeconds, paths: new Set(), timer: this.#expiry(id, ttlSeconds) });
    return { id, ttlSeconds };
  }

  keepLeaseAlive(id: string): number {
    const lease = this.#leases.get(id);
    if (!lease) return 0;
    lease.timer.cancel();
    lease.timer = this.#expiry(id, lease.ttlSeconds);
    return lease.ttlSeconds;
  }

  revokeLease(id: string): void {
    const lease = this.#leases.get(id);
    if (!lease) return;
    lease.timer.cancel();
    this.#leases.delete(id);
    this.#apply([...lease.paths].map((path) => ({ delete: path })));
  }

  #expiry(id: string, ttlSeconds: number): Timer {
    return this.#clock.timer(ttlSeconds * 1000, () => this.revokeLease(id));
  }

  #check(compare: RawTransaction['compare'], write: RawTransaction['write']): void {
    const ops = Math.max(compare.length, write.length);
    if (ops > this.opsPerTransaction)
      throw new BackendError('refused', refusals.tooManyOps, `${ops} operations in one transaction`);
    for (const one of write) {
      if (!('put' in one)) continue;
      if (this.full) throw new BackendError('refused', refusals.noSpace, 'the store is full');
      if (one.lease !== undefined && !this.#leases.has(one.lease))
        throw new BackendError('refused', refusals.leaseGone, `lease ${one.lease} is gone`);
    }
  }

  #apply(write: RawTransaction['write']): void {
    const events = this.history.apply(write);
    for (const one of write)
      this.#bind('put' in one ? one.put : one.delete, 'put' in one ? one.lease : undefined);
    if (events.length === 0) return;
    if (this.history.revision - this.history.compacted > 2 * this.#keepRevisions)
      this.history.compact(this.history.revision - this.#keepRevisions);
    for (const link of this.#links) link.stateChanged();
  }

  /** A key hangs on the lease of its last put, or on none. */
  #bind(path: string, lease: string | undefined): void {
    const old = this.#leaseOfPath.get(path);
    if (old !== undefined) this.#leases.get(old)?.paths.delete(path);
    if (lease === undefined) {
      this.#leaseOfPath.delete(path);
      return;
    }
    this.#leaseOfPath.set(path, lease);
    this.#leases.get(lease)?.paths.add(path);
  }

  #found(compare: RawCompare): Found {
    const path = 'path' in compare ? compare.path : compare.absentUnder;
    const record = 'path' in compare ? this.history.get(path) : this.history.firstUnder(path);
    return {
      path: record?.path ?? path,
      revision: record?.revision ?? 0,
      createRevision: record?.createRevision ?? 0,
    };
  }
}
