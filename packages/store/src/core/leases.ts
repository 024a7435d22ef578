import { type Clock, CodedError, type Logger, type Timer } from '@longshore/kit';
import { type Backend, BackendError, refusals } from '../backend.js';
import type { Lease, LeaseRef } from '../store.js';

export interface LeaseParts {
  readonly backend: Backend;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Leases that are kept alive. A lease is lost to its holder before the backend can have dropped it: the time that
 * counts begins when the last acknowledged renewal was SENT, and a tenth of it is kept in hand.
 */
export class Leases {
  readonly #parts: LeaseParts;
  readonly #kept = new Set<KeptLease>();

  constructor(parts: LeaseParts) {
    this.#parts = parts;
  }

  async keep(ttlSeconds: number): Promise<Lease> {
    const sentMs = this.#parts.clock.monotonicMs();
    const granted = await asCoded(this.#parts.backend.grantLease(ttlSeconds));
    const lease = new KeptLease({ ...this.#parts, ...granted, sentMs, gone: () => this.#kept.delete(lease) });
    this.#kept.add(lease);
    return lease;
  }

  async expiring(ttlSeconds: number): Promise<LeaseRef> {
    const { id } = await asCoded(this.#parts.backend.grantLease(ttlSeconds));
    return { id };
  }

  async revoke(id: string): Promise<void> {
    await asCoded(this.#parts.backend.revokeLease(id));
  }

  /** Lets go of every lease, telling the backend where it answers in time. */
  async stop(withinMs: number): Promise<void> {
    const releases = Promise.all([...this.#kept].map((lease) => lease.release()));
    let timer: Timer | undefined;
    const late = new Promise<void>((resolve) => {
      timer = this.#parts.clock.timer(withinMs, resolve);
    });
    await Promise.race([releases, late]);
    timer?.cancel();
  }
}

interface KeptLeaseParts extends LeaseParts {
  readonly id: string;
  readonly ttlSeconds: number;
  readonly sentMs: number;
  readonly gone: () => void;
}

class KeptLease implements Lease {
  readonly id: string;
  readonly #parts: KeptLeaseParts;
  readonly #lost = new AbortController();
  readonly #ttlMs: number;
  #deadlineMs: number;
  #deadline: Timer;
  #renewal: Timer;
  #ended = false;

  constructor(parts: KeptLeaseParts) {
    this.id = parts.id;
    this.#parts = parts;
    this.#ttlMs = parts.ttlSeconds * 1000;
    this.#deadlineMs = parts.sentMs + this.#ttlMs * 0.9;
    this.#deadline = this.#armDeadline();
    this.#renewal = parts.clock.timer(this.#ttlMs / 3, () => void this.#renew());
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  async release(): Promise<void> {
    if (!this.#end('released')) return;
    await this.#revokeQuietly();
  }

  async #renew(): Promise<void> {
    const { backend, clock, logger } = this.#parts;
    const sentMs = clock.monotonicMs();
    let nextMs = this.#ttlMs / 3;
    try {
      if ((await backend.keepLeaseAlive(this.id)) <= 0) {
        this.#end('the backend has dropped it');
        return;
      }
      this.#deadlineMs = Math.max(this.#deadlineMs, sentMs + this.#ttlMs * 0.9);
    } catch (thrown) {
      nextMs = this.#ttlMs / 20;
      logger.debug({ err: thrown, lease: this.id }, 'lease not renewed');
    }
    if (this.#ended) return;
    this.#deadline.cancel();
    this.#deadline = this.#armDeadline();
    this.#renewal = clock.timer(nextMs, () => void this.#renew());
  }

  #armDeadline(): Timer {
    const { backend, clock } = this.#parts;
    // After a long turn the timer comes before the answer is read that has been there all the while.
    return clock.timer(Math.max(0, this.#deadlineMs - clock.monotonicMs()), () =>
      backend.defer(() => this.#pastDeadline()),
    );
  }

  #pastDeadline(): void {
    if (this.#ended) return;
    // It has been renewed meanwhile, or the timer came a fraction of a millisecond early.
    if (this.#parts.clock.monotonicMs() < this.#deadlineMs) {
      this.#deadline.cancel();
      this.#deadline = this.#armDeadline();
      return;
    }
    if (!this.#end('it was not renewed in time')) return;
    // Others wait for what hangs on it: where the backend answers again, it need not run out by itself.
    void this.#revokeQuietly();
  }

  #end(reason: string): boolean {
    if (this.#ended) return false;
    this.#ended = true;
    this.#deadline.cancel();
    this.#renewal.cancel();
    this.#parts.gone();
    const { logger } = this.#parts;
    if (reason === 'released') logger.debug({ lease: this.id }, 'lease released');
    else logger.warn({ lease: this.id, reason }, 'lease lost');
    this.#lost.abort(new CodedError('LeaseLost', `lease ${this.id} ended: ${reason}`));
    return true;
  }

  async #revokeQuietly(): Promise<void> {
    try {
      await this.#parts.backend.revokeLease(this.id);
    } catch (thrown) {
      // It ends by itself within its time.
      this.#parts.logger.debug({ err: thrown, lease: this.id }, 'lease not revoked');
    }
  }
}

async function asCoded<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (thrown) {
    if (!(thrown instanceof BackendError)) throw thrown;
    const code = thrown.fate === 'refused' ? thrown.code : 'UNAVAILABLE';
    throw new CodedError(code, `the store gave no lease: ${thrown.message}`, {
      retryable: thrown.fate !== 'refused' || thrown.code === refusals.noSpace,
      cause: thrown,
    });
  }
}
