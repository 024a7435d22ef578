import type { Clock, Random } from '@longshore/kit';
import type { EnvVariables, OutputFormat, Settings } from './config.js';
import { CliError, type ExitName } from './exit.js';
import type { Gateway } from './gateway.js';
import type { Terminal } from './terminal/terminal.js';

/** Everything that a command may touch. Made once in `main`; a test makes one of fakes. */
export interface Cli {
  readonly terminal: Terminal;
  readonly settings: Settings;
  readonly env: EnvVariables;
  readonly clock: Clock;
  readonly random: Random;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
  /** The control plane; connected at first use. */
  readonly gateway: () => Promise<Gateway>;
  /** A cluster that the command line names goes over an input file, one of a context does not. */
  readonly clusterFrom: 'flag' | 'elsewhere';
  /** `--yes`: never ask. */
  readonly assumeYes: boolean;
  /** The code that the process will end with, where it is not `done` and no error says it; a number is a container's. */
  readonly end: (exit: ExitName | number) => void;
}

/** Tables for people, JSON for pipes, whatever was asked for before both. */
export function formatOf(cli: Cli): OutputFormat {
  return cli.settings.output ?? (cli.terminal.outIsTerminal ? 'table' : 'json');
}

/** The cluster that a command means where it names none. */
export function clusterOf(cli: Cli): string {
  return cli.settings.cluster ?? 'default';
}

/** Asks before something is taken away, if a person is there to answer. */
export async function confirmed(cli: Cli, question: string): Promise<void> {
  if (cli.assumeYes || !cli.terminal.canAsk) return;
  if (!(await cli.terminal.confirm(question)))
    throw new CliError('usage', 'nothing was done', { wayOut: 'answer y, or give --yes' });
}
