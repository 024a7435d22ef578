import { messageOf } from '@longshore/kit';
import type { DiagnoseCheck } from '@longshore/model';
import { rangeOf, type StoreStatus } from '@longshore/store';
import type { ServerContext } from '../server-context.js';
import type { LongshoreOperation } from './operation.js';

/** What `longshore doctor` asks of the control plane. Each check is ok, or has the step that mends it. */
export const diagnose: LongshoreOperation<'Diagnose'> = async (_request, _call, context) => {
  const { phase, reason } = context.store.state;
  const store: DiagnoseCheck = {
    name: 'store',
    ok: phase === 'ready',
    finding: phase === 'ready' ? 'lists and watches' : `${phase}: ${reason}`,
    remedy: phase === 'ready' ? '' : 'see that etcd runs and that --etcd-endpoints names it',
  };
  return {
    checks: [
      store,
      ...(await storeChecks(context)),
      ...instanceChecks(context),
      ...orphanChecks(context),
      keyCheck(context),
    ],
  };
};

async function storeChecks(context: ServerContext): Promise<readonly DiagnoseCheck[]> {
  try {
    const status = await context.store.status();
    return status.backend === 'memory'
      ? [memoryCheck]
      : [membersCheck(status), sizeCheck(status, context.config.etcd.quotaBytes)];
  } catch (thrown) {
    return [
      { name: 'etcd', ok: false, finding: messageOf(thrown), remedy: 'start etcd: systemctl start etcd' },
    ];
  }
}

const memoryCheck: DiagnoseCheck = {
  name: 'etcd',
  ok: true,
  finding: 'the store is in memory: everything is gone when the server ends',
  remedy: '',
};

function membersCheck({ members }: StoreStatus): DiagnoseCheck {
  const down = members.filter((m) => m.error !== undefined);
  const quorum = Math.floor(members.length / 2) + 1;
  const up = members.length - down.length;
  return {
    name: 'etcd quorum',
    ok: down.length === 0,
    finding: `${up} of ${members.length} members answer, ${quorum} are needed`,
    remedy: down.length === 0 ? '' : `start the members at ${down.map((m) => m.endpoint).join(', ')}`,
  };
}

const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;

/** etcd 3.4 does not tell its quota: it is a setting of ours too. */
function sizeCheck({ dbBytes, dbBytesInUse }: StoreStatus, quotaBytes: number): DiagnoseCheck {
  const percent = Math.round((dbBytesInUse / quotaBytes) * 100);
  return {
    name: 'etcd size',
    ok: percent < 80,
    finding: `${mebibytes(dbBytesInUse)} in use, ${percent} % of the quota; the file has ${mebibytes(dbBytes)}`,
    remedy: percent < 80 ? '' : 'longshore store free, then longshore store compact',
  };
}

function instanceChecks({ store, views }: ServerContext): readonly DiagnoseCheck[] {
  return store.list(rangeOf('cluster')).flatMap(({ key, value }) => {
    const cluster = key.names[0] ?? '';
    const { instances } = views.cluster(cluster);
    if (value.status !== 'ACTIVE' || instances.length === 0) return [];
    const silent = instances.filter((i) => !i.agentConnected);
    return [
      {
        name: `agents of ${cluster}`,
        ok: silent.length === 0,
        finding: `${instances.length - silent.length} of ${instances.length} connected`,
        remedy: silent.length === 0 ? '' : `longshore instances --cluster ${cluster}`,
      },
    ];
  });
}

/** What runs on agents of this replica and that the store does not know: a restored etcd, and a person to decide. */
function orphanChecks({ sessions }: ServerContext): readonly DiagnoseCheck[] {
  return [...sessions.all()]
    .filter(({ orphans }) => orphans.length > 0)
    .map(({ cluster, instance, orphans }) => ({
      name: `orphans of ${cluster}/${instance}`,
      ok: false,
      finding: `tasks run that the store does not know: ${orphans.join(', ')}`,
      remedy: `stop their containers, or deregister the instance: longshore deregister-container-instance --force --cluster ${cluster} --container-instance ${instance}`,
    }));
}

function keyCheck({ sealKey }: ServerContext): DiagnoseCheck {
  return {
    name: 'access keys',
    ok: sealKey !== undefined,
    finding: sealKey ? 'secrets can be sealed' : 'there is no key to seal secrets with',
    remedy: sealKey ? '' : 'start the server with --token-file or --secret-key-file',
  };
}
