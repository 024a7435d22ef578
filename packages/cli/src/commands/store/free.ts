import type { EtcdMaintenance, HistoryLease } from '@longshore/store';
import { Command, InvalidArgumentError } from 'commander';
import { type Cli, confirmed } from '../../cli.js';
import { print } from '../../output/print.js';
import { plural } from '../../output/units.js';
import { Progress } from '../../terminal/progress.js';
import { defragmentAll, defragmentedLine } from './defragment.js';
import { alarmsLine } from './disarm.js';
import { type EtcdFlags, type OpenEtcd, withEtcd } from './open.js';

interface FreeFlags {
  /** Percent. */
  readonly history: number;
  readonly defragment: boolean;
}

/** `store free`: all that makes room, in the order in which it does; none of it needs a put. */
export function freeCommand(cliOf: () => Cli, flagsOf: () => EtcdFlags): Command {
  return new Command('free')
    .description('make room in a full etcd: oldest history away, compact, defragment, take the alarm back')
    .option('--history <percent>', 'how much of the history of stopped tasks goes, oldest first', percent, 50)
    .option('--no-defragment', 'leave the files as large as they are')
    .action(async (flags: FreeFlags) => {
      const cli = cliOf();
      await withEtcd(cli, flagsOf(), (open) => free(cli, open, flags));
    });
}

function percent(text: string): number {
  const number = Number(text);
  if (!(number >= 0 && number <= 100)) throw new InvalidArgumentError('not a percentage from 0 to 100.');
  return number;
}

async function free(cli: Cli, { etcd, endpoints }: OpenEtcd, flags: FreeFlags): Promise<void> {
  const history = oldestOf(await etcd.historyLeases(), flags.history / 100);
  const stoppedTasks = history.reduce((sum, lease) => sum + lease.stoppedTasks, 0);
  await confirmed(
    cli,
    `forget ${plural(stoppedTasks, 'stopped task')}, the oldest of the history, and compact${
      flags.defragment ? ' and defragment' : ''
    } ${endpoints.join(', ')}?`,
  );
  await revokeAll(cli, etcd, history);
  const { revision } = await etcd.contents();
  await etcd.compact(revision);
  const members = flags.defragment ? await defragmentAll(cli, etcd) : [];
  // Last: an alarm that is taken back before there is room is raised again by the next put.
  const disarmed = (await etcd.alarms()).length > 0 ? await etcd.disarm() : [];
  print(cli, { stoppedTasks, revision, members, disarmed }, () =>
    [
      `forgot ${plural(stoppedTasks, 'stopped task')}\n`,
      `compacted to revision ${revision}\n`,
      ...members.map(defragmentedLine),
      disarmed.length > 0 ? `took back ${alarmsLine(disarmed)}\n` : '',
    ].join(''),
  );
}

/** The oldest, until `share` of the stopped tasks is among them. */
function oldestOf(leases: readonly HistoryLease[], share: number): readonly HistoryLease[] {
  const wanted = share * leases.reduce((sum, lease) => sum + lease.stoppedTasks, 0);
  let taken = 0;
  return leases.filter(({ stoppedTasks }) => {
    if (taken >= wanted) return false;
    taken += stoppedTasks;
    return true;
  });
}

async function revokeAll(cli: Cli, etcd: EtcdMaintenance, history: readonly HistoryLease[]): Promise<void> {
  const progress = new Progress(cli.terminal);
  try {
    for (const [i, lease] of history.entries()) {
      cli.signal.throwIfAborted();
      progress.show(`forgetting history: ${i + 1} of ${plural(history.length, 'minute')}`);
      await etcd.revoke(lease);
    }
    progress.show('compacting');
  } finally {
    progress.clear();
  }
}
