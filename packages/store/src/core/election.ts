import { setMaxListeners } from 'node:events';
import type { Clock, Logger } from '@longshore/kit';
import { CodedError } from '@longshore/kit';
import { keyOf } from '../keys.js';
import type { Leadership, Lease, Observer, Store } from '../store.js';

/** After this long without a renewal another replica may lead. */
export const leadershipTtlSeconds = 6;
const retryMs = 500;

export interface ElectionParts {
  readonly store: Pick<Store, 'commit' | 'get' | 'observe' | 'lease'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Waits until nobody leads `shard`, and takes the lead; tries again for ever until `signal` aborts. */
export async function campaign(
  parts: ElectionParts,
  shard: string,
  replica: string,
  signal: AbortSignal,
): Promise<Leadership> {
  for (;;) {
    signal.throwIfAborted();
    await vacancy(parts, shard, signal);
    try {
      const leadership = await tryToLead(parts, shard, replica, signal);
      if (leadership) return leadership;
    } catch (thrown) {
      signal.throwIfAborted();
      if (!(thrown instanceof CodedError && thrown.retryable)) throw thrown;
      parts.logger.debug({ err: thrown, shard }, 'election failed');
    }
    await parts.clock.sleep(retryMs, signal);
  }
}

async function tryToLead(
  parts: ElectionParts,
  shard: string,
  replica: string,
  signal: AbortSignal,
): Promise<Leadership | undefined> {
  const { store, clock } = parts;
  const key = keyOf('leader', shard);
  const lease = await store.lease(leadershipTtlSeconds);
  try {
    const outcome = await store.commit(
      {
        expect: [{ key, revision: 0 }],
        write: [{ put: key, value: { replica, electedAtMs: clock.wallMs() }, lease }],
      },
      { signal: AbortSignal.any([signal, lease.lost]) },
    );
    if (outcome.ok) return new HeldLeadership(parts, shard, outcome.revision, lease);
  } catch (thrown) {
    // Also after a lost answer: the leader's key goes with the lease.
    await lease.release();
    throw thrown;
  }
  await lease.release();
  return undefined;
}

class HeldLeadership implements Leadership {
  readonly fence: Leadership['fence'];
  readonly revision: number;
  readonly #lost = new AbortController();
  readonly #lease: Lease;
  readonly #forget: () => void;

  constructor(parts: ElectionParts, shard: string, revision: number, lease: Lease) {
    const key = keyOf('leader', shard);
    this.revision = revision;
    this.fence = { key, createRevision: revision };
    this.#lease = lease;
    const end = (reason: unknown): void => {
      if (this.#lost.signal.aborted) return;
      this.#forget();
      parts.logger.info({ shard, reason: String(reason) }, 'leadership ended');
      this.#lost.abort(reason);
    };
    const observer: Observer = {
      changed: (change) => {
        if (change.kind !== 'leader' || change.key.path !== key.path || change.revision <= revision) return;
        if (change.after?.createRevision !== revision)
          end(new CodedError('LeadershipLost', `${shard} is led by somebody else`));
      },
    };
    this.#forget = parts.store.observe(observer);
    // Every look and every placement of a controller listens to it: dozens at once are no leak.
    setMaxListeners(0, this.#lost.signal);
    lease.lost.addEventListener('abort', () => end(lease.lost.reason), { once: true });
    if (lease.lost.aborted) end(lease.lost.reason);
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  async resign(): Promise<void> {
    await this.#lease.release();
  }
}

/** Resolves when the cache shows no leader; looks at the cache, so that a candidate costs the store nothing. */
function vacancy({ store }: ElectionParts, shard: string, signal: AbortSignal): Promise<void> {
  const key = keyOf('leader', shard);
  if (!store.get(key)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const end = (): void => {
      forget();
      signal.removeEventListener('abort', onAbort);
    };
    const onAbort = (): void => {
      end();
      reject(signal.reason as Error);
    };
    const look = (): void => {
      if (store.get(key)) return;
      end();
      resolve();
    };
    const forget = store.observe({
      kinds: ['leader'],
      changed: (change) => {
        if (change.kind === 'leader') look();
      },
      relisted: look,
    });
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
