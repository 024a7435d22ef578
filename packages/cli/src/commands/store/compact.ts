import { Command } from 'commander';
import { type Cli, confirmed } from '../../cli.js';
import { usageError } from '../../exit.js';
import { print } from '../../output/print.js';
import { Progress } from '../../terminal/progress.js';
import { type EtcdFlags, type OpenEtcd, withEtcd } from './open.js';

/** `store compact`: forgets old revisions. What they took is used again; only defragmenting shrinks the file. */
export function compactCommand(cliOf: () => Cli, flagsOf: () => EtcdFlags): Command {
  return new Command('compact')
    .description('forget the revisions before the present one; a running control plane does this by itself')
    .option('--revision <number>', 'forget what was before this one instead')
    .action(async (options: { readonly revision?: string }) => {
      const cli = cliOf();
      const wanted = revisionOf(options.revision);
      await withEtcd(cli, flagsOf(), (open) => compact(cli, open, wanted));
    });
}

function revisionOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw usageError(`--revision ${text}: is no revision`);
  return number;
}

async function compact(cli: Cli, { etcd, endpoints }: OpenEtcd, wanted: number | undefined): Promise<void> {
  const present = (await etcd.contents()).revision;
  const revision = wanted ?? present;
  if (revision > present) throw usageError(`--revision ${revision}: the newest is ${present}`);
  await confirmed(
    cli,
    `forget what ${endpoints.join(', ')} held before revision ${revision}? Replicas that are behind list again.`,
  );
  const progress = new Progress(cli.terminal);
  progress.show(`compacting to revision ${revision}`);
  await etcd.compact(revision).finally(() => progress.clear());
  print(cli, { revision }, () => `compacted to revision ${revision}\n`);
}
