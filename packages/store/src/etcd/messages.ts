import { ByteReader, ByteWriter } from '@longshore/model';
import type { RawCompare, RawEvent, RawTransaction, RawWrite } from '../backend.js';
import { endOf } from '../codecs.js';

/**
 * The two messages of etcd that come by the thousand, transactions and watch events, straight between our shapes and
 * bytes: the client's own way makes three objects of every operation. Numbers are those of etcd's rpc.proto, which a
 * test holds against the copy that the client brings.
 */
export class EtcdMessages {
  readonly #prefix: string;
  readonly #writer = new ByteWriter();
  readonly #reader = new ByteReader();

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** TxnRequest without a failure branch: what was otherwise is asked for when it is otherwise. */
  transaction({ compare, write }: RawTransaction): Buffer {
    const to = this.#writer;
    to.position = 0;
    for (const one of compare) {
      to.uint32(tag(1, 2));
      const at = to.open();
      this.#compare(one);
      to.close(at);
    }
    for (const one of write) {
      to.uint32(tag(2, 2));
      const at = to.open();
      this.#write(one);
      to.close(at);
    }
    return asBuffer(to.finish(0));
  }

  /** TxnResponse, as far as it is read. */
  readonly transactionAnswer = (bytes: Uint8Array): { readonly ok: boolean; readonly revision: number } => {
    const from = this.#reader;
    from.open(bytes);
    let ok = false;
    let revision = 0;
    while (from.position < from.end) {
      const member = from.varint();
      if (member === tag(1, 2)) revision = this.#header(from.delimitedEnd()).revision;
      else if (member === tag(2, 0)) ok = from.varint() !== 0;
      else from.skip(member & 7);
    }
    return { ok, revision };
  };

  /** WatchRequest: everything below `under` from revision `start` on, large answers in pieces. */
  watch(under: string, start: number): Buffer {
    const to = this.#writer;
    to.position = 0;
    to.uint32(tag(1, 2));
    const at = to.open();
    this.#key(1, under);
    this.#key(2, endOf(under));
    to.uint32(tag(3, 0));
    to.int64(start);
    to.uint32(tag(8, 0));
    to.bool(true);
    to.close(at);
    return asBuffer(to.finish(0));
  }

  readonly watchAnswer = (bytes: Uint8Array): WatchAnswer => {
    const from = this.#reader;
    from.open(bytes);
    const answer = { revision: 0, identity: '0', created: false, canceled: false, compacted: 0, reason: '' };
    let fragment = false;
    const events: RawEvent[] = [];
    while (from.position < from.end) {
      const member = from.varint();
      if (member === tag(1, 2)) Object.assign(answer, this.#header(from.delimitedEnd()));
      else if (member === tag(3, 0)) answer.created = from.varint() !== 0;
      else if (member === tag(4, 0)) answer.canceled = from.varint() !== 0;
      else if (member === tag(5, 0)) answer.compacted = from.varint();
      else if (member === tag(6, 2)) answer.reason = from.string();
      else if (member === tag(7, 0)) fragment = from.varint() !== 0;
      else if (member === tag(11, 2)) events.push(this.#event(from.delimitedEnd()));
      else from.skip(member & 7);
    }
    return { ...answer, fragment, events };
  };

  #compare(compare: RawCompare): void {
    const to = this.#writer;
    // result = EQUAL is 0 and need not be said; target: CREATE 1, MOD 2.
    if ('absentUnder' in compare) {
      const { absentUnder: under } = compare;
      to.uint32(tag(2, 0));
      to.uint32(1);
      this.#key(3, under);
      // Holds for every key of the range, and etcd takes an empty one for a key whose create_revision is 0.
      to.uint32(tag(5, 0));
      to.int64(0);
      this.#key(64, endOf(under));
      return;
    }
    const isMod = 'revision' in compare;
    to.uint32(tag(2, 0));
    to.uint32(isMod ? 2 : 1);
    this.#key(3, compare.path);
    to.uint32(tag(isMod ? 6 : 5, 0));
    to.int64(isMod ? compare.revision : compare.createRevision);
  }

  #write(write: RawWrite): void {
    const to = this.#writer;
    to.uint32(tag('put' in write ? 2 : 3, 2));
    const at = to.open();
    if ('put' in write) {
      this.#key(1, write.put);
      to.uint32(tag(2, 2));
      to.bytes(write.value);
      if (write.lease !== undefined) {
        to.uint32(tag(3, 0));
        to.int64Text(write.lease);
      }
    } else this.#key(1, write.delete);
    to.close(at);
  }

  #key(member: number, path: string): void {
    const to = this.#writer;
    to.uint32(tag(member, 2));
    to.string(this.#prefix + path);
  }

  #header(end: number): { readonly revision: number; readonly identity: string } {
    const from = this.#reader;
    let revision = 0;
    let identity = '0';
    while (from.position < end) {
      const member = from.varint();
      if (member === tag(1, 0)) identity = from.uint64Text();
      else if (member === tag(3, 0)) revision = from.varint();
      else from.skip(member & 7);
    }
    return { revision, identity };
  }

  #event(end: number): RawEvent {
    const from = this.#reader;
    let deleted = false;
    let found: RawEvent = { path: '', value: undefined, revision: 0, createRevision: 0 };
    while (from.position < end) {
      const member = from.varint();
      if (member === tag(1, 0)) deleted = from.varint() === 1;
      else if (member === tag(2, 2)) found = this.#record(from.delimitedEnd());
      else from.skip(member & 7);
    }
    return deleted ? { ...found, value: undefined } : found;
  }

  #record(end: number): RawEvent {
    const from = this.#reader;
    let path = '';
    let value: Uint8Array = nothing;
    let revision = 0;
    let createRevision = 0;
    while (from.position < end) {
      const member = from.varint();
      if (member === tag(1, 2)) path = from.string().slice(this.#prefix.length);
      else if (member === tag(2, 0)) createRevision = from.varint();
      else if (member === tag(3, 0)) revision = from.varint();
      else if (member === tag(5, 2)) value = from.view();
      else from.skip(member & 7);
    }
    return { path, value, revision, createRevision };
  }
}

const nothing = new Uint8Array(0);

/** One answer of a watch. */
export interface WatchAnswer {
  /** Of its header: where the store is, not where the watch is. */
  readonly revision: number;
  readonly identity: string;
  readonly created: boolean;
  readonly canceled: boolean;
  /** The revision up to which the store has been compacted, where that is why the watch was cancelled; else 0. */
  readonly compacted: number;
  readonly reason: string;
  readonly fragment: boolean;
  readonly events: readonly RawEvent[];
}

function tag(member: number, wireType: number): number {
  return member * 8 + wireType;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
