import { Command } from 'commander';
import { type Cli, clusterOf, confirmed } from '../cli.js';
import { waitFor } from '../operations/wait.js';
import { waiters } from '../operations/waiters.js';
import { print } from '../output/print.js';
import { seconds } from './wait.js';

interface DeleteOptions {
  readonly wait: boolean;
  readonly timeout: number;
}

/** `delete SERVICE...`: stops services' tasks and deletes them. */
export function deleteCommand(cliOf: () => Cli): Command {
  return new Command('delete')
    .description('delete services: their tasks stop, then they are INACTIVE')
    .argument('<services...>', 'names or ARNs')
    .option('--no-wait', 'do not wait until they are INACTIVE')
    .option('--timeout <seconds>', 'how long to wait', seconds, 300)
    .addHelpText('after', '\nExamples:\n  $ longshore delete web\n  $ longshore delete web api --yes')
    .action((services: readonly string[], options: DeleteOptions) => remove(cliOf(), services, options));
}

async function remove(cli: Cli, services: readonly string[], options: DeleteOptions): Promise<void> {
  const cluster = clusterOf(cli);
  await confirmed(cli, `delete ${services.join(', ')} of cluster ${cluster} and stop their tasks?`);
  const gateway = await cli.gateway();
  for (const service of services) await gateway.ecs('DeleteService', { cluster, service, force: true });
  const inactive = waiters.find((w) => w.word === 'services-inactive');
  if (options.wait && inactive)
    for (const service of services)
      await waitFor(
        cli,
        async () =>
          inactive.judge({ ...(await gateway.ecs('DescribeServices', { cluster, services: [service] })) }),
        { what: `service ${service} to go`, timeoutMs: options.timeout * 1000 },
      );
  print(cli, { services, deleted: true }, () => services.map((s) => `deleted ${s}\n`).join(''));
}
