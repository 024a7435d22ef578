import type { StoreAlarm } from '@longshore/store';
import { Command } from 'commander';
import { type Cli, confirmed } from '../../cli.js';
import { CliError } from '../../exit.js';
import { print } from '../../output/print.js';
import { type EtcdFlags, type OpenEtcd, withEtcd } from './open.js';
import { largerQuota, stillRefusing } from './still-refused.js';

/** `store disarm`: takes back etcd's alarms, and tries whether they stay away. */
export function disarmCommand(cliOf: () => Cli, flagsOf: () => EtcdFlags): Command {
  return new Command('disarm')
    .description("take back etcd's alarms, so that it takes puts again; make room before")
    .action(async () => {
      const cli = cliOf();
      await withEtcd(cli, flagsOf(), (open) => disarm(cli, open));
    });
}

async function disarm(cli: Cli, { etcd }: OpenEtcd): Promise<void> {
  const raised = await etcd.alarms();
  if (raised.length > 0) await confirmed(cli, `take back ${alarmsLine(raised)}?`);
  const disarmed = raised.length > 0 ? await etcd.disarm() : [];
  const refusing = disarmed.length > 0 ? await etcd.refusingPuts() : [];
  if (refusing.length > 0)
    throw new CliError('failed', stillRefusing({ refusing, members: await etcd.members() }), {
      wayOut: `make room first: longshore store free; or ${largerQuota}`,
    });
  print(cli, { disarmed }, () =>
    disarmed.length === 0 ? 'no alarm is raised\n' : `took back ${alarmsLine(disarmed)}\n`,
  );
}

export function alarmsLine(alarms: readonly StoreAlarm[]): string {
  return alarms.map(({ alarm, memberId }) => `the alarm ${alarm} of member ${memberId}`).join(', ');
}
