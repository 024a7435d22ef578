import type { Found, RawCompare, RawRecord } from '../backend.js';
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

  /** What was found by `look`, in the order of the compares. */
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

  #path(key: Buffer): string {
    return key.toString('utf8', this.#prefixBytes);
  }

  /** The operation that reads a compared key, or the first one under a compared prefix, as of a revision. */
  look(compare: RawCompare, revision: number): object {
    const range =
      'absentUnder' in compare
        ? { key: this.key(compare.absentUnder), range_end: this.key(endOf(compare.absentUnder)) }
        : { key: this.key(compare.path) };
    return { request_range: { ...range, limit: 1, keys_only: true, revision } };
  }
}
