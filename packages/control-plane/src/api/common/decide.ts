import { serverException } from '@longshore/model';
import type { CommitRequest, Store } from '@longshore/store';
import type { Call, OperationContext } from '../operation.js';

/** What an operation made of the state as it stands: what to commit, if anything, and what to answer then. */
export interface Decision<T> {
  /** Absent: there is nothing to write. */
  readonly commit?: CommitRequest;
  readonly answer: T;
}

/**
 * Decides on what the cache shows and commits; after a Conflict it waits until the cache has caught up with what it
 * lost to, and decides again. `decide` is synchronous, so that it sees one state. Ends with the call.
 */
export async function decideAndCommit<T>(
  { store }: Pick<OperationContext, 'store'>,
  { signal }: Pick<Call, 'signal'>,
  decide: () => Decision<T>,
): Promise<T> {
  while (!signal.aborted) {
    const { commit, answer } = decide();
    if (!commit) return answer;
    const outcome = await store.commit(commit, { signal });
    if (outcome.ok) return answer;
    await caughtUp(store, outcome.conflict.asOf, signal);
  }
  throw callEnded(signal);
}

async function caughtUp(store: Store, revision: number, signal: AbortSignal): Promise<void> {
  try {
    await store.reached(revision, signal);
  } catch (thrown) {
    if (signal.aborted) throw callEnded(signal);
    throw thrown;
  }
}

function callEnded(signal: AbortSignal): Error {
  return serverException('The call ended before its outcome was known.', { cause: signal.reason });
}
