import { codecOf, type InstanceRecord, type SessionRecord, type TaskRecord } from '@longshore/model';
import { noop } from 'cockatiel';
import { Etcd3 } from 'etcd3';

/** A record with etcd's revisions of it. */
export interface Lying<T> {
  readonly value: T;
  readonly revision: number;
  readonly createRevision: number;
}

/** What lay in etcd at one revision. Names are cluster/id. */
export interface Snapshot {
  readonly revision: number;
  readonly tasks: ReadonlyMap<string, Lying<TaskRecord>>;
  /** Tasks that were moved to the history. */
  readonly history: ReadonlyMap<string, Lying<TaskRecord>>;
  readonly instances: ReadonlyMap<string, Lying<InstanceRecord>>;
  readonly sessions: ReadonlyMap<string, Lying<SessionRecord>>;
}

interface Pair {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly mod_revision: string;
  readonly create_revision: string;
}

const prefix = '/longshore/';
const callMs = 3_000;

/** Reads etcd past everything that is tested: no store, no cache, no control plane. */
export class EtcdReader {
  readonly #etcd: Etcd3;

  constructor(endpoint: string) {
    this.#etcd = new Etcd3({
      hosts: endpoint,
      faultHandling: { host: () => noop, global: noop },
      grpcOptions: { 'grpc.max_receive_message_length': -1, 'grpc.max_reconnect_backoff_ms': 500 },
      defaultCallOptions: () => ({ deadline: Date.now() + callMs }),
    });
  }

  /** All of it at one revision: the newest, or one of before. Throws while etcd does not answer. */
  async snapshot(at?: number): Promise<Snapshot> {
    const live = await this.#under('live/', at);
    const revision = at ?? live.revision;
    const cold = await this.#under('cold/history/', revision);
    const history = decoded('cold/history/', cold.pairs, (bytes) => codecOf('HistoryRecord').decode(bytes));
    return {
      revision,
      tasks: decoded('live/tasks/', live.pairs, (bytes) => codecOf('TaskRecord').decode(bytes)),
      history: new Map(
        [...history].flatMap(([name, { value, ...at }]) =>
          value.task ? [[name, { ...at, value: value.task }] as const] : [],
        ),
      ),
      instances: decoded('live/instances/', live.pairs, (bytes) => codecOf('InstanceRecord').decode(bytes)),
      sessions: decoded('live/sessions/', live.pairs, (bytes) => codecOf('SessionRecord').decode(bytes)),
    };
  }

  close(): void {
    this.#etcd.close();
  }

  async #under(
    folder: string,
    revision: number | undefined,
  ): Promise<{ readonly revision: number; readonly pairs: readonly Pair[] }> {
    const key = prefix + folder;
    const answer = await this.#etcd.kv.range({
      key: Buffer.from(key),
      range_end: Buffer.from(`${key.slice(0, -1)}0`),
      revision: String(revision ?? 0),
    });
    return { revision: Number(answer.header.revision), pairs: answer.kvs };
  }
}

function decoded<T>(
  folder: string,
  pairs: readonly Pair[],
  decode: (bytes: Buffer) => T,
): Map<string, Lying<T>> {
  const found = new Map<string, Lying<T>>();
  for (const { key, value, mod_revision, create_revision } of pairs) {
    const path = key.toString().slice(prefix.length);
    if (!path.startsWith(folder)) continue;
    const revisions = { revision: Number(mod_revision), createRevision: Number(create_revision) };
    found.set(path.slice(folder.length), { value: decode(value), ...revisions });
  }
  return found;
}
