import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { type Cli, clusterOf } from '../cli.js';

interface DevFlags {
  readonly instances: number;
  readonly dataDir: string;
  readonly grpcListen: string;
  readonly httpListen: string;
  readonly accountId: string;
  readonly etcd?: string;
  readonly restart: boolean;
  readonly rm?: boolean;
}

/** `dev`: etcd, a server and N agents on this machine, in one command. */
export function devCommand(cliOf: () => Cli): Command {
  return new Command('dev')
    .description('a cluster on this machine: etcd, a server, N agents on the local engine, until Ctrl-C')
    .option('--instances <number>', 'how many container instances', instances, 1)
    .option('--data-dir <path>', 'kept between runs: state, tokens, logs, pid files', '.longshore')
    .option('--grpc-listen <address>', 'port 0 takes a free one', '127.0.0.1:7400')
    .option('--http-listen <address>', 'port 0 takes a free one', '127.0.0.1:7401')
    .option('--account-id <id>', 'the account in ARNs, 12 digits', '123456789012')
    .option('--etcd <path>', 'the etcd binary (ETCD_BIN; else the one on PATH)')
    .option('--no-restart', 'do not start children again that die')
    .option('--rm', 'on Ctrl-C stop the tasks and remove their containers, networks and all data')
    .addHelpText(
      'after',
      '\nCtrl-C ends etcd, server and agents; containers run on and are taken up again by the next start.\n\nExamples:\n  $ longshore dev --instances 3\n  $ . .longshore/env            in another terminal\n  $ kill -9 $(cat .longshore/run/server.pid)    it comes back within a second',
    )
    .action(async (flags: DevFlags) => {
      const cli = cliOf();
      const { runDev } = await import('../dev/dev.js');
      const { etcd, rm = false, ...rest } = flags;
      await runDev(cli, {
        ...rest,
        rm,
        ...(etcd !== undefined && { etcd }),
        dataDir: resolve(flags.dataDir),
        // Where no flag says it: a dev has its own settings, not those of a context that means another cluster.
        region: cli.settings.region ?? 'us-east-1',
        cluster: clusterOf(cli),
      });
    });
}

const mostInstances = 64;

function instances(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > mostInstances)
    throw new InvalidArgumentError(`not a whole number from 1 to ${mostInstances}.`);
  return number;
}
