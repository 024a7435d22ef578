import { type ClusterRecord, clusterNotFound, clusterReference } from '@longshore/model';
import { keyOf, type Stored } from '@longshore/store';
import { effectiveSetting } from '../account-settings/effective.js';
import { decideAndCommit, look, type Reading } from '../common/index.js';
import type { Call, OperationContext } from '../operation.js';

const defaultCluster = 'default';

/** A cluster that exists and is ACTIVE. */
export interface ActiveCluster {
  readonly name: string;
  readonly stored: Stored<'cluster'>;
}

/**
 * The ACTIVE cluster that a request names by name or ARN; none means `default`, which comes into being when it is first
 * used. Throws ClusterNotFoundException.
 */
export async function activeCluster(
  reference: string | undefined,
  call: Call,
  context: OperationContext,
): Promise<ActiveCluster> {
  const found = clusterReference(reference, context.accountId);
  if (!found.ok) throw clusterNotFound();
  const name = found.value;
  const stored = await look({ call, context }, keyOf('cluster', name));
  if (stored?.value.status === 'ACTIVE') return { name, stored };
  if (name === defaultCluster) return makeDefault(call, context);
  throw clusterNotFound();
}

async function makeDefault(call: Call, context: OperationContext): Promise<ActiveCluster> {
  const key = keyOf('cluster', defaultCluster);
  await decideAndCommit(context, call, () => {
    const present = context.store.get(key);
    if (present?.value.status === 'ACTIVE') return { answer: undefined };
    const value = newCluster(call, context);
    return {
      commit: { expect: [{ key, revision: present?.revision ?? 0 }], write: [{ put: key, value }] },
      answer: undefined,
    };
  });
  const stored = await look({ call, context }, key);
  if (!stored) throw clusterNotFound();
  return { name: defaultCluster, stored };
}

/** An empty ACTIVE cluster with the settings that the account gives to new ones. */
export function newCluster(call: Call, context: OperationContext): ClusterRecord {
  return {
    status: 'ACTIVE',
    settings: [{ name: 'containerInsights', value: effectiveSetting('containerInsights', call, context) }],
    tags: [],
    capacityProviders: [],
    defaultCapacityProviderStrategy: [],
    createdAtMs: context.clock.wallMs(),
    deletedAtMs: 0,
  };
}

/** The same for operations that only read: they too make the default cluster, and nothing else. */
export function clusterName(reference: string | undefined, { context }: Pick<Reading, 'context'>): string {
  const found = clusterReference(reference, context.accountId);
  if (!found.ok) throw clusterNotFound();
  return found.value;
}
