import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import protobuf from 'protobufjs';
import { EtcdMessages } from '../../../packages/store/src/etcd/messages.js';

const require = createRequire(import.meta.url);
const folder = join(dirname(require.resolve('etcd3/package.json')), 'proto');
const root = new protobuf.Root();
root.resolvePath = (_origin, target) => (target.startsWith('/') ? target : join(folder, target));
root.loadSync(join(folder, 'rpc.proto'), { keepCase: true });
root.resolveAll();

const type = (name: string): protobuf.Type => root.lookupType(`etcdserverpb.${name}`);
const plain = (name: string, bytes: Uint8Array): Record<string, unknown> =>
  type(name).toObject(type(name).decode(bytes), {
    longs: String,
    enums: String,
    arrays: true,
    bytes: String,
  });
const text = (value: string): string => Buffer.from(value).toString('base64');
const wire = (name: string, value: object): Buffer =>
  Buffer.from(type(name).encode(type(name).fromObject(value)).finish());

describe("etcd's messages, by the contract that its client brings", () => {
  const messages = new EtcdMessages('/longshore/');

  it('say a transaction: each kind of compare and of write', () => {
    const bytes = messages.transaction({
      compare: [
        { path: 'live/a', revision: 5 },
        { path: 'live/b', revision: 0 },
        { path: 'live/c', createRevision: 2 ** 40 },
        { absentUnder: 'live/tasks/x/' },
      ],
      write: [
        { put: 'live/a', value: Buffer.from('one') },
        { put: 'live/ü', value: new Uint8Array(300), lease: '4669003538213519109' },
        { delete: 'live/d' },
      ],
    });
    const key = (path: string): string => text(`/longshore/${path}`);
    expect(plain('TxnRequest', bytes)).to.deep.equal({
      compare: [
        { target: 'Mod', key: key('live/a'), mod_revision: '5' },
        { target: 'Mod', key: key('live/b'), mod_revision: '0' },
        { target: 'Create', key: key('live/c'), create_revision: String(2 ** 40) },
        {
          target: 'Create',
          key: key('live/tasks/x/'),
          create_revision: '0',
          range_end: key('live/tasks/x0'),
        },
      ],
      success: [
        { request_put: { key: key('live/a'), value: text('one') } },
        {
          request_put: {
            key: key('live/ü'),
            value: Buffer.alloc(300).toString('base64'),
            lease: '4669003538213519109',
          },
        },
        { request_delete_range: { key: key('live/d') } },
      ],
      failure: [],
    });
  });

  it('read the answer to a transaction', () => {
    const header = {
      cluster_id: '14841639068965178418',
      member_id: '10276657743932975437',
      revision: '7001',
      raft_term: 2,
    };
    const put = { response_put: { header } };
    const ok = wire('TxnResponse', { header, succeeded: true, responses: [put, put] });
    expect(messages.transactionAnswer(ok)).to.deep.equal({ ok: true, revision: 7001 });
    const failed = wire('TxnResponse', { header, succeeded: false });
    expect(messages.transactionAnswer(failed)).to.deep.equal({ ok: false, revision: 7001 });
  });

  it('ask for a watch', () => {
    expect(plain('WatchRequest', messages.watch('live/', 12))).to.deep.equal({
      create_request: {
        key: text('/longshore/live/'),
        range_end: text('/longshore/live0'),
        start_revision: '12',
        filters: [],
        fragment: true,
      },
    });
  });

  it('read what a watch delivers: puts and deletes, with an identity that no number holds', () => {
    const put = {
      key: Buffer.from('/longshore/live/a'),
      value: Buffer.from([1, 2]),
      create_revision: 3,
      mod_revision: 9,
      version: 2,
    };
    const gone = { key: Buffer.from('/longshore/live/ü'), mod_revision: 9 };
    const bytes = wire('WatchResponse', {
      header: { cluster_id: '14841639068965178418', revision: 9 },
      watch_id: 0,
      fragment: true,
      events: [{ kv: put }, { type: 'Delete', kv: gone }],
    });
    const answer = messages.watchAnswer(bytes);
    expect(answer).to.deep.include({
      revision: 9,
      identity: '14841639068965178418',
      fragment: true,
      created: false,
      canceled: false,
    });
    expect(answer.events).to.deep.equal([
      { path: 'live/a', value: Buffer.from([1, 2]), revision: 9, createRevision: 3 },
      { path: 'live/ü', value: undefined, revision: 9, createRevision: 0 },
    ]);
  });

  it('read that a watch was opened, and why it was cancelled', () => {
    const created = wire('WatchResponse', { header: { cluster_id: 5, revision: 77 }, created: true });
    expect(messages.watchAnswer(created)).to.deep.include({ created: true, revision: 77, identity: '5' });
    const cancelled = wire('WatchResponse', {
      canceled: true,
      compact_revision: 50,
      cancel_reason: 'compacted',
    });
    expect(messages.watchAnswer(cancelled)).to.deep.include({
      canceled: true,
      compacted: 50,
      reason: 'compacted',
    });
  });
});
