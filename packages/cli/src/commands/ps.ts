import {
  fromTimestamp,
  type ListTasksRequest,
  type NetworkBinding,
  type Task,
  toJson,
} from '@longshore/model';
import { Command } from 'commander';
import { type Cli, clusterOf } from '../cli.js';
import { print } from '../output/print.js';
import { type Column, table } from '../output/table.js';
import { duration, idOf, shortId } from '../output/units.js';
import { listInstances, listTasks, namesOf } from '../reading/cluster.js';
import { timesForPeople } from '../words/times.js';

interface PsOptions {
  readonly all?: boolean;
  readonly service?: string;
  readonly family?: string;
  readonly instance?: string;
  readonly startedBy?: string;
}

/** `ps`: the tasks of a cluster, one line each. */
export function psCommand(cliOf: () => Cli): Command {
  return new Command('ps')
    .description('tasks: where they run, on which ports, since when')
    .option('-a, --all', 'stopped ones too')
    .option('--service <name>', 'only of this service')
    .option('--family <name>', 'only of this task definition family')
    .option('--instance <id>', 'only on this container instance')
    .option('--started-by <text>', 'only started by this')
    .addHelpText(
      'after',
      '\nExamples:\n  $ longshore ps\n  $ longshore ps --all --family web\n  $ longshore ps | jq -r ".tasks[].taskArn"',
    )
    .action((options: PsOptions) => ps(cliOf(), options));
}

async function ps(cli: Cli, options: PsOptions): Promise<void> {
  const gateway = await cli.gateway();
  const cluster = clusterOf(cli);
  const filter: ListTasksRequest = {
    cluster,
    ...(options.service && { serviceName: options.service }),
    ...(options.family && { family: options.family }),
    ...(options.instance && { containerInstance: options.instance }),
    ...(options.startedBy && { startedBy: options.startedBy }),
  };
  const statuses = options.all ? (['RUNNING', 'STOPPED'] as const) : (['RUNNING'] as const);
  const lists = await Promise.all(
    statuses.map((desiredStatus) => listTasks(gateway, { ...filter, desiredStatus })),
  );
  const tasks = lists.flat().toSorted((a, b) => startOf(b) - startOf(a));
  const names = namesOf(await listInstances(gateway, cluster));
  const json = tasks.map((t) => timesForPeople('Task', toJson('Task', t)));
  print(cli, { tasks: json }, () =>
    tasks.length === 0
      ? `no tasks in cluster ${cluster}\n`
      : table(tasks, columns(names, cli.clock.wallMs())),
  );
}

function startOf(task: Task): number {
  return task.createdAt ? fromTimestamp(task.createdAt) : 0;
}

function columns(names: ReadonlyMap<string, string>, now: number): readonly Column<Task>[] {
  return [
    { head: 'task', of: (t) => shortId(t.taskArn) },
    { head: 'definition', of: (t) => idOf(t.taskDefinitionArn) },
    { head: 'status', of: statusOf },
    { head: 'health', of: (t) => (t.healthStatus && t.healthStatus !== 'UNKNOWN' ? t.healthStatus : '-') },
    {
      head: 'instance',
      of: (t) => names.get(idOf(t.containerInstanceArn)) || shortId(t.containerInstanceArn) || '-',
    },
    { head: 'ports', of: (t) => portsOf(t) || '-' },
    { head: 'age', of: (t) => (t.createdAt ? duration(now - startOf(t)) : '-') },
    { head: 'group', of: (t) => t.group ?? '-' },
  ];
}

/** `RUNNING`, and where it is going if it is not there yet: `PENDING`, `RUNNING > STOPPED`, `RUNNING (disconnected)`. */
export function statusOf(task: Task): string {
  const { lastStatus = '', desiredStatus = '', connectivity } = task;
  const away = connectivity === 'DISCONNECTED' ? ' (disconnected)' : '';
  const heading = desiredStatus === 'STOPPED' && lastStatus !== 'STOPPED' ? ` > ${desiredStatus}` : '';
  return `${lastStatus}${heading}${away}`;
}

/** `127.0.0.1:61000->80/tcp`, for every binding of every container. */
export function portsOf(task: Task): string {
  return (task.containers ?? [])
    .flatMap((c) => c.networkBindings ?? [])
    .map(binding)
    .join(', ');
}

function binding(b: NetworkBinding): string {
  const host = b.hostPort ?? b.hostPortRange ?? '';
  const container = b.containerPort ?? b.containerPortRange ?? '';
  return `${b.bindIP ?? '0.0.0.0'}:${host}->${container}/${b.protocol ?? 'tcp'}`;
}
