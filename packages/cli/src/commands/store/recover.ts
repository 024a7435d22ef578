import { Command } from 'commander';
import { type Cli, confirmed } from '../../cli.js';
import { print } from '../../output/print.js';
import { plural } from '../../output/units.js';
import { type EtcdFlags, type OpenEtcd, withEtcd } from './open.js';

/** `store recover`: another epoch, once, after etcd was restored from a backup. */
export function recoverCommand(cliOf: () => Cli, flagsOf: () => EtcdFlags): Command {
  return new Command('recover')
    .description(
      'once after etcd was restored from a backup: begin a new epoch, so that agents stop nothing unasked',
    )
    .action(async () => {
      const cli = cliOf();
      await withEtcd(cli, flagsOf(), (open) => recover(cli, open));
    });
}

async function recover(cli: Cli, { etcd, endpoints }: OpenEtcd): Promise<void> {
  const { tasks, replicas } = await etcd.contents();
  await confirmed(
    cli,
    `begin a new epoch at ${endpoints.join(', ')}, which holds ${plural(tasks, 'task')}? Once, after a restore.`,
  );
  const { before, now } = await etcd.newEpoch(cli.random, cli.clock.wallMs());
  print(cli, { epoch: now, before: before ?? null, tasks, replicas }, () => told({ before, now, replicas }));
}

function told(done: {
  readonly before: string | undefined;
  readonly now: string;
  readonly replicas: readonly string[];
}): string {
  const { before, now, replicas } = done;
  const servers =
    replicas.length === 0 ? 'every longshore-server' : `every longshore-server (${replicas.join(', ')})`;
  return [
    `epoch ${now}${before === undefined ? '' : `, until now ${before}`}`,
    '',
    `What comes now: restart ${servers}; none may go on with what it knew before the restore.`,
    'Agents come back by themselves, under their old names, and find another epoch:',
    '  a task that runs and that the store lists goes on',
    '  a task that runs and that the store does not list goes on too, as an orphan: a person decides',
    '  a task that the store lists as running and that its host no longer has is started again',
    '`longshore doctor` names the orphans, `longshore instances` shows who is back.',
    '',
  ].join('\n');
}
