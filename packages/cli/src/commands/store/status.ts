import { messageOf } from '@longshore/kit';
import type { StoreAlarm, StoreContents, StoreStatus } from '@longshore/store';
import { Command } from 'commander';
import { type Cli, formatOf } from '../../cli.js';
import { CliError } from '../../exit.js';
import { print } from '../../output/print.js';
import { table } from '../../output/table.js';
import { bytes, plural } from '../../output/units.js';
import { type EtcdFlags, type OpenEtcd, withEtcd } from './open.js';

type Members = StoreStatus['members'];

/** `store status`: each member as it sees itself, what lies in the store, and the alarms. */
export function statusCommand(cliOf: () => Cli, flagsOf: () => EtcdFlags): Command {
  return new Command('status')
    .description("each member's version, size and errors; epoch, tasks, replicas, alarms")
    .action(async () => {
      const cli = cliOf();
      await withEtcd(cli, flagsOf(), (open) => status(cli, open));
    });
}

async function status(cli: Cli, { etcd }: OpenEtcd): Promise<void> {
  const members = await etcd.members();
  // Without a quorum the members still say what is wrong with them.
  const store = await Promise.all([etcd.contents(), etcd.alarms()]).catch((thrown: unknown) =>
    messageOf(thrown),
  );
  if (typeof store === 'string') {
    print(cli, { members, error: store }, () => `${membersTable(members)}\nno quorum: ${store}\n`);
    throw new CliError('unreachable', 'etcd does not answer', {
      wayOut: 'name its members with --etcd-endpoints or LONGSHORE_ETCD_ENDPOINTS; most of them must run',
    });
  }
  const [contents, alarms] = store;
  print(cli, { members, ...contents, alarms }, () => forPeople(members, contents, alarms));
  if (alarms.length === 0) return;
  if (formatOf(cli) === 'table')
    throw new CliError('failed', 'an alarm is raised', { wayOut: mends(alarms) });
  cli.end('failed');
}

function mends(alarms: readonly StoreAlarm[]): string {
  return alarms.some(({ alarm }) => alarm === 'CORRUPT')
    ? 'CORRUPT: members hold different data; restore that member from the others before anything else'
    : 'make room: longshore store free';
}

export function membersTable(members: Members): string {
  return table(members, [
    { head: 'member', of: (m) => m.endpoint },
    { head: 'version', of: (m) => m.version || '-' },
    { head: 'role', of: (m) => (m.leader ? 'leader' : m.version === '' ? '-' : 'follower') },
    { head: 'file', of: (m) => bytes(m.dbBytes), right: true },
    { head: 'in use', of: (m) => bytes(m.dbBytesInUse), right: true },
    { head: 'error', of: (m) => m.error ?? '' },
  ]);
}

function forPeople(members: Members, contents: StoreContents, alarms: readonly StoreAlarm[]): string {
  const { epoch, revision, tasks, stoppedTasks, replicas } = contents;
  const since = epoch === undefined ? '' : `, since ${new Date(epoch.createdAtMs).toISOString()}`;
  return [
    membersTable(members),
    `epoch     ${epoch?.epoch ?? 'none: no control plane has used this prefix'}${since}`,
    `revision  ${revision}`,
    `holds     ${plural(tasks, 'task')}, ${plural(stoppedTasks, 'stopped task')} in the history`,
    `replicas  ${replicas.length === 0 ? 'none' : replicas.join(', ')}`,
    `alarms    ${alarms.length === 0 ? 'none' : alarms.map((a) => `${a.alarm} of member ${a.memberId}`).join(', ')}`,
    '',
  ].join('\n');
}
