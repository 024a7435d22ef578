import { Command, CommanderError, Option } from 'commander';
import type { Cli } from './cli.js';
import { accessKeyCommand } from './commands/access-key.js';
import { applyCommand } from './commands/apply.js';
import { completionCommand } from './commands/completion.js';
import { contextCommand } from './commands/context.js';
import { deleteCommand } from './commands/delete.js';
import { describeCommand } from './commands/describe.js';
import { devCommand } from './commands/dev.js';
import { doctorCommand } from './commands/doctor.js';
import { drainCommand } from './commands/drain.js';
import { eventsCommand } from './commands/events.js';
import { explainCommand } from './commands/explain.js';
import { instancesCommand } from './commands/instances.js';
import { psCommand } from './commands/ps.js';
import { resetCommand } from './commands/reset.js';
import { runCommand } from './commands/run.js';
import { stopCommand } from './commands/stop.js';
import { storeCommand } from './commands/store/index.js';
import { topCommand } from './commands/top.js';
import { versionCommand } from './commands/version.js';
import { waitCommand } from './commands/wait.js';
import { outputFormats } from './config.js';
import { operations } from './operations/catalogue.js';
import { operationCommand } from './operations/factory.js';

/** Flags of every command. */
export interface GlobalFlags {
  readonly endpoint?: string;
  readonly cluster?: string;
  readonly region?: string;
  readonly context?: string;
  readonly tokenFile?: string;
  readonly caFile?: string;
  readonly output?: (typeof outputFormats)[number];
  readonly yes?: boolean;
}

export interface ProgramOptions {
  readonly version: string;
  /** Makes the Cli once the flags are known. */
  readonly cliOf: (flags: GlobalFlags) => Cli;
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
}

const forPeople = 'For people:';
const forMachine = 'This machine and the control plane:';

/** The whole command line. Nothing runs and nothing is read before an action does it. */
export function makeProgram(options: ProgramOptions): Command {
  const program = new Command('longshore');
  const cliOf = (): Cli => options.cliOf(program.opts<GlobalFlags>());
  program
    .description('Amazon ECS for machines that you own: clusters, task definitions, tasks, services.')
    .version(options.version, '--version', 'the version of this command')
    .helpOption('-h, --help', 'what there is, with examples')
    .usage('[options] <command>')
    .configureOutput({ writeOut: options.write, writeErr: options.writeError })
    .exitOverride()
    .showHelpAfterError(false)
    .showSuggestionAfterError(true);
  addGlobalOptions(program);
  program.commandsGroup(forPeople);
  for (const make of peopleCommands) program.addCommand(make(cliOf, options).helpGroup(forPeople));
  for (const make of machineCommands) program.addCommand(make(cliOf, options).helpGroup(forMachine));
  for (const operation of operations()) program.addCommand(operationCommand(operation, cliOf));
  program.addHelpText('after', rootExamples);
  for (const command of everyCommand(program)) {
    command.exitOverride().configureOutput({
      writeOut: options.write,
      writeErr: options.writeError,
      outputError: (text, write) =>
        write(`${inOurName(text)}  ${wordsOf(command)} --help shows what there is\n`),
    });
    command.helpOption('-h, --help', 'this');
  }
  return program;
}

type Maker = (cliOf: () => Cli, options: ProgramOptions) => Command;

const peopleCommands: readonly Maker[] = [
  applyCommand,
  runCommand,
  psCommand,
  describeCommand,
  stopCommand,
  deleteCommand,
  waitCommand,
  eventsCommand,
  topCommand,
  instancesCommand,
  drainCommand,
  explainCommand,
];

const machineCommands: readonly Maker[] = [
  devCommand,
  doctorCommand,
  (cliOf, options) => versionCommand(cliOf, options.version),
  contextCommand,
  accessKeyCommand,
  storeCommand,
  resetCommand,
  completionCommand,
];

const rootExamples = `
Examples:
  $ longshore dev --instances 3            a cluster on this machine; then, in another terminal:
  $ . .longshore/env
  $ longshore apply web.json               register what changed, update the service, follow the roll-out
  $ longshore run-task --task-definition web:3 --count 2
  $ longshore ps
  $ longshore wait tasks-running --tasks ID

Exit codes: 0 done, 1 refused by the server, 2 wrong use, 3 not reachable, 4 waited too long,
5 the task or roll-out failed, 130 interrupted.`;

function addGlobalOptions(program: Command): void {
  program
    .option(
      '--endpoint <address>',
      'the control plane, HOST:PORT or several with commas (LONGSHORE_ENDPOINT)',
    )
    .option('--cluster <name>', 'the cluster, by name or ARN (LONGSHORE_CLUSTER; else default)')
    .option('--region <region>', 'the region in ARNs (LONGSHORE_REGION)')
    .option('--context <name>', 'settings kept by `longshore context set` (LONGSHORE_CONTEXT)')
    .option('--token-file <path>', 'file of mode 0600 with the token (LONGSHORE_TOKEN_FILE)')
    .option('--ca-file <path>', 'certificate of the authority of the server: TLS (LONGSHORE_CACERT)')
    .addOption(
      new Option('--output <format>', 'how answers are printed (LONGSHORE_OUTPUT)').choices([
        ...outputFormats,
      ]),
    )
    .option('-y, --yes', 'do not ask before something is taken away');
}

/** Commander's line as ours: `error: unknown option ...`. */
function inOurName(text: string): string {
  return text.replace(/^error: /, 'longshore: ');
}

function wordsOf(command: Command): string {
  const above = command.parent ? `${wordsOf(command.parent)} ` : '';
  return `${above}${command.name()}`;
}

/** A command and all below it. */
export function* everyCommand(command: Command): Generator<Command> {
  yield command;
  for (const inner of command.commands) yield* everyCommand(inner);
}

/** Commander's way of saying that the words make no sense, or that help was shown. */
export function isWrongUse(thrown: unknown): thrown is CommanderError {
  return thrown instanceof CommanderError;
}
