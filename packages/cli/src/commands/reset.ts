import { Command } from 'commander';
import { type Cli, confirmed } from '../cli.js';
import { print } from '../output/print.js';

/** `reset`: empties the clusters of a server that was started with --dev. */
export function resetCommand(cliOf: () => Cli): Command {
  return new Command('reset')
    .description('stop all tasks and start from nothing; only against `longshore dev`')
    .action(async () => {
      const cli = cliOf();
      await confirmed(cli, `stop every task and forget everything at ${cli.settings.endpoint}?`);
      const gateway = await cli.gateway();
      await gateway.longshore('Reset', {});
      print(
        cli,
        { reset: true },
        () => 'reset: no tasks, no services, no task definitions; the agents are still there\n',
      );
    });
}
