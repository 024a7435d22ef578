import { CachedStore, type StoreOptions } from '../core/cached-store.js';
import type { EtcdTls } from './endpoint.js';
import { EtcdBackend } from './etcd-backend.js';

export const defaultPrefix = '/longshore/';

export interface EtcdStoreOptions extends StoreOptions {
  /** `http://host:port` or `https://host:port`, one for each member. */
  readonly endpoints: readonly string[];
  /** Begins every key; `/longshore/` where not given. Ends in a slash. */
  readonly prefix?: string;
  readonly tls?: EtcdTls | undefined;
  /** A call that etcd has not answered within this time counts as lost: 5 s where not given. */
  readonly callMs?: number;
}

/** The store on a real etcd. */
export class EtcdStore extends CachedStore {
  constructor(options: EtcdStoreOptions) {
    const prefix = options.prefix ?? defaultPrefix;
    if (!prefix.endsWith('/')) throw new Error(`the etcd prefix must end in a slash: ${prefix}`);
    super({ ...options, prefix, backend: new EtcdBackend({ ...options, prefix }) });
  }
}

export function openEtcdStore(options: EtcdStoreOptions): EtcdStore {
  return new EtcdStore(options);
}
