import type { EtcdMaintenance, StoreStatus } from '@longshore/store';
import { Command } from 'commander';
import { type Cli, confirmed } from '../../cli.js';
import { CliError } from '../../exit.js';
import { print } from '../../output/print.js';
import { bytes } from '../../output/units.js';
import { Progress } from '../../terminal/progress.js';
import { type EtcdFlags, type OpenEtcd, withEtcd } from './open.js';

export interface Defragmented {
  readonly endpoint: string;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/** `store defragment`: rewrites the members' files without what is free in them, one member after the other. */
export function defragmentCommand(cliOf: () => Cli, flagsOf: () => EtcdFlags): Command {
  return new Command('defragment')
    .description(
      "shrink the members' files, one after the other, the leader last; each stands still meanwhile",
    )
    .action(async () => {
      const cli = cliOf();
      await withEtcd(cli, flagsOf(), (open) => defragment(cli, open));
    });
}

async function defragment(cli: Cli, { etcd, endpoints }: OpenEtcd): Promise<void> {
  await confirmed(cli, `defragment ${endpoints.join(', ')}? A member answers nothing while it does.`);
  const members = await defragmentAll(cli, etcd);
  print(cli, { members }, () => members.map(defragmentedLine).join(''));
}

/**
 * Invariant: the next member is touched only when every named one answers, so that a cluster of several keeps its quorum.
 */
export async function defragmentAll(cli: Cli, etcd: EtcdMaintenance): Promise<readonly Defragmented[]> {
  const progress = new Progress(cli.terminal);
  const done: Defragmented[] = [];
  try {
    const members = await allAnswering(etcd);
    const order = [...members.filter((m) => !m.leader), ...members.filter((m) => m.leader)];
    for (const { endpoint, dbBytes } of order) {
      cli.signal.throwIfAborted();
      progress.show(`defragmenting ${endpoint}: ${bytes(dbBytes)}`);
      await etcd.defragment(endpoint);
      const after = (await allAnswering(etcd)).find((m) => m.endpoint === endpoint);
      done.push({ endpoint, bytesBefore: dbBytes, bytesAfter: after?.dbBytes ?? 0 });
    }
    return done;
  } finally {
    progress.clear();
  }
}

export function defragmentedLine({ endpoint, bytesBefore, bytesAfter }: Defragmented): string {
  return `${endpoint}: ${bytes(bytesBefore)} before, ${bytes(bytesAfter)} now\n`;
}

/** An alarm is an error that a member tells of itself too: only a version shows that it has answered. */
async function allAnswering(etcd: EtcdMaintenance): Promise<StoreStatus['members']> {
  const members = await etcd.members();
  const silent = members.find((m) => m.version === '');
  if (!silent) return members;
  throw new CliError('unreachable', `${silent.endpoint} does not answer: ${silent.error ?? ''}`, {
    wayOut:
      'all named members must run: one that is defragmented stands still, and the others must be a quorum',
  });
}
