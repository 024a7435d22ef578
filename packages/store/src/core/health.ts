import { backoffMs, type Clock, type Logger, messageOf, type Random, type Timer } from '@longshore/kit';
import type { StoreState } from '../store.js';

export interface HealthParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** A cheap question that needs a quorum's answer. */
  readonly probe: () => Promise<unknown>;
}

/** A probe that takes longer than this counts as failed, until it is answered. */
const slowMs = 1_000;

/**
 * Whether the backend answers, put together from the follower's phase and from calls that failed.
 * A failed call makes it doubtful; a probe that is answered clears it.
 */
export class Health {
  readonly #parts: HealthParts;
  #phase: 'starting' | 'ready' | 'relisting' = 'starting';
  #phaseReason = 'has not listed yet';
  /** Why the watch is not open, and why calls fail; undefined while all is well. */
  #watchTrouble: string | undefined;
  #callTrouble: string | undefined;
  #shown: StoreState['phase'] = 'starting';
  /** The probing that goes on; another, or none, ends it. */
  #probing: { readonly slow: Timer } | undefined;
  #stopped = false;

  constructor(parts: HealthParts) {
    this.#parts = parts;
  }

  get state(): StoreState {
    const trouble = this.#watchTrouble ?? this.#callTrouble;
    if (trouble !== undefined) return { phase: 'away', reason: trouble };
    return { phase: this.#phase, reason: this.#phaseReason };
  }

  phase(phase: 'starting' | 'ready' | 'relisting', reason: string): void {
    this.#phase = phase;
    this.#phaseReason = reason;
    this.#show();
  }

  watchTrouble(reason: string | undefined): void {
    this.#watchTrouble = reason;
    this.#show();
  }

  /** One lost answer is no proof: the state changes where a probe fails too, or is not answered soon. */
  callFailed(reason: string): void {
    if (!this.#stopped && !this.#probing) void this.#probe(reason);
  }

  /** Any answer that took a quorum is as good as a probe's. */
  callAnswered(): void {
    if (this.#probing) this.#endProbing();
  }

  stop(): void {
    this.#stopped = true;
    this.#endProbing();
  }

  async #probe(reason: string): Promise<void> {
    const slow = this.#parts.clock.timer(slowMs, () => this.#callsTrouble(reason));
    const mine = { slow };
    this.#probing = mine;
    for (let attempt = 0; this.#probing === mine; attempt++) {
      try {
        await this.#parts.probe();
        if (this.#probing === mine) this.#endProbing();
        return;
      } catch (thrown) {
        if (this.#probing === mine) this.#callsTrouble(messageOf(thrown));
      }
      await this.#pause(backoffMs(attempt, { minMs: 50, maxMs: 2_000 }, this.#parts.random));
    }
  }

  #endProbing(): void {
    this.#probing?.slow.cancel();
    this.#probing = undefined;
    this.#callsTrouble(undefined);
  }

  #callsTrouble(reason: string | undefined): void {
    this.#callTrouble = reason;
    this.#show();
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#parts.clock.timer(ms, resolve));
  }

  #show(): void {
    const { phase, reason } = this.state;
    if (phase === this.#shown || this.#stopped) return;
    const change = { from: this.#shown, to: phase, reason };
    if (phase === 'away') this.#parts.logger.warn(change, 'store state');
    else this.#parts.logger.info(change, 'store state');
    this.#shown = phase;
  }
}
