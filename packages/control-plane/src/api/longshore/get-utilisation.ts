import { messageOf } from '@longshore/kit';
import { type InstanceUtilisation, instanceReference } from '@longshore/model';
import { keyOf, rangeOf } from '@longshore/store';
import { activeCluster } from '../clusters/index.js';
import type { Call } from '../operation.js';
import type { ServerContext } from '../server-context.js';
import type { LongshoreOperation } from './operation.js';

/** What containers and hosts use: of this replica's agents from memory, of the others' by asking who holds them. */
export const getUtilisation: LongshoreOperation<'GetUtilisation'> = async (request, call, context) => {
  const { name: cluster } = await activeCluster(request.cluster, call, context);
  const asked = request.containerInstances ?? [];
  const ids = asked.length > 0 ? idsOf(asked, cluster, context) : allIds(cluster, context);
  return { instances: await utilisationOf(cluster, ids, call, context) };
};

/** Of each of these instances, in their order; without figures where whoever holds its session does not answer. */
export async function utilisationOf(
  cluster: string,
  ids: readonly string[],
  call: Pick<Call, 'signal'>,
  context: ServerContext,
): Promise<readonly InstanceUtilisation[]> {
  const elsewhere = new Map<string, string[]>();
  const found = new Map<string, InstanceUtilisation>();
  for (const id of ids) {
    const address = addressOfHolder(cluster, id, context);
    if (address === undefined) found.set(id, ownOf(cluster, id, context));
    else elsewhere.set(address, [...(elsewhere.get(address) ?? []), id]);
  }
  const answers = await Promise.all(
    [...elsewhere].map(([address, theirs]) => ask(address, { cluster, ids: theirs }, call, context)),
  );
  for (const instance of answers.flat()) found.set(instance.containerInstance ?? '', instance);
  return ids.map((id) => found.get(id) ?? nothingOf(cluster, id, context));
}

function idsOf(asked: readonly string[], cluster: string, context: ServerContext): readonly string[] {
  return asked.flatMap((text) => {
    const reference = instanceReference(text, { accountId: context.accountId, cluster });
    return reference.ok && context.store.get(keyOf('instance', cluster, reference.value))
      ? [reference.value]
      : [];
  });
}

function allIds(cluster: string, { store }: ServerContext): readonly string[] {
  return store.list(rangeOf('instance', cluster)).map(({ key }) => key.names[1] ?? '');
}

/** Undefined where this replica holds the session, or nobody does. */
function addressOfHolder(cluster: string, id: string, { store, replica }: ServerContext): string | undefined {
  const holder = store.get(keyOf('session', cluster, id))?.value.replica;
  if (holder === undefined || holder === replica) return undefined;
  return store.get(keyOf('replica', holder))?.value.grpcAddress;
}

function ownOf(cluster: string, id: string, context: ServerContext): InstanceUtilisation {
  const sample = context.utilisation.of(cluster, id);
  const { ageMs, host, containers = [], pulls = [] } = sample ?? {};
  return { ...nothingOf(cluster, id, context), ageMs, host, containers, pulls };
}

function nothingOf(cluster: string, id: string, { store }: ServerContext): InstanceUtilisation {
  const name = store.get(keyOf('instance', cluster, id))?.value.name;
  return { containerInstance: id, name, containers: [], pulls: [] };
}

async function ask(
  address: string,
  what: { readonly cluster: string; readonly ids: readonly string[] },
  call: Pick<Call, 'signal'>,
  context: ServerContext,
): Promise<readonly InstanceUtilisation[]> {
  try {
    return await context.peers.utilisation(address, what.cluster, what.ids, call.signal);
  } catch (thrown) {
    // Figures are no state: who cannot be asked is shown without any.
    context.logger.warn({ address, reason: messageOf(thrown) }, 'peer did not tell its utilisation');
    return [];
  }
}
