import type { EtcdMaintenance, HistoryLease, StoreAlarm } from '@longshore/store';
import { Command, InvalidArgumentError } from 'commander';
import { type Cli, confirmed } from '../../cli.js';
import { CliError } from '../../exit.js';
import { print } from '../../output/print.js';
import { plural } from '../../output/units.js';
import { Progress } from '../../terminal/progress.js';
import { type Defragmented, defragmentAll, defragmentedLine } from './defragment.js';
import { alarmsLine } from './disarm.js';
import { type EtcdFlags, type OpenEtcd, withEtcd } from './open.js';
import { type Refused, stillRefused } from './still-refused.js';

interface FreeFlags {
  /** Percent; absent: half, and all where half makes too little room. */
  readonly history?: number;
  readonly defragment: boolean;
}

interface Freed {
  stoppedTasks: number;
  revision: number;
  /** Of the last round. */
  members: readonly Defragmented[];
  disarmed: readonly StoreAlarm[];
}

/** `store free`: all that makes room, in the order in which it does; none of it needs a put. Done is when one is taken. */
export function freeCommand(cliOf: () => Cli, flagsOf: () => EtcdFlags): Command {
  return new Command('free')
    .description(
      'make room in a full etcd: oldest history away, compact, defragment, take the alarm back, try a put',
    )
    .option(
      '--history <percent>',
      'how much of the history of stopped tasks goes at most, oldest first (else 50, and 100 where that is not enough)',
      percent,
    )
    .option(
      '--no-defragment',
      'leave the files as large as they are; a put that was refused for that still is',
    )
    .action(async (flags: FreeFlags) => {
      const cli = cliOf();
      await withEtcd(cli, flagsOf(), (open) => free(cli, open, flags));
    });
}

function percent(text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !(number >= 0 && number <= 100))
    throw new InvalidArgumentError('not a percentage from 0 to 100.');
  return number;
}

async function free(cli: Cli, { etcd, endpoints }: OpenEtcd, flags: FreeFlags): Promise<void> {
  await allNamed(etcd);
  const raised = await etcd.alarms();
  if (raised.some(({ alarm }) => alarm === 'CORRUPT'))
    throw new CliError('failed', 'etcd has raised its alarm CORRUPT: members hold different data', {
      wayOut: 'restore that member from the others before anything else',
    });
  const history = await etcd.historyLeases();
  const rounds = roundsOf(history, flags.history === undefined ? [50, 100] : [flags.history]);
  await confirmed(cli, questionOf(rounds, endpoints, flags));
  const freed: Freed = { stoppedTasks: 0, revision: 0, members: [], disarmed: [] };
  let refused: Refused | undefined;
  for (const round of rounds) {
    refused = await makeRoom(cli, etcd, round, flags, freed);
    if (!refused) break;
  }
  if (refused) {
    // The try itself raises it: where small puts were taken before, they are again.
    if (raised.length === 0) await etcd.disarm('NOSPACE');
    throw stillRefused({ ...refused, history: stoppedTasksOf(history), freed, flags });
  }
  print(cli, freed, () =>
    [
      `forgot ${plural(freed.stoppedTasks, 'stopped task')}\n`,
      `compacted to revision ${freed.revision}\n`,
      ...freed.members.map(defragmentedLine),
      freed.disarmed.length > 0 ? `took back ${alarmsLine(freed.disarmed)}\n` : '',
      'etcd takes puts\n',
    ].join(''),
  );
}

/** A member that is not named keeps its file, and raises the alarm again with the next put that it applies. */
async function allNamed(etcd: EtcdMaintenance): Promise<void> {
  const named = new Set((await etcd.members()).map(({ memberId }) => memberId));
  const missing = (await etcd.listed()).find(({ memberId }) => !named.has(memberId));
  if (!missing) return;
  const what = [missing.name, ...missing.clientUrls].filter((word) => word !== '').join(' ');
  throw new CliError(
    'unreachable',
    `etcd’s member ${missing.memberId} (${what || 'not started'}) is not named or does not answer`,
    {
      wayOut: `name all members with --etcd-endpoints and let them run; one that is lost for good: etcdctl member remove ${BigInt(missing.memberId).toString(16)}`,
    },
  );
}

/** What each round forgets beyond the ones before, oldest first. */
function roundsOf(
  history: readonly HistoryLease[],
  percents: readonly number[],
): readonly (readonly HistoryLease[])[] {
  let before = 0;
  return percents
    .map((share) => {
      const upTo = countOf(history, share / 100);
      const round = history.slice(before, upTo);
      before = upTo;
      return round;
    })
    .filter((round, i) => i === 0 || round.length > 0);
}

/** How many of the oldest leases hold `share` of the stopped tasks. */
function countOf(history: readonly HistoryLease[], share: number): number {
  const wanted = share * stoppedTasksOf(history);
  let held = 0;
  let count = 0;
  for (const { stoppedTasks } of history) {
    if (held >= wanted) break;
    held += stoppedTasks;
    count++;
  }
  return count;
}

function stoppedTasksOf(history: readonly HistoryLease[]): number {
  return history.reduce((sum, lease) => sum + lease.stoppedTasks, 0);
}

function questionOf(
  rounds: readonly (readonly HistoryLease[])[],
  endpoints: readonly string[],
  flags: FreeFlags,
): string {
  const [first = [], ...more] = rounds;
  const most = stoppedTasksOf(rounds.flat());
  return [
    `forget ${plural(stoppedTasksOf(first), 'stopped task')}, the oldest of the history`,
    more.length > 0 ? ` (all ${most} where that makes too little room)` : '',
    `, and compact${flags.defragment ? ' and defragment' : ''} ${endpoints.join(', ')}?`,
  ].join('');
}

/**
 * One round. The order matters: only what is compacted can be defragmented away, only a smaller file is below the quota,
 * and an alarm that is taken back before is raised again.
 */
async function makeRoom(
  cli: Cli,
  etcd: EtcdMaintenance,
  history: readonly HistoryLease[],
  flags: FreeFlags,
  freed: Freed,
): Promise<Refused | undefined> {
  await revokeAll(cli, etcd, history);
  freed.stoppedTasks += stoppedTasksOf(history);
  freed.revision = (await etcd.contents()).revision;
  await etcd.compact(freed.revision);
  if (flags.defragment) freed.members = firstBefore(freed.members, await defragmentAll(cli, etcd));
  const disarmed = await etcd.disarm('NOSPACE');
  if (freed.disarmed.length === 0) freed.disarmed = disarmed;
  const refusing = await etcd.refusingPuts();
  if (refusing.length === 0) return undefined;
  return { refusing, members: await etcd.members() };
}

/** From before the first round to after the last. */
function firstBefore(was: readonly Defragmented[], now: readonly Defragmented[]): readonly Defragmented[] {
  return now.map((one) => {
    const bytesBefore = was.find(({ endpoint }) => endpoint === one.endpoint)?.bytesBefore;
    return bytesBefore === undefined ? one : { ...one, bytesBefore };
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
