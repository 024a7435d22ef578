import type { Found, RawCompare, RawEvent, RawRecord, RawTransaction, RawWrite } from '../backend.js';
import { endOf } from '../codecs.js';

/** etcd's messages as the client decodes them: 64-bit numbers are strings, for ids of clusters pass 2^53. */
export interface Header {
  readonly cluster_id: string;
  readonly member_id: string;
  readonly revision: string;
}

interface KeyValue {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly mod_revision: string;
  readonly create_revision: string;
}

export interface RangeAnswer {
  readonly header: Header;
  readonly kvs: readonly KeyValue[];
  readonly more: boolean;
  readonly count: string;
}

export interface TxnAnswer {
  readonly header: Header;
  readonly succeeded: boolean;
  readonly responses: readonly { readonly response_range?: RangeAnswer }[];
}

export interface WatchEvent {
  readonly type: 'Put' | 'Delete';
  readonly kv: KeyValue;
}

/** Between paths and etcd's keys, which carry the prefix. */
export class Wire {
  readonly #prefix: string;
  readonly #prefixBytes: number;

  constructor(prefix: string) {
    this.#prefix = prefix;
    this.#prefixBytes = Buffer.byteLength(prefix);
  }

  key(path: string): Buffer {
    return Buffer.from(this.#prefix + path);
  }

  txn({ compare, write }: RawTransaction): object {
    return {
      compare: compare.map((one) => this.#compare(one)),
      success: write.map((one) => this.#write(one)),
      failure: compare.map((one) => this.#look(one)),
    };
  }

  /** What the failure branch found, in the order of the compares. */
  found(compare: readonly RawCompare[], answer: TxnAnswer): readonly Found[] {
    return compare.map((one, i) => {
      const kv = answer.responses[i]?.response_range?.kvs[0];
      const path = kv ? this.#path(kv.key) : 'path' in one ? one.path : one.absentUnder;
      return {
        path,
        revision: Number(kv?.mod_revision ?? 0),
        createRevision: Number(kv?.create_revision ?? 0),
      };
    });
  }

  record(kv: KeyValue): RawRecord {
    return {
      path: this.#path(kv.key),
      value: kv.value,
      revision: Number(kv.mod_revision),
      createRevision: Number(kv.create_revision),
    };
  }

  event({ type, kv }: WatchEvent): RawEvent {
    return {
      path: this.#path(kv.key),
      value: type === 'Put' ? kv.value : undefined,
      revision: Number(kv.mod_revision),
      createRevision: Number(kv.create_revision),
    };
  }

  #path(key: Buffer): string {
    return key.toString('utf8', this.#prefixBytes);
  }

  #compare(compare: RawCompare): object {
    if ('absentUnder' in compare) {
      const { absentUnder: under } = compare;
      // Holds for every key of the range, and etcd takes an empty one for a key whose create_revision is 0.
      const range = { key: this.key(under), range_end: this.key(endOf(under)) };
      return { ...range, result: 'Equal', target: 'Create', create_revision: 0 };
    }
    const key = this.key(compare.path);
    if ('revision' in compare) return { key, result: 'Equal', target: 'Mod', mod_revision: compare.revision };
    return { key, result: 'Equal', target: 'Create', create_revision: compare.createRevision };
  }

  #write(write: RawWrite): object {
    if ('delete' in write) return { request_delete_range: { key: this.key(write.delete) } };
    const { put, value, lease } = write;
    return { request_put: { key: this.key(put), value, ...(lease !== undefined && { lease }) } };
  }

  #look(compare: RawCompare): object {
    const range =
      'absentUnder' in compare
        ? { key: this.key(compare.absentUnder), range_end: this.key(endOf(compare.absentUnder)) }
        : { key: this.key(compare.path) };
    return { request_range: { ...range, limit: 1, keys_only: true } };
  }
}
