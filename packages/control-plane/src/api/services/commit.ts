import { serverException } from '@longshore/model';
import type { CommitRequest } from '@longshore/store';
import type { Call, OperationContext } from '../operation.js';

export interface Attempt<T> {
  /** Absent: there is nothing to write. */
  readonly commit?: CommitRequest;
  readonly answer: () => T;
}

const attempts = 30;

/**
 * Looks, commits, and after a Conflict looks at everything anew: the cluster, the definition and the service may each
 * have changed. What `prepare` read before its last await is safe, since the commit expects it.
 */
export async function commitAfresh<T>(
  { store }: Pick<OperationContext, 'store'>,
  { signal }: Pick<Call, 'signal'>,
  prepare: () => Promise<Attempt<T>>,
): Promise<T> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const { commit, answer } = await prepare();
    if (!commit) return answer();
    const outcome = await store.commit(commit, { signal });
    if (outcome.ok) return answer();
    await store.reached(outcome.conflict.asOf, signal);
  }
  throw serverException('The service changes too fast: try again.');
}
