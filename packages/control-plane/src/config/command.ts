import { Command, CommanderError } from 'commander';
import { settings, variableOf } from './settings.js';

/** What the command line asks for. */
export type Wish =
  | {
      readonly kind: 'serve' | 'config';
      readonly flags: Readonly<Record<string, string | undefined>>;
      readonly file?: string | undefined;
    }
  | { readonly kind: 'said'; readonly text: string; readonly exitCode: number };

/** Pure: help, version and complaints come back as text. */
export function parseCommandLine(argv: readonly string[], version: string): Wish {
  let written = '';
  let kind: 'serve' | 'config' = 'serve';
  const command = makeCommand(version, (chosen) => {
    kind = chosen;
  });
  command.exitOverride();
  command.configureOutput({
    writeOut: (text) => {
      written += text;
    },
    writeErr: (text) => {
      written += text;
    },
  });
  try {
    command.parse([...argv], { from: 'user' });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    return { kind: 'said', text: written, exitCode: thrown.exitCode === 0 ? 0 : 2 };
  }
  const options = command.opts<Record<string, string | boolean | undefined>>();
  const flags: Record<string, string | undefined> = {};
  for (const { name } of settings) {
    const value = options[camelCase(name)];
    flags[name] = value === undefined ? undefined : String(value);
  }
  const file = options.config;
  return { kind, flags, file: typeof file === 'string' ? file : undefined };
}

function makeCommand(version: string, choose: (kind: 'serve' | 'config') => void): Command {
  const command = new Command('longshore-server')
    .description('The control plane of Longshore: gRPC, the ECS API, and the controllers.')
    .usage('[options] [config]')
    .argument('[what]', '`config` prints the effective settings and ends; nothing: serve')
    .version(version, '--version', 'Print the version')
    .helpOption('--help', 'Print this')
    .option('--config <FILE>', 'YAML file with settings by the names of the flags (LONGSHORE_CONFIG)')
    .action((what: string | undefined) => {
      if (what !== undefined && what !== 'config')
        command.error(`error: unknown command '${what}': only config, or nothing`, { exitCode: 2 });
      choose(what === 'config' ? 'config' : 'serve');
    });
  for (const setting of settings) {
    const flag = setting.argument ? `--${setting.name} <${setting.argument}>` : `--${setting.name}`;
    const standard =
      setting.default === undefined || setting.default === 'false' ? '' : `, default ${setting.default}`;
    command.option(flag, `${setting.help} (${variableOf(setting.name)}${standard})`);
  }
  return command;
}

function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
