import { createConnection } from 'node:net';
import type { Clock } from '@longshore/kit';
import { CliError } from './exit.js';

const connectTimeoutMs = 3000;
/** Longer than a server that `dev` starts again takes to listen. */
const patienceMs = 3000;
const lookEveryMs = 150;

/**
 * Returns when something listens at one of the addresses; throws the CliError of exit code 3 that says what was tried
 * where nothing does for a while. gRPC alone would try for longer and could not say why.
 */
export async function reach(addresses: readonly string[], clock: Clock, signal: AbortSignal): Promise<void> {
  const until = clock.monotonicMs() + patienceMs;
  for (;;) {
    const tries = await Promise.all(addresses.map(tryAddress));
    if (tries.includes(undefined)) return;
    if (clock.monotonicMs() > until) {
      const found = addresses.map((address, i) => `${address}: ${tries[i] ?? ''}`).join('; ');
      throw new CliError('unreachable', `the control plane does not answer: ${found}`, {
        wayOut:
          'start one with `longshore dev`, or name it with --endpoint, LONGSHORE_ENDPOINT or `longshore context`',
      });
    }
    await clock.sleep(lookEveryMs, signal);
  }
}

/** Why nothing listens there; undefined where something does. */
function tryAddress(address: string): Promise<string | undefined> {
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(address) ?? [];
  return new Promise((resolve) => {
    const target = { host: host.replace(/^\[|\]$/g, ''), port: Number(port), timeout: connectTimeoutMs };
    const socket = createConnection(target);
    const end = (why: string | undefined): void => {
      socket.destroy();
      resolve(why);
    };
    socket.once('connect', () => end(undefined));
    socket.once('timeout', () => end(`no answer for ${connectTimeoutMs / 1000} s`));
    socket.once('error', (error: Error & { readonly code?: string }) => end(said(error)));
  });
}

function said(error: Error & { readonly code?: string }): string {
  if (error.code === 'ECONNREFUSED') return 'nothing listens there';
  if (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN') return 'no such host name';
  return error.message;
}
