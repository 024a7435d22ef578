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
  #fullness: Fullness | undefined;
  #running: Promise<void> | undefined;

  constructor(parts: StoreSpaceParts) {
    this.#parts = parts;
  }

  /** Why no new work is taken; empty while there is room. */
  get full(): string {
    return this.#fullness?.text ?? '';
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
    const was = this.#fullness?.cause;
    this.#fullness = fullnessOf(status, quotaBytes, was);
    const { dbBytes, dbBytesInUse } = status;
    if (was !== this.#fullness?.cause) {
      const figures = { dbBytes, dbBytesInUse, quotaBytes };
      if (!this.#fullness) logger.info(figures, 'store has room again');
      else logger.error({ ...figures, reason: this.full }, 'store nearly full, new work refused');
    }
    return dbBytesInUse / quotaBytes;
  }
}

type Cause = 'alarm' | 'use' | 'file';

interface Fullness {
  readonly cause: Cause;
  /** With the command that makes room. */
  readonly text: string;
}

const goesOn = 'new work is refused until then, stops, reports and deletions go on';

/** Pure: why no new work is taken, or undefined where there is room. What was full before must get roomier than that. */
function fullnessOf(status: StoreStatus, quotaBytes: number, was: Cause | undefined): Fullness | undefined {
  const { dbBytes, dbBytesInUse, members } = status;
  const percent = (bytes: number): string => `${Math.round((bytes / quotaBytes) * 100)} %`;
  if (members.some((member) => member.error?.includes('NOSPACE')))
    return {
      cause: 'alarm',
      text: `etcd has raised its alarm NOSPACE: \`longshore store free\` makes room; ${goesOn}`,
    };
  if (dbBytesInUse / quotaBytes >= (was === 'use' ? roomyFrom : fullFrom))
    return {
      cause: 'use',
      text: `etcd uses ${percent(dbBytesInUse)} of its quota: \`longshore store free\` makes room; ${goesOn}`,
    };
  if (dbBytes / quotaBytes >= (was === 'file' ? fileRoomyFrom : fileFullFrom))
    return {
      cause: 'file',
      text: `etcd's file has ${percent(dbBytes)} of its quota: \`longshore store defragment\` shrinks it; ${goesOn}`,
    };
  return undefined;
}
