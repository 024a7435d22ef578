import { type InstanceUtilisation, toJson } from '@longshore/model';
import { Command } from 'commander';
import { type Cli, clusterOf, formatOf } from '../cli.js';
import type { Gateway } from '../gateway.js';
import { print } from '../output/print.js';
import { table } from '../output/table.js';
import { bytes, duration, shortId } from '../output/units.js';
import { seconds } from './wait.js';

interface TopOptions {
  readonly once?: boolean;
  readonly every: number;
}

/** `top`: what hosts and containers use, drawn anew until Ctrl-C on a terminal, once in a pipe. */
export function topCommand(cliOf: () => Cli): Command {
  return new Command('top')
    .description('what hosts and containers use: cpu, memory, network, block I/O')
    .option('--once', 'one look')
    .option('--every <seconds>', 'how often', seconds, 2)
    .addHelpText('after', '\nExamples:\n  $ longshore top\n  $ longshore top --once --output json')
    .action((options: TopOptions) => top(cliOf(), options));
}

async function top(cli: Cli, options: TopOptions): Promise<void> {
  const gateway = await cli.gateway();
  const live = !options.once && cli.terminal.outIsTerminal && formatOf(cli) === 'table';
  for (;;) {
    const instances = await look(gateway, clusterOf(cli));
    if (live) cli.terminal.out('\u001b[H\u001b[2J');
    const json = instances.map((i) => toJson('InstanceUtilisation', i));
    print(cli, { instances: json }, () => text(instances));
    if (!live) return;
    await cli.clock.sleep(options.every * 1000, cli.signal);
  }
}

async function look(gateway: Gateway, cluster: string): Promise<readonly InstanceUtilisation[]> {
  const { instances = [] } = await gateway.longshore('GetUtilisation', { cluster });
  return instances.toSorted((a, b) => (a.name ?? '').localeCompare(b.name ?? ''));
}

function text(instances: readonly InstanceUtilisation[]): string {
  if (instances.length === 0) return 'no figures yet: agents report every few seconds\n';
  const hosts = table(instances, [
    { head: 'host', of: (i) => i.name || shortId(i.containerInstance) },
    { head: 'cpu', of: (i) => cpu(i.host?.cpuUnits), right: true },
    { head: 'memory', of: (i) => mebibytes(i.host?.memoryMiB, i.host?.memoryTotalMiB), right: true },
    { head: 'net in', of: (i) => amount(i.host?.networkRxBytes), right: true },
    { head: 'net out', of: (i) => amount(i.host?.networkTxBytes), right: true },
    { head: 'disk', of: (i) => disk(i), right: true },
    { head: 'age', of: (i) => (i.ageMs === undefined ? '-' : duration(i.ageMs)), right: true },
  ]);
  const rows = instances.flatMap((i) => (i.containers ?? []).map((c) => ({ host: i.name ?? '', ...c })));
  if (rows.length === 0) return hosts;
  const containers = table(rows, [
    { head: 'task', of: (c) => shortId(c.task) },
    { head: 'container', of: (c) => c.container },
    { head: 'host', of: (c) => c.host },
    { head: 'cpu', of: (c) => cpu(c.cpuUnits), right: true },
    { head: 'memory', of: (c) => mebibytes(c.memoryMiB, c.memoryLimitMiB), right: true },
    { head: 'net in', of: (c) => amount(c.networkRxBytes), right: true },
    { head: 'net out', of: (c) => amount(c.networkTxBytes), right: true },
    { head: 'read', of: (c) => amount(c.blockReadBytes), right: true },
    { head: 'written', of: (c) => amount(c.blockWriteBytes), right: true },
  ]);
  return `${hosts}\n${containers}`;
}

/** 1024 units are one core in use. */
function cpu(units: number | undefined): string {
  return units === undefined ? '-' : `${((units / 1024) * 100).toFixed(1)} %`;
}

function mebibytes(used: number | undefined, limit: number | undefined): string {
  if (used === undefined) return '-';
  const most = limit !== undefined && limit > 0 ? `/${Math.round(limit)}` : '';
  return `${used < 10 ? used.toFixed(1) : Math.round(used)}${most} MiB`;
}

function amount(count: number | undefined): string {
  return count === undefined ? '-' : bytes(count);
}

function disk({ host }: InstanceUtilisation): string {
  if (!host || host.diskTotalBytes === 0) return '-';
  return `${Math.round((host.diskUsedBytes / host.diskTotalBytes) * 100)} %`;
}
