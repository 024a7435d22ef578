import type { Clock } from '@longshore/kit';
import { type Backend, BackendError, refusals } from '../backend.js';
import { encodeRecord } from '../codecs.js';
import { keyOf } from '../keys.js';

export interface BarrierKeyParts {
  readonly backend: Backend;
  readonly clock: Clock;
  readonly replica: string;
  readonly troubled: (error: BackendError) => void;
}

const leaseSeconds = 3_600;

/** `barriers/<replica>`, on a lease that nobody renews: what a killed replica leaves behind goes by itself. */
export class BarrierKey {
  readonly #parts: BarrierKeyParts;
  readonly #path: string;
  #lease: { readonly id: string; readonly untilMs: number } | undefined;
  #count = 0;

  constructor(parts: BarrierKeyParts) {
    this.#parts = parts;
    this.#path = keyOf('barrier', parts.replica).path;
  }

  /** Writes the key anew; gives the revision whose echo is to come. Rejects with a BackendError. */
  async put(): Promise<number> {
    const value = encodeRecord('barrier', { counter: ++this.#count });
    for (let attempt = 0; ; attempt++) {
      try {
        const write = [{ put: this.#path, value, lease: await this.#leaseOf() }];
        return (await this.#parts.backend.transact({ compare: [], write })).revision;
      } catch (thrown) {
        if (!(thrown instanceof BackendError)) throw thrown;
        const leaseGone = thrown.code === refusals.leaseGone;
        if (leaseGone) this.#lease = undefined;
        else if (thrown.fate !== 'refused') this.#parts.troubled(thrown);
        if (!leaseGone || attempt > 0) throw thrown;
      }
    }
  }

  async #leaseOf(): Promise<string> {
    const { backend, clock } = this.#parts;
    const nowMs = clock.monotonicMs();
    if (!this.#lease || nowMs > this.#lease.untilMs) {
      const { id } = await backend.grantLease(leaseSeconds);
      this.#lease = { id, untilMs: nowMs + (leaseSeconds * 1000) / 2 };
    }
    return this.#lease.id;
  }
}
