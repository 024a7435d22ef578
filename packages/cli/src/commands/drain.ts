import { Command } from 'commander';
import { type Cli, clusterOf, confirmed } from '../cli.js';
import { CliError } from '../exit.js';
import type { Gateway } from '../gateway.js';
import { waitFor } from '../operations/wait.js';
import type { Verdict } from '../operations/waiters.js';
import { print } from '../output/print.js';
import { idOf, shortId } from '../output/units.js';
import { listInstances, listTasks, resolveInstance } from '../reading/cluster.js';
import { seconds } from './wait.js';

interface DrainOptions {
  readonly undo?: boolean;
  readonly wait: boolean;
  readonly timeout: number;
}

/** `drain INSTANCE...`: services move off, standalone tasks run to their end; `--undo` takes it back. */
export function drainCommand(cliOf: () => Cli): Command {
  return new Command('drain')
    .description('move services off container instances; --undo makes them ACTIVE again')
    .argument('<instances...>', 'names of machines, ids, their first digits, or ARNs')
    .option('--undo', 'back to ACTIVE')
    .option('--no-wait', 'do not wait until the service tasks are gone')
    .option('--timeout <seconds>', 'how long to wait', seconds, 600)
    .addHelpText('after', '\nExamples:\n  $ longshore drain host-2\n  $ longshore drain --undo host-2')
    .action((names: readonly string[], options: DrainOptions) => drain(cliOf(), names, options));
}

async function drain(cli: Cli, texts: readonly string[], options: DrainOptions): Promise<void> {
  const gateway = await cli.gateway();
  const cluster = clusterOf(cli);
  const all = await listInstances(gateway, cluster);
  const containerInstances = texts.map((t) => resolveInstance(all, t));
  const status = options.undo ? 'ACTIVE' : 'DRAINING';
  if (!options.undo) await confirmed(cli, `drain ${texts.join(', ')} in cluster ${cluster}?`);
  const answer = await gateway.ecs('UpdateContainerInstancesState', { cluster, containerInstances, status });
  const [failure] = answer.failures ?? [];
  if (failure)
    throw new CliError(
      'refused',
      `${idOf(failure.arn)}: ${failure.reason ?? ''} ${failure.detail ?? ''}`.trim(),
    );
  if (!options.undo && options.wait)
    await waitFor(cli, () => progress(gateway, cluster, containerInstances), {
      what: `${texts.join(', ')} to drain`,
      timeoutMs: options.timeout * 1000,
    });
  print(cli, { containerInstances, status }, () =>
    containerInstances.map((i) => `${shortId(i)} is ${status}\n`).join(''),
  );
}

/** Done when only standalone tasks are left: those run to their end. */
async function progress(gateway: Gateway, cluster: string, instances: readonly string[]): Promise<Verdict> {
  const lists = await Promise.all(
    instances.map((containerInstance) => listTasks(gateway, { cluster, containerInstance })),
  );
  const tasks = lists.flat();
  const ofServices = tasks.filter((t) => t.group?.startsWith('service:'));
  if (ofServices.length === 0) return { is: 'done' };
  return {
    is: 'again',
    seen: `${ofServices.length} service tasks left, ${tasks.length - ofServices.length} standalone`,
  };
}
