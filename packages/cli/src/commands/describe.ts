import { fromTimestamp, type Service, type Task, type TaskDefinition, toJson } from '@longshore/model';
import { Command } from 'commander';
import { type Cli, clusterOf } from '../cli.js';
import { CliError } from '../exit.js';
import type { Gateway } from '../gateway.js';
import { isNotBuilt } from '../operations/wait.js';
import { print } from '../output/print.js';
import { outline, table } from '../output/table.js';
import { duration, idOf } from '../output/units.js';
import { listInstances, resolveTask } from '../reading/cluster.js';
import { timesForPeople } from '../words/times.js';
import { troubleOf } from './instances.js';
import { portsOf, statusOf } from './ps.js';

/** `describe THING`: a task (and why it waits or stopped), a service, an instance, a task definition. */
export function describeCommand(cliOf: () => Cli): Command {
  return new Command('describe')
    .description(
      'one thing in full: a task and why it waits or stopped, a service, an instance, a definition',
    )
    .argument('<thing>', 'task id, service name, instance name, family:revision, or any ARN')
    .addHelpText(
      'after',
      '\nExamples:\n  $ longshore describe 0123456789ab    a task\n  $ longshore describe web             a service, an instance or a family\n  $ longshore describe web:3           a task definition',
    )
    .action((thing: string) => describe(cliOf(), thing));
}

type Finder = (cli: Cli, gateway: Gateway, thing: string) => Promise<boolean>;

async function describe(cli: Cli, thing: string): Promise<void> {
  const gateway = await cli.gateway();
  for (const find of findersOf(thing)) if (await find(cli, gateway, thing)) return;
  throw new CliError(
    'refused',
    `${thing}: no task, service, instance or task definition of cluster ${clusterOf(cli)}`,
    {
      wayOut: 'longshore ps --all, longshore instances and longshore list-services show what there is',
    },
  );
}

function findersOf(thing: string): readonly Finder[] {
  const resource = /^arn:[^:]*:ecs:[^:]*:[^:]*:([a-z-]+)\//.exec(thing)?.[1];
  if (resource === 'task') return [taskFound];
  if (resource === 'service') return [serviceFound];
  if (resource === 'container-instance') return [instanceFound];
  if (resource === 'task-definition' || /^[\w-]+:\d+$/.test(thing)) return [definitionFound];
  const named: readonly Finder[] = [serviceFound, instanceFound, definitionFound];
  return /^[0-9a-f]{4,32}$/.test(thing) ? [taskFound, ...named] : named;
}

async function taskFound(cli: Cli, gateway: Gateway, thing: string): Promise<boolean> {
  const cluster = clusterOf(cli);
  const task = await resolveTask(gateway, cluster, thing).catch((thrown: unknown) => {
    // The first digits of no task may still be a name.
    if (thrown instanceof CliError && thrown.message.endsWith('there is none')) return undefined;
    throw thrown;
  });
  if (task === undefined) return false;
  const found = await gateway.ecs('DescribeTasks', { cluster, tasks: [task], include: ['TAGS'] });
  const [described] = found.tasks ?? [];
  if (!described) return false;
  const explained = await gateway.longshore('ExplainTask', { cluster, task }).catch((thrown: unknown) => {
    // A server without explanations still shows the task.
    if (isNotBuilt(thrown)) return undefined;
    throw thrown;
  });
  const reasons = explained?.reasons ?? [];
  const logTails = explained?.logTails ?? {};
  const json = { task: timesForPeople('Task', toJson('Task', described)), reasons, logTails };
  print(cli, json, () => taskText(described, reasons, logTails, cli.clock.wallMs()));
  return true;
}

function taskText(
  task: Task,
  reasons: readonly string[],
  logTails: Readonly<Record<string, string>>,
  now: number,
): string {
  const facts = {
    task: idOf(task.taskArn),
    definition: idOf(task.taskDefinitionArn),
    status: statusOf(task),
    group: task.group ?? '-',
    instance: idOf(task.containerInstanceArn) || '-',
    created: task.createdAt ? `${duration(now - fromTimestamp(task.createdAt))} ago` : '-',
    ports: portsOf(task) || '-',
    ...(task.stopCode && { stopCode: task.stopCode }),
    ...(task.stoppedReason && { stoppedReason: task.stoppedReason }),
  };
  const containers = table(task.containers ?? [], [
    { head: 'container', of: (c) => c.name ?? '' },
    { head: 'status', of: (c) => c.lastStatus ?? '' },
    { head: 'health', of: (c) => c.healthStatus ?? '-' },
    { head: 'exit', of: (c) => (c.exitCode === undefined ? '-' : String(c.exitCode)) },
    { head: 'image', of: (c) => c.image ?? '' },
    { head: 'reason', of: (c) => c.reason ?? '-' },
  ]);
  const why = reasons.length > 0 ? `\nwhy\n${reasons.map((r) => `  ${r}\n`).join('')}` : '';
  const logs = Object.entries(logTails)
    .map(([name, tail]) => `\nlast lines of ${name}\n${outline(tail.trimEnd().split('\n'), '  ')}`)
    .join('');
  return `${outline(facts)}\n${containers}${why}${logs}`;
}

async function serviceFound(cli: Cli, gateway: Gateway, thing: string): Promise<boolean> {
  const answer = await gateway.ecs('DescribeServices', {
    cluster: clusterOf(cli),
    services: [thing],
    include: ['TAGS'],
  });
  const [service] = answer.services ?? [];
  if (!service) return false;
  print(cli, { service: timesForPeople('Service', toJson('Service', service)) }, () => serviceText(service));
  return true;
}

function serviceText(service: Service): string {
  const facts = {
    service: service.serviceName ?? '',
    status: service.status ?? '',
    definition: idOf(service.taskDefinition),
    tasks: `${service.runningCount ?? 0} running, ${service.pendingCount ?? 0} pending, ${service.desiredCount ?? 0} desired`,
  };
  const deployments = table(service.deployments ?? [], [
    { head: 'deployment', of: (d) => d.id ?? '' },
    { head: 'status', of: (d) => d.status ?? '' },
    { head: 'definition', of: (d) => idOf(d.taskDefinition) },
    { head: 'running', of: (d) => `${d.runningCount ?? 0}/${d.desiredCount ?? 0}`, right: true },
    { head: 'failed', of: (d) => String(d.failedTasks ?? 0), right: true },
    { head: 'roll-out', of: (d) => d.rolloutState ?? '-' },
    { head: 'reason', of: (d) => d.rolloutStateReason ?? '' },
  ]);
  const events = (service.events ?? []).slice(0, 10).map((e) => {
    const when = e.createdAt ? new Date(fromTimestamp(e.createdAt)).toISOString() : '';
    return `  ${when}  ${e.message ?? ''}`;
  });
  return `${outline(facts)}\n${deployments}\nlast events\n${events.join('\n') || '  none'}\n`;
}

async function instanceFound(cli: Cli, gateway: Gateway, thing: string): Promise<boolean> {
  const all = await listInstances(gateway, clusterOf(cli));
  const found = all.find(
    (i) =>
      i.ec2InstanceId === thing ||
      i.containerInstanceArn === thing ||
      (thing.length >= 4 && idOf(i.containerInstanceArn).startsWith(thing)),
  );
  if (!found) return false;
  const json = timesForPeople('ContainerInstance', toJson('ContainerInstance', found));
  const trouble = troubleOf(found) || 'none';
  print(cli, { containerInstance: json, trouble }, () => `${outline({ trouble })}${outline(json)}`);
  return true;
}

async function definitionFound(cli: Cli, gateway: Gateway, thing: string): Promise<boolean> {
  const answer = await gateway
    .ecs('DescribeTaskDefinition', { taskDefinition: thing, include: ['TAGS'] })
    .catch((thrown: unknown) => {
      // ECS answers an unknown definition with an exception, not with a failure.
      if (thrown instanceof Error && thrown.name === 'ClientException') return undefined;
      throw thrown;
    });
  if (!answer?.taskDefinition) return false;
  const json = timesForPeople('TaskDefinition', toJson('TaskDefinition', answer.taskDefinition));
  const notes = notesOn(answer.taskDefinition);
  print(
    cli,
    { taskDefinition: json, notes },
    () => `${outline(json)}${notes.map((n) => `note: ${n}\n`).join('')}`,
  );
  return true;
}

/** What is kept and has no effect yet, so that nobody waits for it. */
function notesOn(definition: TaskDefinition): readonly string[] {
  const roles = (['taskRoleArn', 'executionRoleArn'] as const).filter((r) => definition[r]);
  return roles.map((r) => `${r} is kept, but tasks get no credentials yet`);
}
