import {
  allClusterFields,
  type ClusterRecord,
  type CreateClusterRequest,
  checkTags,
  clusterOf,
  invalidParameter,
  noCounts,
} from '@longshore/model';
import { keyOf } from '@longshore/store';
import { type Decision, decideAndCommit, look, scopeOf } from '../common/index.js';
import type { Call, Operation, OperationContext } from '../operation.js';
import { newCluster } from './active-cluster.js';
import { countsOf } from './counts.js';
import { checkProviders, connectDefaults, mergeSettings } from './settings.js';

/** Asked for again with the same arguments, or with none, it answers what is there. */
export const createCluster: Operation<'CreateCluster'> = async (request, call, context) => {
  const name = request.clusterName || 'default';
  check(name, request);
  const key = keyOf('cluster', name);
  await look({ call, context }, key);
  const record = await decideAndCommit(context, call, (): Decision<ClusterRecord> => {
    const present = context.store.get(key);
    if (present?.value.status === 'ACTIVE') {
      checkSame(present.value, request);
      return { answer: present.value };
    }
    const value = clusterRecord(request, call, context);
    return {
      commit: { expect: [{ key, revision: present?.revision ?? 0 }], write: [{ put: key, value }] },
      answer: value,
    };
  });
  const counts = context.store.get(key) ? countsOf(context.store, name, context.taskCounter) : noCounts;
  const scope = scopeOf({ call, context });
  return { cluster: clusterOf(record, { scope, name, counts, include: allClusterFields }) };
};

function check(name: string, request: CreateClusterRequest): void {
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(name))
    throw invalidParameter(
      'Cluster name is invalid: up to 255 letters, digits, hyphens and underscores are allowed.',
    );
  checkTags(request.tags, 'cluster');
  checkProviders(request.capacityProviders, request.defaultCapacityProviderStrategy);
  mergeSettings([], request.settings);
}

function clusterRecord(request: CreateClusterRequest, call: Call, context: OperationContext): ClusterRecord {
  const empty = newCluster(call, context);
  return {
    ...empty,
    settings: mergeSettings(empty.settings, request.settings),
    configuration: request.configuration,
    tags: request.tags ?? [],
    capacityProviders: request.capacityProviders ?? [],
    defaultCapacityProviderStrategy: request.defaultCapacityProviderStrategy ?? [],
    serviceConnectDefaults: connectDefaults(undefined, request.serviceConnectDefaults),
  };
}

/** What is asked for must be what is there; what is not mentioned does not matter. */
function checkSame(present: ClusterRecord, request: CreateClusterRequest): void {
  const same =
    matches(request.tags, present.tags) &&
    matches(request.capacityProviders, present.capacityProviders) &&
    (request.settings ?? []).every((s) =>
      present.settings.some((p) => p.name === s.name && p.value === s.value),
    );
  if (!same)
    throw invalidParameter(
      'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
    );
}

function matches(asked: readonly unknown[] | undefined, present: readonly unknown[]): boolean {
  return !asked || asked.length === 0 || JSON.stringify(asked) === JSON.stringify(present);
}
