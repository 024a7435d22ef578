import type { EnvVariables } from '@longshore/kit';
import { Command, CommanderError } from 'commander';
import { variables } from './variables.js';

/** What the command line asks for. */
export type Wish =
  | { readonly kind: 'run'; readonly flags: EnvVariables }
  | { readonly kind: 'said'; readonly text: string; readonly exitCode: number };

/** Pure: help, version and complaints come back as text. Each flag stands for the variable of its line. */
export function parseCommandLine(argv: readonly string[], version: string): Wish {
  let text = '';
  const command = makeCommand(version);
  const say = (words: string): void => {
    text += words;
  };
  command.exitOverride().configureOutput({ writeOut: say, writeErr: say });
  try {
    command.parse([...argv], { from: 'user' });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    return { kind: 'said', text, exitCode: thrown.exitCode === 0 ? 0 : 2 };
  }
  const options = command.opts<Record<string, string | true | undefined>>();
  const flags: Record<string, string | undefined> = {};
  for (const { name, flag } of variables) {
    const value = flag === undefined ? undefined : options[camelCase(flag)];
    if (value !== undefined) flags[name] = String(value);
  }
  return { kind: 'run', flags };
}

function makeCommand(version: string): Command {
  const command = new Command('longshore-agent')
    .description('Runs the tasks of one container instance with Docker.')
    .version(version, '--version', 'Print the version')
    .helpOption('--help', 'Print this')
    .allowExcessArguments(false);
  for (const { name, flag, argument, honoured, standard } of variables) {
    if (flag === undefined) continue;
    const usual = standard === undefined ? '' : `; default ${standard}`;
    command.option(argument ? `--${flag} <${argument}>` : `--${flag}`, `${honoured ?? ''} (${name}${usual})`);
  }
  return command;
}

function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
