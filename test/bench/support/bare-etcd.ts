import { noop } from 'cockatiel';
import { Etcd3 } from 'etcd3';

interface TxnAnswer {
  readonly succeeded: boolean;
}

/** etcd3 with nothing in its way: what the store is measured against. */
export class BareEtcd {
  readonly #etcd: Etcd3;
  readonly #prefix: string;

  constructor(endpoint: string, prefix: string) {
    this.#prefix = prefix;
    this.#etcd = new Etcd3({
      hosts: endpoint,
      faultHandling: { host: () => noop, global: noop },
      grpcOptions: { 'grpc.max_receive_message_length': -1 },
    });
  }

  /** One transaction that expects the first key to be absent and puts all of them. */
  async create(paths: readonly string[], value: Uint8Array): Promise<void> {
    const keys = paths.map((path) => Buffer.from(this.#prefix + path));
    const answer: TxnAnswer = await this.#etcd.kv.txn({
      compare: [{ key: keys[0] as Buffer, result: 'Equal', target: 'Mod', mod_revision: '0' }],
      success: keys.map((key) => ({ request_put: { key, value: value as Buffer } })),
    });
    if (!answer.succeeded) throw new Error('a bare transaction failed');
  }

  async count(under: string): Promise<number> {
    return this.#etcd
      .getAll()
      .prefix(this.#prefix + under)
      .count();
  }

  /** Every key and value below `under`, by ranges of `digits` hex digits, `atOnce` at a time; gives their number. */
  async list(under: string, digits: number, atOnce: number): Promise<number> {
    const cuts = Array.from({ length: 16 ** digits }, (_, i) => i.toString(16).padStart(digits, '0'));
    let count = 0;
    const worker = async (): Promise<void> => {
      for (let cut = cuts.pop(); cut !== undefined; cut = cuts.pop()) {
        const from = Buffer.from(`${this.#prefix}${under}${cut}`);
        const to = Buffer.from(`${this.#prefix}${under}${cut}g`);
        const page = await this.#etcd.kv.range({ key: from, range_end: to });
        count += page.kvs.length;
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    return count;
  }

  /** Lengths of the values of the first so many keys below `under`. */
  async sizes(under: string, limit: number): Promise<readonly number[]> {
    const key = this.#prefix + under;
    const page = await this.#etcd.kv.range({
      key: Buffer.from(key),
      range_end: Buffer.from(`${key}g`),
      limit,
    });
    return page.kvs.map((kv) => kv.value.byteLength);
  }

  /** What the keys below `under` end in, a page at a time. */
  async *names(under: string, page = 10_000): AsyncGenerator<readonly string[]> {
    const folder = this.#prefix + under;
    const end = Buffer.from(`${folder.slice(0, -1)}0`);
    for (let from = Buffer.from(folder); ; ) {
      const range = { key: from, range_end: end, limit: page, keys_only: true };
      const { kvs, more } = await this.#etcd.kv.range(range);
      const keys = kvs.map((kv) => kv.key.toString());
      yield keys.map((key) => key.slice(folder.length));
      if (!more) return;
      from = Buffer.from(`${keys.at(-1) ?? ''}\0`);
    }
  }

  async databaseBytes(): Promise<number> {
    return Number((await this.#etcd.maintenance.status()).dbSize);
  }

  close(): void {
    this.#etcd.close();
  }
}
