import { messageOf } from '@longshore/kit';
import { clusterReference, type ReplicaVersion } from '@longshore/model';
import { keyOf, rangeOf } from '@longshore/store';
import type { Call } from '../operation.js';
import type { ServerContext } from '../server-context.js';
import type { LongshoreOperation } from './operation.js';

/** Versions of everything that this replica sees. */
export const getVersion: LongshoreOperation<'GetVersion'> = async (request, call, context) => {
  const { store } = context;
  const own = { serverVersion: context.version, replica: context.replica };
  if (request.ownOnly === true) return own;
  const cluster =
    request.cluster === undefined ? undefined : clusterReference(request.cluster, context.accountId);
  const instances = store.list(cluster?.ok ? rangeOf('instance', cluster.value) : rangeOf('instance'));
  const [replicas, etcd] = await Promise.all([replicasOf(call, context), etcdVersions(store)]);
  return {
    ...own,
    replicas,
    agents: instances.map(({ key, value }) => ({
      cluster: key.names[0],
      containerInstance: key.names[1],
      name: value.name,
      version: value.agentVersion,
      dockerVersion: value.dockerVersion,
    })),
    etcdVersions: etcd,
  };
};

/** A replica that has died is listed until its lease ends, so each is asked. */
function replicasOf(call: Call, context: ServerContext): Promise<readonly ReplicaVersion[]> {
  const { store } = context;
  const leader = store.get(keyOf('leader', 'controllers'))?.value.replica;
  return Promise.all(
    store.list(rangeOf('replica')).map(async ({ key, value }) => {
      const replica = key.names[0] ?? '';
      const answers =
        replica === context.replica || (await answersAt(value.grpcAddress, replica, call, context));
      return { replica, version: value.version, leader: replica === leader, answers };
    }),
  );
}

async function answersAt(
  address: string,
  name: string,
  call: Call,
  context: ServerContext,
): Promise<boolean> {
  try {
    return (await context.peers.nameOf(address, call.signal)) === name;
  } catch (thrown) {
    context.logger.debug({ address, reason: messageOf(thrown) }, 'peer does not answer');
    return false;
  }
}

/** Best effort: the rest is answered also while etcd is away. */
async function etcdVersions(store: { status(): Promise<{ members: readonly { version: string }[] }> }) {
  try {
    return [...new Set((await store.status()).members.map((m) => m.version))].filter((v) => v !== '');
  } catch {
    // Away: the answer says so by naming none.
    return [];
  }
}
