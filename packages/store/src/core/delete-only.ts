import { backoffMs, type Clock, type Random } from '@longshore/kit';
import { type Backend, BackendError, type Found, type RawOutcome } from '../backend.js';
import type { CommitOutcome } from '../store.js';
import { compareName, conflictOf, type Member } from './member.js';

export interface DeleteOnlyParts {
  readonly backend: Backend;
  readonly clock: Clock;
  readonly random: Random;
}

/** Whether a commit needs no space: then a full etcd takes it, but not with the mark, which is a put. */
export function isDeleteOnly(member: Member): boolean {
  return member.write.length > 0 && member.write.every((write) => 'delete' in write);
}

/**
 * Sends a commit that only deletes, without a mark, until it is answered: it is how space is made. After a lost answer
 * "all of it is gone" counts as done: a delete that somebody else has finished is the same delete.
 */
export async function sendUnmarked(
  parts: DeleteOnlyParts,
  member: Member,
  signal: AbortSignal,
): Promise<CommitOutcome> {
  let doubtful = false;
  for (let attempt = 0; ; attempt++) {
    signal.throwIfAborted();
    try {
      const outcome = await parts.backend.transact({ compare: member.compare, write: member.write });
      if (outcome.ok) return outcome;
      if (doubtful && (await allGone(parts.backend, member))) return { ok: true, revision: outcome.revision };
      return conflictIn(member, outcome);
    } catch (thrown) {
      if (!(thrown instanceof BackendError) || thrown.fate === 'refused') throw thrown;
      if (thrown.fate === 'unknown') doubtful = true;
      else if (!doubtful) throw thrown;
      await parts.clock.sleep(backoffMs(attempt, { minMs: 20, maxMs: 1_000 }, parts.random), signal);
    }
  }
}

function conflictIn(member: Member, outcome: RawOutcome & { readonly ok: false }): CommitOutcome {
  const found = new Map<string, Found>();
  for (const [i, compare] of member.compare.entries()) {
    const there = outcome.found[i];
    if (there) found.set(compareName(compare), there);
  }
  const conflict = conflictOf(member, found, outcome.revision);
  if (!conflict)
    throw new BackendError('refused', 'Inconsistent', 'a transaction failed, though all of it held');
  return { ok: false, conflict };
}

async function allGone(backend: Backend, member: Member): Promise<boolean> {
  for (const { key } of member.own) {
    const { records } = await backend.range({ from: key.path, to: `${key.path}\0`, limit: 1 });
    if (records.length > 0) return false;
  }
  return true;
}
