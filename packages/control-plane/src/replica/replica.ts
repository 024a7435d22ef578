import { type Clock, CodedError, type Component, deferred, type Logger, messageOf } from '@longshore/kit';
import type { ReplicaRecord } from '@longshore/model';
import { currentFormat, keyOf, type Lease, type Store } from '@longshore/store';
import { linkedAbort } from '../linked-abort.js';

/** Seconds that sessions outlive a replica that was killed. */
const leaseSeconds = 20;
const retryMs = 500;
/** How often what this replica has watched is published, and how old it is then: see compaction. */
const publishEveryMs = 60_000;
const compactableAfterMs = 5 * 60_000;

export interface ReplicaParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly replica: string;
  readonly version: string;
  /** Known once the doors are open. */
  readonly addresses: () => { readonly grpc: string; readonly http: string };
  /** The lease is, or may be, gone: agents' calls end. */
  readonly onLost: () => void;
}

/**
 * This replica's presence: its record and the agents' sessions hang on one lease. When the lease could not be renewed
 * in time the presence ends before the lease can be gone, and a new one is taken as soon as the store answers.
 * Dies when another process takes its name.
 */
export class Replica implements Component {
  readonly name = 'replica';
  readonly #parts: ReplicaParts;
  readonly #stopping = new AbortController();
  readonly #died = deferred<never>();
  readonly #startedAtMs: number;
  #lease: Lease | undefined;
  #running: Promise<void> | undefined;
  #recordRevision = 0;
  readonly #watchedHistory: { readonly atMs: number; readonly watched: number }[] = [];

  constructor(parts: ReplicaParts) {
    this.#parts = parts;
    this.#startedAtMs = parts.clock.wallMs();
    this.#died.promise.catch(() => undefined);
  }

  get failed(): Promise<never> {
    return this.#died.promise;
  }

  /** What sessions hang on; undefined while this replica has no lease that surely lives. */
  get lease(): Lease | undefined {
    return this.#lease?.lost.aborted ? undefined : this.#lease;
  }

  async start(): Promise<void> {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('stopping'));
    await this.#running;
    const lease = this.#lease;
    this.#lease = undefined;
    await lease?.release().catch(() => undefined);
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#hold();
      } catch (thrown) {
        if (thrown instanceof CodedError && thrown.code === 'ReplicaNameTaken') {
          this.#died.reject(thrown);
          return;
        }
        if (!this.#stopping.signal.aborted)
          this.#parts.logger.warn({ reason: messageOf(thrown) }, 'replica has no lease');
      }
      await this.#pause(retryMs);
    }
  }

  /** From a new lease until it is lost. */
  async #hold(): Promise<void> {
    const { store, logger } = this.#parts;
    while (store.state.phase !== 'ready') {
      if (this.#stopping.signal.aborted) return;
      await this.#pause(20);
    }
    const lease = await store.lease(leaseSeconds);
    try {
      await this.#publish(lease);
      this.#lease = lease;
      logger.info({ replica: this.#parts.replica }, 'replica has its lease');
      await this.#untilLost(lease);
    } finally {
      if (!this.#stopping.signal.aborted) {
        this.#lease = undefined;
        this.#parts.onLost();
        await lease.release().catch(() => undefined);
      }
    }
  }

  async #untilLost(lease: Lease): Promise<void> {
    let publishedMs = this.#parts.clock.monotonicMs();
    while (!lease.lost.aborted && !this.#stopping.signal.aborted) {
      await this.#pause(1000, lease.lost);
      this.#checkName();
      if (this.#parts.clock.monotonicMs() - publishedMs < publishEveryMs || lease.lost.aborted) continue;
      publishedMs = this.#parts.clock.monotonicMs();
      await this.#publish(lease).catch((thrown: unknown) => {
        this.#parts.logger.warn({ reason: messageOf(thrown) }, 'replica record not renewed');
      });
    }
    if (lease.lost.aborted && !this.#stopping.signal.aborted)
      this.#parts.logger.warn({ replica: this.#parts.replica }, 'replica lost its lease');
  }

  /** A replica that starts again takes its own old record over; two that run under one name must not go on. */
  #checkName(): void {
    const stored = this.#parts.store.get(keyOf('replica', this.#parts.replica));
    if (!stored || stored.revision <= this.#recordRevision) return;
    throw new CodedError(
      'ReplicaNameTaken',
      `another process runs as replica ${this.#parts.replica}: give each its own --replica-name`,
    );
  }

  async #publish(lease: Lease): Promise<void> {
    const { store, replica } = this.#parts;
    const key = keyOf('replica', replica);
    for (;;) {
      const present = store.get(key);
      const outcome = await store.commit({
        expect: [{ key, revision: present?.revision ?? 0 }],
        write: [{ put: key, value: this.#record(), lease }],
      });
      if (outcome.ok) {
        this.#recordRevision = outcome.revision;
        return;
      }
      await store.reached(outcome.conflict.asOf, this.#stopping.signal);
      if (this.#recordRevision > 0) this.#checkName();
    }
  }

  #record(): ReplicaRecord {
    const { addresses, version } = this.#parts;
    return {
      grpcAddress: addresses().grpc,
      httpAddress: addresses().http,
      version,
      format: currentFormat,
      compactable: this.#compactable(),
      startedAtMs: this.#startedAtMs,
    };
  }

  /** What the watch had delivered five minutes ago; 0 until then. */
  #compactable(): number {
    const nowMs = this.#parts.clock.monotonicMs();
    this.#watchedHistory.push({ atMs: nowMs, watched: this.#parts.store.watched });
    let compactable = 0;
    while ((this.#watchedHistory[0]?.atMs ?? nowMs) <= nowMs - compactableAfterMs)
      compactable = this.#watchedHistory.shift()?.watched ?? compactable;
    if (compactable > 0)
      this.#watchedHistory.unshift({ atMs: nowMs - compactableAfterMs, watched: compactable });
    return compactable;
  }

  async #pause(ms: number, signal?: AbortSignal): Promise<void> {
    const limit = linkedAbort(this.#stopping.signal, ...(signal ? [signal] : []));
    await this.#parts.clock.sleep(ms, limit.signal).catch(() => undefined);
    limit.end();
  }
}
