import { readFileSync } from 'node:fs';
import { systemClock, systemRandom } from '@longshore/kit';
import type { Cli } from './cli.js';
import { configPath, type EnvVariables, environment, readConfigFile, resolveSettings } from './config.js';
import { CliError, type ExitName, exitCodes, toCliError } from './exit.js';
import type { Gateway } from './gateway.js';
import { type GlobalFlags, isWrongUse, makeProgram } from './program.js';
import { printable, processTerminal, type Terminal } from './terminal/terminal.js';

/** The command `longshore`: runs `argv` and sets the process's exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  const env = environment();
  const terminal = processTerminal(process, !env['NO_COLOR']);
  const interrupt = new AbortController();
  const onSignal = (): void => interrupt.abort(new CliError('interrupted', 'interrupted'));
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  // A pipe that closes early (`| head`) is no error.
  process.stdout.on('error', () => interrupt.abort(new CliError('done', 'nobody reads')));
  const exit = await runCli(argv, { env, terminal, signal: interrupt.signal, connect: openGateway });
  process.exitCode = typeof exit === 'number' ? exit : exitCodes[exit];
}

export interface World {
  readonly env: EnvVariables;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly connect: (cli: Pick<Cli, 'settings' | 'clock' | 'signal'>) => Promise<Gateway>;
}

/** Runs one command line in a world; never throws. Errors are said on stderr in one line. */
export async function runCli(argv: readonly string[], world: World): Promise<ExitName | number> {
  const { terminal, signal } = world;
  let exit: ExitName | number = 'done';
  let gateway: Promise<Gateway> | undefined;
  const close = async (): Promise<void> => (await gateway)?.close();
  const program = makeProgram({
    version: version(),
    write: (text) => terminal.out(text),
    writeError: (text) => terminal.err(text),
    cliOf: (flags) => {
      const cli = cliOf(flags, world, (to) => {
        exit = to;
      });
      return { ...cli, gateway: () => (gateway ??= world.connect(cli)) };
    },
  });
  const onAbort = (): void => void close().catch(() => undefined);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exit;
  } catch (thrown) {
    return said(thrown, terminal, signal);
  } finally {
    signal.removeEventListener('abort', onAbort);
    await close().catch(() => undefined);
  }
}

function said(thrown: unknown, terminal: Terminal, signal: AbortSignal): ExitName {
  // Commander has written its own line.
  if (isWrongUse(thrown)) return thrown.exitCode === 0 ? 'done' : 'usage';
  const error = signal.aborted ? toCliError(signal.reason) : toCliError(thrown);
  if (error.exit === 'done') return 'done';
  terminal.err(`longshore: ${printable(error.message)}\n`);
  if (error.wayOut) terminal.err(`  ${printable(error.wayOut)}\n`);
  return error.exit;
}

function cliOf(flags: GlobalFlags, world: World, end: Cli['end']): Cli {
  const file = readConfigFile(configPath(world.env));
  const settings = resolveSettings(flags, world.env, file);
  return {
    terminal: world.terminal,
    env: world.env,
    settings,
    clusterFrom: flags.cluster === undefined ? 'elsewhere' : 'flag',
    clock: systemClock,
    random: systemRandom,
    signal: world.signal,
    gateway: () => world.connect({ settings, clock: systemClock, signal: world.signal }),
    assumeYes: flags.yes ?? false,
    end,
  };
}

export function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}

/** gRPC is loaded only when something is called: --help and --version stay quick. */
async function openGateway(cli: Pick<Cli, 'settings' | 'clock' | 'signal'>): Promise<Gateway> {
  const { reachGateway } = await import('./grpc-gateway.js');
  return reachGateway(cli.settings, cli.clock, cli.signal);
}
