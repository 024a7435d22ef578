import { type Clock, type Component, type Logger, messageOf } from '@longshore/kit';
import type { Store } from '@longshore/store';

/** From this share of the quota on new work is refused: what is left is for stops, reports and for freeing space. */
const fullFrom = 0.8;
/** And taken again only somewhat below, so that it does not flap. */
const roomyFrom = 0.75;
const everyMs = 10_000;

export interface StoreSpaceParts {
  readonly store: Pick<Store, 'state' | 'status'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly quotaBytes: number;
}

/** Watches how full etcd's database is. In the alarm etcd takes no put at all, so work is refused well before. */
export class StoreSpace implements Component {
  readonly name = 'store space';
  readonly #parts: StoreSpaceParts;
  readonly #stopping = new AbortController();
  #full = '';
  #running: Promise<void> | undefined;

  constructor(parts: StoreSpaceParts) {
    this.#parts = parts;
  }

  /** Why no new work is taken; empty while there is room. */
  get full(): string {
    return this.#full;
  }

  async start(): Promise<void> {
    this.#running = this.#watch();
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('stopping'));
    await this.#running;
  }

  async #watch(): Promise<void> {
    const { clock, store, logger } = this.#parts;
    while (!this.#stopping.signal.aborted) {
      try {
        if (store.state.phase === 'ready') this.#judge((await store.status()).dbBytes);
      } catch (thrown) {
        // Away: nothing new is committed then anyway.
        logger.debug({ reason: messageOf(thrown) }, 'store size not known');
      }
      await clock.sleep(everyMs, this.#stopping.signal).catch(() => undefined);
    }
  }

  #judge(dbBytes: number): void {
    const { logger, quotaBytes } = this.#parts;
    const share = dbBytes / quotaBytes;
    const wasFull = this.#full !== '';
    if (share < (wasFull ? roomyFrom : fullFrom)) this.#full = '';
    else
      this.#full = `the store is ${Math.round(share * 100)} % full: no new work until it is compacted and defragmented`;
    if (wasFull === (this.#full !== '')) return;
    if (wasFull) logger.info({ dbBytes, quotaBytes }, 'store has room again');
    else logger.error({ dbBytes, quotaBytes }, 'store nearly full, new work refused');
  }
}
