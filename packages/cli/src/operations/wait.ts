import type { Cli } from '../cli.js';
import { CliError } from '../exit.js';
import { Progress } from '../terminal/progress.js';
import type { Verdict } from './waiters.js';

export interface WaitOptions {
  readonly what: string;
  readonly timeoutMs: number;
  readonly everyMs?: number;
  readonly quiet?: boolean;
}

/**
 * Looks until the verdict is in. Ends with code 4 after the timeout, 5 where what is waited for can never come. A look
 * that fails because nobody answers is a look again: a server that restarts ends no wait.
 */
export async function waitFor(cli: Cli, look: () => Promise<Verdict>, options: WaitOptions): Promise<void> {
  const progress = new Progress(cli.terminal);
  const until = cli.clock.monotonicMs() + options.timeoutMs;
  try {
    for (;;) {
      const verdict = await patiently(look);
      if (verdict.is === 'done') return;
      if (verdict.is === 'never') throw new CliError('failed', verdict.why);
      if (!options.quiet) progress.show(`waiting for ${options.what}: ${verdict.seen}`);
      if (cli.clock.monotonicMs() >= until)
        throw new CliError(
          'waitedTooLong',
          `${options.what}: not after ${options.timeoutMs / 1000} s: ${verdict.seen}`,
        );
      await cli.clock.sleep(options.everyMs ?? 500, cli.signal);
    }
  } finally {
    progress.clear();
  }
}

async function patiently(look: () => Promise<Verdict>): Promise<Verdict> {
  try {
    return await look();
  } catch (thrown) {
    if (isAway(thrown)) return { is: 'again', seen: 'the control plane does not answer' };
    throw thrown;
  }
}

/** The server is of a version that does not have the operation. */
export function isNotBuilt(thrown: unknown): boolean {
  return thrown instanceof Error && 'status' in thrown && thrown.status === 'UNIMPLEMENTED';
}

/** Nobody answers, or etcd is away: it may pass. */
export function isAway(thrown: unknown): boolean {
  return thrown instanceof Error && 'retryable' in thrown && thrown.retryable === true;
}
