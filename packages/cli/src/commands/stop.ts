import { Command } from 'commander';
import { type Cli, clusterOf, confirmed } from '../cli.js';
import { usageError } from '../exit.js';
import { waitFor } from '../operations/wait.js';
import { print } from '../output/print.js';
import { idOf, plural, shortId } from '../output/units.js';
import { describeTasks, resolveTask, taskArns } from '../reading/cluster.js';
import { seconds } from './wait.js';

interface StopOptions {
  readonly reason: string;
  readonly family?: string;
  readonly wait: boolean;
  readonly timeout: number;
}

/** `stop TASK...`: asks, stops, waits until they have stopped. */
export function stopCommand(cliOf: () => Cli): Command {
  return new Command('stop')
    .description('stop tasks, and wait until they have stopped')
    .argument('[tasks...]', 'ids, their first digits, or ARNs')
    .option('--family <name>', 'every running task of this family')
    .option('--reason <text>', 'shown as stoppedReason', 'stopped by longshore stop')
    .option('--no-wait', 'do not wait until they have stopped')
    .option('--timeout <seconds>', 'how long to wait', seconds, 120)
    .addHelpText(
      'after',
      '\nExamples:\n  $ longshore stop 0123456789ab\n  $ longshore stop --family web --yes',
    )
    .action((tasks: readonly string[], options: StopOptions) => stop(cliOf(), tasks, options));
}

async function stop(cli: Cli, texts: readonly string[], options: StopOptions): Promise<void> {
  const gateway = await cli.gateway();
  const cluster = clusterOf(cli);
  const named = await Promise.all(texts.map((t) => resolveTask(gateway, cluster, t)));
  const ofFamily = options.family ? await taskArns(gateway, { cluster, family: options.family }) : [];
  const tasks = [...new Set([...named, ...ofFamily])];
  if (tasks.length === 0) {
    if (options.family) return print(cli, { tasks: [] }, () => `no task of family ${options.family} runs\n`);
    throw usageError('stop: name a task', 'longshore ps shows them; --family NAME means all of a family');
  }
  await confirmed(cli, `stop ${plural(tasks.length, 'task')} (${tasks.map(shortId).join(', ')})?`);
  for (const task of tasks) await gateway.ecs('StopTask', { cluster, task, reason: options.reason });
  if (options.wait)
    await waitFor(
      cli,
      async () => {
        const left = (await describeTasks(gateway, cluster, tasks)).filter((t) => t.lastStatus !== 'STOPPED');
        return left.length === 0
          ? { is: 'done' }
          : { is: 'again', seen: `${left.length} of ${tasks.length} to go` };
      },
      { what: plural(tasks.length, 'task'), timeoutMs: options.timeout * 1000, everyMs: 200 },
    );
  const verb = options.wait ? 'stopped' : 'stopping';
  print(cli, { tasks: tasks.map(idOf) }, () => tasks.map((t) => `${verb} ${shortId(t)}\n`).join(''));
}
