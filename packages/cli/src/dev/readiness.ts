import type { Clock } from '@longshore/kit';
import { CliError } from '../exit.js';
import type { Gateway } from '../gateway.js';
import { isAway, isNotBuilt } from '../operations/wait.js';
import { listInstances } from '../reading/cluster.js';
import { type KeyPair, readKeyPair, writeKeyPair } from './tokens.js';

export interface Patience {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly untilMs: number;
  /** Why it is no use to wait on. */
  readonly giveUp: () => CliError | undefined;
}

const lookEveryMs = 50;

async function until(what: string, look: () => Promise<boolean>, patience: Patience): Promise<void> {
  while (!(await look())) {
    const reason = patience.giveUp();
    if (reason) throw reason;
    if (patience.clock.monotonicMs() > patience.untilMs)
      throw new CliError('waitedTooLong', `${what}: not in time`, { wayOut: 'the logs lie in DATA-DIR/log' });
    await patience.clock.sleep(lookEveryMs, patience.signal);
  }
}

/** Until the URL answers 200. */
export function untilHealthy(url: string, patience: Patience): Promise<void> {
  return until(
    url,
    async () => {
      try {
        const answer = await fetch(url, { signal: AbortSignal.timeout(2000) });
        await answer.body?.cancel();
        return answer.ok;
      } catch {
        // Nobody listens yet.
        return false;
      }
    },
    patience,
  );
}

/** Until as many container instances are ACTIVE with their agents connected. */
export function instancesConnected(
  gateway: Gateway,
  cluster: string,
  count: number,
  patience: Patience,
): Promise<void> {
  return until(
    `${count} container instances`,
    async () => {
      try {
        const instances = await listInstances(gateway, cluster);
        return instances.filter((i) => i.agentConnected && i.status === 'ACTIVE').length >= count;
      } catch (thrown) {
        if (isAway(thrown)) return false;
        throw thrown;
      }
    },
    patience,
  );
}

/** The access key for the ECS API: the one of an earlier start if the server still knows it, else a new one. */
export async function keyPairOf(gateway: Gateway, dataDir: string): Promise<KeyPair | undefined> {
  try {
    const kept = readKeyPair(dataDir);
    if (kept) {
      const { accessKeys = [] } = await gateway.longshore('ListAccessKeys', {});
      if (accessKeys.some((k) => k.accessKeyId === kept.accessKeyId)) return kept;
    }
    const made = await gateway.longshore('CreateAccessKey', { description: 'longshore dev' });
    const pair = { accessKeyId: made.accessKeyId ?? '', secretAccessKey: made.secretAccessKey ?? '' };
    writeKeyPair(dataDir, pair);
    return pair;
  } catch (thrown) {
    // A server without the ECS API: the shell gets the lines for gRPC only.
    if (isNotBuilt(thrown)) return undefined;
    throw thrown;
  }
}
