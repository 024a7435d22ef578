import { type ContainerInstance, type Resource, toJson } from '@longshore/model';
import { Command } from 'commander';
import { type Cli, clusterOf, confirmed } from '../cli.js';
import { print } from '../output/print.js';
import { type Column, table } from '../output/table.js';
import { shortId } from '../output/units.js';
import { listInstances } from '../reading/cluster.js';
import { timesForPeople } from '../words/times.js';

/** `instances`: the machines of a cluster, what they have left, and what is wrong with them. */
export function instancesCommand(cliOf: () => Cli): Command {
  const command = new Command('instances')
    .description('container instances: what they have left, and what is wrong with them')
    .addHelpText('after', '\nExamples:\n  $ longshore instances\n  $ longshore instances resume-replacing')
    .action(() => instances(cliOf()));
  command
    .command('resume-replacing')
    .description('replace tasks of lost instances although more than a third of them fell silent')
    .action(() => resumeReplacing(cliOf()));
  return command;
}

async function instances(cli: Cli): Promise<void> {
  const gateway = await cli.gateway();
  const cluster = clusterOf(cli);
  const all = await listInstances(gateway, cluster);
  const rows = all.toSorted((a, b) => (a.ec2InstanceId ?? '').localeCompare(b.ec2InstanceId ?? ''));
  const json = rows.map((i) => timesForPeople('ContainerInstance', toJson('ContainerInstance', i)));
  print(cli, { containerInstances: json }, () =>
    rows.length === 0
      ? `no container instances in cluster ${cluster}: start longshore-agent on a machine, or longshore dev here\n`
      : table(rows, columns),
  );
}

const columns: readonly Column<ContainerInstance>[] = [
  { head: 'name', of: (i) => i.ec2InstanceId ?? '' },
  { head: 'instance', of: (i) => shortId(i.containerInstanceArn) },
  { head: 'status', of: (i) => i.status ?? '' },
  { head: 'agent', of: (i) => (i.agentConnected ? 'connected' : 'silent') },
  { head: 'zone', of: (i) => attribute(i, 'ecs.availability-zone') },
  { head: 'tasks', of: (i) => tasksOf(i), right: true },
  { head: 'cpu left', of: (i) => left(i, 'CPU'), right: true },
  { head: 'MiB left', of: (i) => left(i, 'MEMORY'), right: true },
  { head: 'version', of: (i) => i.versionInfo?.agentVersion ?? '' },
  { head: 'trouble', of: (i) => troubleOf(i) || '-' },
];

function tasksOf(instance: ContainerInstance): string {
  const pending = instance.pendingTasksCount ?? 0;
  return `${instance.runningTasksCount ?? 0}${pending > 0 ? `+${pending}` : ''}`;
}

function attribute(instance: ContainerInstance, name: string): string {
  return instance.attributes?.find((a) => a.name === name)?.value ?? '-';
}

function left(instance: ContainerInstance, name: string): string {
  return `${amount(instance.remainingResources, name)}/${amount(instance.registeredResources, name)}`;
}

function amount(resources: readonly Resource[] | undefined, name: string): number {
  return resources?.find((r) => r.name === name)?.integerValue ?? 0;
}

/** Why an instance gets no tasks: its own words first, then the failed health checks. */
export function troubleOf(instance: ContainerInstance): string {
  const checks = (instance.healthStatus?.details ?? [])
    .filter((d) => d.status === 'IMPAIRED')
    .map((d) => d.statusReason ?? `${d.type ?? 'health'} IMPAIRED`);
  const silent = instance.agentConnected ? [] : ['the agent does not answer'];
  return [instance.statusReason, ...checks, ...silent].filter(Boolean).join('; ');
}

async function resumeReplacing(cli: Cli): Promise<void> {
  const cluster = clusterOf(cli);
  await confirmed(cli, `replace the tasks of all silent instances of cluster ${cluster}?`);
  const gateway = await cli.gateway();
  await gateway.longshore('ResumeReplacing', { cluster });
  print(cli, { cluster, replacing: true }, () => `cluster ${cluster}: replacing goes on\n`);
}
