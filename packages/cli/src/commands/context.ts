import { Command } from 'commander';
import type { Cli } from '../cli.js';
import {
  type ConfigFile,
  type ContextSettings,
  configPath,
  readConfigFile,
  toOutputFormat,
  writeConfigFile,
} from '../config.js';
import { usageError } from '../exit.js';
import { print } from '../output/print.js';
import { table } from '../output/table.js';
import { didYouMean } from '../words/nearest.js';

/** `context list|use|set|delete`: which control plane, cluster and token a shell means by default. */
export function contextCommand(cliOf: () => Cli): Command {
  const command = new Command('context')
    .description('named settings (endpoint, cluster, region, token file): list, use, set, delete')
    .addHelpText(
      'after',
      '\nExamples:\n  $ longshore context set lab --endpoint 10.0.0.5:7400 --token-file ~/.config/longshore/lab.token\n  $ longshore context use lab',
    );
  command
    .command('list')
    .description('all, the one in use marked')
    .action(() => list(cliOf()));
  command
    .command('use')
    .description('mean this one from now on')
    .argument('<name>')
    .action((name: string) => use(cliOf(), name));
  command
    .command('set')
    .description(
      'keep the given --endpoint, --cluster, --region, --token-file, --ca-file, --output under a name',
    )
    .argument('<name>')
    .action((name: string, _options: object, self: Command) => set(cliOf(), name, self));
  command
    .command('delete')
    .description('forget one')
    .argument('<name>')
    .action((name: string) => remove(cliOf(), name));
  return command;
}

function list(cli: Cli): void {
  const { current, contexts } = readConfigFile(configPath(cli.env));
  const rows = Object.entries(contexts).map(([name, c]) => ({ name, inUse: name === current, ...c }));
  print(cli, { current: current ?? null, contexts }, () =>
    rows.length === 0
      ? 'no contexts: make one with `longshore context set NAME --endpoint HOST:PORT`\n'
      : table(rows, [
          { head: '', of: (r) => (r.inUse ? '*' : '') },
          { head: 'name', of: (r) => r.name },
          { head: 'endpoint', of: (r) => r.endpoint ?? '' },
          { head: 'cluster', of: (r) => r.cluster ?? '' },
          { head: 'region', of: (r) => r.region ?? '' },
          { head: 'token file', of: (r) => r.tokenFile ?? '' },
        ]),
  );
}

function use(cli: Cli, name: string): void {
  const file = known(cli, name);
  save(cli, { ...file, current: name });
  print(cli, { current: name }, () => `using ${name}\n`);
}

function set(cli: Cli, name: string, self: Command): void {
  const file = readConfigFile(configPath(cli.env));
  const flags = self.optsWithGlobals<ContextSettings & { readonly context?: string }>();
  const { endpoint, cluster, region, tokenFile, caFile, output } = flags;
  const given = Object.fromEntries(
    Object.entries({ endpoint, cluster, region, tokenFile, caFile }).filter(([, v]) => v !== undefined),
  ) as ContextSettings;
  const settings = { ...file.contexts[name], ...given, ...(output && { output: toOutputFormat(output) }) };
  if (Object.keys(settings).length === 0)
    throw usageError(
      'context set: nothing to keep',
      'give --endpoint, --cluster, --region, --token-file, ...',
    );
  save(cli, { current: file.current ?? name, contexts: { ...file.contexts, [name]: settings } });
  print(cli, { name, ...settings }, () => `kept ${name}\n`);
}

function remove(cli: Cli, name: string): void {
  const { current, contexts } = known(cli, name);
  const { [name]: _gone, ...rest } = contexts;
  save(cli, current === undefined || current === name ? { contexts: rest } : { current, contexts: rest });
  print(cli, { name, deleted: true }, () => `forgot ${name}\n`);
}

function known(cli: Cli, name: string): ConfigFile {
  const file = readConfigFile(configPath(cli.env));
  const names = Object.keys(file.contexts);
  if (!names.includes(name))
    throw usageError(
      `context ${name}: no such context${didYouMean(name, names)}`,
      '`longshore context list` shows them',
    );
  return file;
}

function save(cli: Cli, file: ConfigFile): void {
  writeConfigFile(configPath(cli.env), file);
}
