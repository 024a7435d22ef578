import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import type { Clock, Logger, Random } from '@longshore/kit';
import {
  type CommitMeter,
  type EtcdStoreOptions,
  type MemoryBackend,
  openEtcdStore,
  openMemoryStore,
  type Store,
} from '@longshore/store';
import type { Config } from './config/config.js';

export interface StoreOpening {
  readonly replica: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly version: string;
  readonly meter: CommitMeter;
  /** For replicas of one process that share a store in memory. */
  readonly memory?: MemoryBackend | undefined;
}

/** The store that the settings name; not started yet. Throws where a file cannot be read. */
export function openStore(config: Config, opening: StoreOpening): Store {
  const { memory } = opening;
  if (config.memoryStore) return openMemoryStore({ ...opening, ...(memory ? { backend: memory } : {}) });
  const { endpoints, prefix } = config.etcd;
  const secure = endpoints.some((e) => e.startsWith('https://')) || config.etcd.caCertFile !== undefined;
  return openEtcdStore({
    ...opening,
    endpoints: endpoints.map((e) => (e.includes('://') ? e : `${secure ? 'https' : 'http'}://${e}`)),
    prefix,
    tls: secure ? tlsOf(config.etcd) : undefined,
  });
}

/** Without a certificate authority of its own, etcd's members are checked against those that Node knows. */
function tlsOf(etcd: Config['etcd']): NonNullable<EtcdStoreOptions['tls']> {
  const { caCertFile, certFile, keyFile } = etcd;
  return {
    ca: caCertFile ? readFileSync(caCertFile) : rootCertificates.join('\n'),
    ...(certFile && keyFile ? { cert: readFileSync(certFile), key: readFileSync(keyFile) } : {}),
  };
}
