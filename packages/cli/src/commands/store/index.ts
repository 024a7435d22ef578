import { Command } from 'commander';
import type { Cli } from '../../cli.js';
import { compactCommand } from './compact.js';
import { defragmentCommand } from './defragment.js';
import { disarmCommand } from './disarm.js';
import { freeCommand } from './free.js';
import type { EtcdFlags } from './open.js';
import { recoverCommand } from './recover.js';
import { statusCommand } from './status.js';

/** `store`: what keeps etcd in order. Speaks to etcd itself, so that it works while no control plane does. */
export function storeCommand(cliOf: () => Cli): Command {
  const command = new Command('store')
    .description(
      'etcd itself, without a control plane: its size and alarms, room, another epoch after a restore',
    )
    .option(
      '--etcd-endpoints <addresses>',
      'members, HOST:PORT,... (LONGSHORE_ETCD_ENDPOINTS; else 127.0.0.1:2379)',
    )
    .option('--etcd-cacert <path>', "authority of the members' certificates: TLS (LONGSHORE_ETCD_CACERT)")
    .option('--etcd-cert <path>', 'certificate to show to etcd (LONGSHORE_ETCD_CERT)')
    .option('--etcd-key <path>', 'key of that certificate (LONGSHORE_ETCD_KEY)')
    .option('--etcd-prefix <prefix>', 'all keys lie below this (LONGSHORE_ETCD_PREFIX; else /longshore/)')
    .addHelpText('after', examples);
  const flagsOf = (): EtcdFlags => command.opts<EtcdFlags>();
  const makers = [
    statusCommand,
    freeCommand,
    compactCommand,
    defragmentCommand,
    disarmCommand,
    recoverCommand,
  ];
  for (const make of makers) command.addCommand(make(cliOf, flagsOf));
  return command;
}

const examples = `
Name every member: only those that are named are looked at and defragmented.

Examples:
  $ longshore store status --etcd-endpoints 10.0.0.5:2379,10.0.0.6:2379,10.0.0.7:2379
  $ longshore store free                   etcd is full: the oldest history goes, the file shrinks, the alarm ends
  $ longshore store recover                once, after etcd was restored from a backup`;
