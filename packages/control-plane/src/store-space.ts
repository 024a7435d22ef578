import { type Clock, type Component, type Logger, messageOf } from '@longshore/kit';
import type { Store, StoreStatus } from '@longshore/store';

/** From this share of the quota in use on new work is refused: what is left is for stops, reports and for freeing space. */
const fullFrom = 0.8;
/** And taken again only somewhat below, so that it does not flap. */
const roomyFrom = 0.75;
/**
 * etcd counts the file against its quota, free pages and all. Those are used again before the file grows, so a large
 * file alone is no reason; but the last of it is the alarm's.
 */
const fileFullFrom = 0.97;
const fileRoomyFrom = 0.95;
const everyMs = 10_000;
/** What a database may grow by in ten seconds counts from here on. */
const closerFrom = 0.6;
const closerEveryMs = 2_000;

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
      let share = 0;
      try {
        if (store.state.phase === 'ready') share = this.#judge(await store.status());
      } catch (thrown) {
        // Away: nothing new is committed then anyway.
        logger.debug({ reason: messageOf(thrown) }, 'store size not known');
      }
      const waitMs = share < closerFrom ? everyMs : closerEveryMs;
      await clock.sleep(waitMs, this.#stopping.signal).catch(() => undefined);
    }
  }

  /** The share of the quota that is in use. */
  #judge(status: StoreStatus): number {
    const { logger, quotaBytes } = this.#parts;
    const wasFull = this.#full !== '';
    this.#full = reasonOf(status, quotaBytes, wasFull);
    const { dbBytes, dbBytesInUse } = status;
    if (wasFull !== (this.#full !== '')) {
      const figures = { dbBytes, dbBytesInUse, quotaBytes };
      if (wasFull) logger.info(figures, 'store has room again');
      else logger.error({ ...figures, reason: this.#full }, 'store nearly full, new work refused');
    }
    return dbBytesInUse / quotaBytes;
  }
}

const goesOn = 'new work is refused until then, stops, reports and deletions go on';

/** Pure: why no new work is taken, with the command that makes room; empty where there is room. */
function reasonOf(status: StoreStatus, quotaBytes: number, wasFull: boolean): string {
  const { dbBytes, dbBytesInUse, members } = status;
  if (members.some((member) => member.error?.includes('NOSPACE')))
    return `etcd has raised its alarm NOSPACE: \`longshore store free\` makes room; ${goesOn}`;
  if (dbBytesInUse / quotaBytes >= (wasFull ? roomyFrom : fullFrom))
    return `etcd uses ${percentOf(dbBytesInUse, quotaBytes)} % of its quota: \`longshore store free\` makes room; ${goesOn}`;
  if (dbBytes / quotaBytes >= (wasFull ? fileRoomyFrom : fileFullFrom))
    return `etcd's file has ${percentOf(dbBytes, quotaBytes)} % of its quota: \`longshore store defragment\` shrinks it; ${goesOn}`;
  return '';
}

function percentOf(bytes: number, quotaBytes: number): number {
  return Math.round((bytes / quotaBytes) * 100);
}
