import type { Clock, Random } from '@longshore/kit';
import { codecOf } from '@longshore/model';
import type { Backend } from '../backend.js';
import { folders } from '../records.js';

/** Writes the epoch where there is none: the random name of this history of the store. */
export async function ensureEpoch(backend: Backend, clock: Clock, random: Random): Promise<void> {
  const path = folders.epoch.folder;
  // Looked at first: a full etcd refuses the transaction even where it would write nothing.
  if ((await backend.range({ from: path, to: `${path}\0`, limit: 1 })).records.length > 0) return;
  const value = codecOf('EpochRecord').encode({ epoch: random.hexId(), createdAtMs: clock.wallMs() });
  await backend.transact({ compare: [{ path, revision: 0 }], write: [{ put: path, value }] });
}

const markFolder = { from: 'marks/', to: 'marks0' };
const markAgeMs = 7 * 86_400_000;

/**
 * Takes away the marks of processes that ended long ago. A mark says when it was written; a process that lives but
 * has not committed for a week finds its mark gone and goes on from there.
 */
export async function sweepMarks(backend: Backend, clock: Clock): Promise<void> {
  const { records } = await backend.range({ ...markFolder, limit: 1_000 });
  for (const { path, value, revision } of records) {
    const writtenMs = Number(Buffer.from(value).toString().split(' ')[1]);
    if (clock.wallMs() - writtenMs > markAgeMs)
      await backend.transact({ compare: [{ path, revision }], write: [{ delete: path }] });
  }
}
