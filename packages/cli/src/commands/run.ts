import { type Task, toJson } from '@longshore/model';
import { Command, InvalidArgumentError } from 'commander';
import { planDefinition, registerDefinition } from '../apply/task-definition.js';
import { type Cli, clusterOf, formatOf } from '../cli.js';
import { CliError, usageError } from '../exit.js';
import type { Gateway } from '../gateway.js';
import type { Json } from '../operations/call.js';
import { waitFor } from '../operations/wait.js';
import type { Verdict } from '../operations/waiters.js';
import { print } from '../output/print.js';
import { idOf, shortId } from '../output/units.js';
import { describeTasks } from '../reading/cluster.js';
import { timesForPeople } from '../words/times.js';
import { documentsOf } from './apply.js';
import { seconds } from './wait.js';

interface RunOptions {
  readonly wait?: boolean;
  readonly count: number;
  readonly timeout: number;
  readonly startedBy?: string;
}

/** `run FILE`: registers a task definition if it changed, and runs it once. */
export function runCommand(cliOf: () => Cli): Command {
  return new Command('run')
    .description('register a task definition file and run it once')
    .argument('<file>', 'a task definition, JSON or YAML; - for stdin')
    .option('--wait', 'wait until it has stopped and end with the exit code of its first essential container')
    .option('--count <number>', 'how many tasks', wholeNumber, 1)
    .option('--started-by <text>', 'kept with the tasks, for longshore ps --started-by')
    .option('--timeout <seconds>', 'how long --wait waits', seconds, 3600)
    .addHelpText('after', '\nExamples:\n  $ longshore run job.yaml --wait; echo "it ended with $?"')
    .action((file: string, options: RunOptions) => run(cliOf(), file, options));
}

async function run(cli: Cli, file: string, options: RunOptions): Promise<void> {
  const documents = await documentsOf(cli, [file]);
  const [document] = documents;
  if (!document || documents.length > 1 || document.kind !== 'task definition')
    throw usageError(
      `${file}: run takes one task definition`,
      'longshore apply takes services and several documents',
    );
  const gateway = await cli.gateway();
  const cluster = clusterOf(cli);
  const taskDefinition = await registerDefinition(gateway, await planDefinition(gateway, document.json));
  const answer = await gateway.ecs('RunTask', {
    cluster,
    taskDefinition,
    count: options.count,
    clientToken: cli.random.hexId(),
    ...(options.startedBy && { startedBy: options.startedBy }),
  });
  const tasks = answer.tasks ?? [];
  if (formatOf(cli) === 'table')
    for (const task of tasks) cli.terminal.out(`running ${taskDefinition} as ${idOf(task.taskArn)}\n`);
  const [failure] = answer.failures ?? [];
  if (failure)
    throw new CliError(
      'refused',
      `${tasks.length} of ${options.count} tasks placed: ${failure.reason ?? ''}${failure.detail ? `: ${failure.detail}` : ''}`,
      {
        wayOut: `longshore explain --task-definition ${taskDefinition} says where it would fit`,
      },
    );
  const arns = tasks.map((t) => t.taskArn ?? '');
  const ended = options.wait ? await untilStopped(cli, gateway, arns, options.timeout) : tasks;
  print(cli, { tasks: ended.map((t) => timesForPeople('Task', toJson('Task', t))) }, () => '');
  if (options.wait) judge(cli, ended, document.json);
}

async function untilStopped(
  cli: Cli,
  gateway: Gateway,
  tasks: readonly string[],
  timeout: number,
): Promise<readonly Task[]> {
  let last: readonly Task[] = [];
  const look = async (): Promise<Verdict> => {
    last = await describeTasks(gateway, clusterOf(cli), tasks);
    if (last.length < tasks.length) return { is: 'never', why: 'the task is no longer known' };
    const left = last.filter((t) => t.lastStatus !== 'STOPPED');
    return left.length === 0
      ? { is: 'done' }
      : { is: 'again', seen: left.map((t) => t.lastStatus).join(', ') };
  };
  await waitFor(cli, look, { what: tasks.map(shortId).join(', '), timeoutMs: timeout * 1000, everyMs: 200 });
  return last;
}

/** Ends with the exit code of the first essential container that has one other than 0; 5 where none could start. */
function judge(cli: Cli, tasks: readonly Task[], definition: Json): void {
  for (const task of tasks) {
    const code = exitCodeOf(task, definition);
    if (code === undefined)
      throw new CliError('failed', `task ${shortId(task.taskArn)}: ${task.stoppedReason ?? 'stopped'}`, {
        wayOut: `longshore describe ${shortId(task.taskArn)} says more`,
      });
    if (code !== 0) {
      cli.terminal.err(
        `longshore: task ${shortId(task.taskArn)}: ${task.stoppedReason ?? 'stopped'}: exit code ${code}\n`,
      );
      cli.end(code);
      return;
    }
  }
}

/** The exit code of a task's first essential container, in the order of its definition. */
export function exitCodeOf(task: Task, definition: Json): number | undefined {
  const containers = (definition['containerDefinitions'] ?? []) as readonly Json[];
  const first = containers.find((c) => c['essential'] !== false);
  return task.containers?.find((c) => c.name === first?.['name'])?.exitCode;
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('not a whole number above 0.');
  return number;
}
