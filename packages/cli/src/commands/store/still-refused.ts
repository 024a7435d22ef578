import type { StoreStatus } from '@longshore/store';
import { CliError } from '../../exit.js';
import { bytes, plural } from '../../output/units.js';

export interface Refused {
  /** Members by their endpoints. */
  readonly refusing: readonly string[];
  readonly members: StoreStatus['members'];
}

export interface StillRefused extends Refused {
  /** Stopped tasks of the history, before and forgotten of them. */
  readonly history: number;
  readonly freed: { readonly stoppedTasks: number };
  readonly flags: { readonly defragment: boolean };
}

/** What is in the way of a put after everything that was allowed has been done, and what helps. */
export function stillRefused(refused: StillRefused): CliError {
  const { history, freed, flags } = refused;
  return new CliError('failed', stillRefusing(refused), {
    wayOut: helps(history - freed.stoppedTasks, flags.defragment),
  });
}

export function stillRefusing({ refusing, members }: Refused): string {
  const sizes = members
    .filter(({ endpoint }) => refusing.includes(endpoint))
    .map((m) => `the file of ${m.endpoint} is ${bytes(m.dbBytes)}, ${bytes(m.dbBytesInUse)} of it in use`);
  return `etcd still refuses a put of 1 MB: ${sizes.join('; ')}`;
}

export const largerQuota =
  'start every member with a larger --quota-backend-bytes, one after the other, then: longshore store disarm';

function helps(left: number, defragmented: boolean): string {
  if (!defragmented) return 'the quota holds for the file: leave out --no-defragment';
  if (left > 0)
    return `forget the other ${plural(left, 'stopped task')} too: longshore store free --history 100; or ${largerQuota}`;
  return `what lives is as large as the quota: ${largerQuota}`;
}
