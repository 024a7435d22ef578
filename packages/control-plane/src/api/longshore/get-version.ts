import { clusterReference } from '@longshore/model';
import { keyOf, rangeOf } from '@longshore/store';
import type { LongshoreOperation } from './operation.js';

/** Versions of everything that this replica sees. */
export const getVersion: LongshoreOperation<'GetVersion'> = async (request, _call, context) => {
  const { store } = context;
  const cluster =
    request.cluster === undefined ? undefined : clusterReference(request.cluster, context.accountId);
  const leader = store.get(keyOf('leader', 'controllers'))?.value.replica;
  const instances = store.list(cluster?.ok ? rangeOf('instance', cluster.value) : rangeOf('instance'));
  return {
    serverVersion: context.version,
    replica: context.replica,
    replicas: store.list(rangeOf('replica')).map(({ key, value }) => ({
      replica: key.names[0],
      version: value.version,
      leader: key.names[0] === leader,
    })),
    agents: instances.map(({ key, value }) => ({
      cluster: key.names[0],
      containerInstance: key.names[1],
      name: value.name,
      version: value.agentVersion,
      dockerVersion: value.dockerVersion,
    })),
    etcdVersions: await etcdVersions(store),
  };
};

/** Best effort: the rest is answered also while etcd is away. */
async function etcdVersions(store: { status(): Promise<{ members: readonly { version: string }[] }> }) {
  try {
    return [...new Set((await store.status()).members.map((m) => m.version))].filter((v) => v !== '');
  } catch {
    // Away: the answer says so by naming none.
    return [];
  }
}
