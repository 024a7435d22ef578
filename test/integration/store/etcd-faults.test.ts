import { silentLogger, systemClock, systemRandom } from '@longshore/kit';
import { aTaskRecord } from '@longshore/model';
import { type EtcdStore, type EtcdStoreOptions, keyOf, openEtcdStore, rangeOf } from '@longshore/store';
import { expect } from 'chai';
import { TestEtcd } from '../../support/etcd.js';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/needs.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { committed, create, failure, put } from '../../unit/store/contract.js';
import { RevisionAudit } from './revision-audit.js';

const family = keyOf('family', 'web');

describe('the store when etcd or the way to it fails', () => {
  needs('etcd');
  let etcd: TestEtcd;
  let proxy: TcpProxy;
  /** Goes straight to etcd. */
  let writer: EtcdStore;
  /** Goes through the proxy. */
  let reader: EtcdStore;
  const stores: EtcdStore[] = [];

  const open = async (options: Partial<EtcdStoreOptions> & { replica: string }): Promise<EtcdStore> => {
    const store = openEtcdStore({
      endpoints: [etcd.endpoint],
      clock: systemClock,
      random: systemRandom,
      logger: silentLogger,
      ...options,
    });
    stores.push(store);
    await store.start();
    return store;
  };

  beforeEach(async () => {
    etcd = await TestEtcd.start();
    proxy = await TcpProxy.start({ port: etcd.clientPort });
    writer = await open({ replica: 'writer' });
    reader = await open({ replica: 'reader', endpoints: [`http://127.0.0.1:${proxy.port}`], callMs: 1_000 });
  });
  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.stop()));
    await proxy.stop();
    await etcd.stop();
  });

  it('misses nothing where the connection is cut in the middle of a catch-up, again and again', async () => {
    const audit = new RevisionAudit(reader);
    proxy.refuse(true);
    for (let n = 0; n < 20; n++)
      await Promise.all(Array.from({ length: 150 }, (_, k) => writeFamily(writer, n, k)));
    proxy.refuse(false);
    for (let cut = 1; cut <= 6; cut++) {
      proxy.cutAfter(20_000 * cut);
      await eventually(() => reader.watched >= writer.watched || proxy.connections === 0, {
        withinMs: 5_000,
      });
    }
    await eventually(() => expect(reader.watched).to.be.at.least(writer.watched));
    await expectEqual(reader, writer);
    audit.expectInOrder();
    expect(audit.relists, 'no list was needed').to.equal(0);
    expect(audit.changes).to.equal(20 * 150);
  });

  it('lists again where what it missed has been compacted, and ends equal', async () => {
    const audit = new RevisionAudit(reader);
    const doomed = keyOf('family', 'doomed');
    const created = await committed(create(writer, doomed, { lastRevision: 1 }));
    await reader.reached(created);
    proxy.refuse(true);
    await eventually(() => expect(reader.state.phase).to.equal('away'));
    await committed(
      writer.commit({ expect: [{ key: doomed, revision: created }], write: [{ delete: doomed }] }),
    );
    for (let n = 0; n < 300; n++) await writeFamily(writer, n, n);
    await writer.barrier();
    await writer.compact(writer.watched);
    proxy.refuse(false);
    await eventually(() => expect(reader.watched).to.be.at.least(writer.watched));
    await expectEqual(reader, writer);
    expect(reader.get(doomed)).to.equal(undefined);
    expect(audit.relists).to.equal(1);
    audit.expectInOrder();
  });

  it('says that etcd is away, answers UNAVAILABLE, and goes on after a restart of etcd', async () => {
    const revision = await committed(put(reader, 1, 0));
    await etcd.kill();
    await eventually(() => expect(reader.state.phase).to.equal('away'));
    expect(reader.state.reason).to.match(/127\.0\.0\.1|watch/);
    expect(await codeOf(put(reader, 2, revision))).to.equal('UNAVAILABLE');
    expect(await codeOf(reader.barrier())).to.equal('UNAVAILABLE');
    expect(reader.get(family)?.value.lastRevision, 'what is known is still shown').to.equal(1);
    await etcd.run();
    await eventually(() => expect(reader.state.phase).to.equal('ready'));
    const next = await committed(put(reader, 2, revision));
    await eventually(() => expect(writer.state.phase).to.equal('ready'));
    await writer.reached(next);
    expect(writer.get(family)?.value.lastRevision).to.equal(2);
  });

  it('starts while etcd is down, and becomes ready when it comes', async () => {
    await etcd.kill();
    const late = await open({ replica: 'late' });
    expect(late.state.phase).to.equal('away');
    expect(await codeOf(put(late, 1, 0))).to.equal('UNAVAILABLE');
    await etcd.run();
    await eventually(() => expect(late.state.phase).to.equal('ready'));
    await committed(put(late, 1, 0));
  });

  it('stops within its bound while etcd stands still', async () => {
    etcd.freeze();
    try {
      const hanging = failure(put(reader, 1, 0));
      const startedMs = performance.now();
      await reader.stop();
      expect(performance.now() - startedMs).to.be.below(6_000);
      expect(await hanging).to.match(/not known in time|stopped/);
    } finally {
      etcd.thaw();
    }
  });

  for (const lost of ['the answer', 'the request'] as const)
    it(`tells a commit that lost ${lost} from one that conflicted`, async () => {
      const first = await committed(put(writer, 1, 0));
      await reader.reached(first);
      proxy.pause(lost === 'the answer' ? 'toClient' : 'toServer');
      const outcome = put(reader, 2, first);
      if (lost === 'the answer') {
        // The other replica builds upon it before the first one has heard of its own success.
        await eventually(() => expect(writer.get(family)?.value.lastRevision).to.equal(2));
        await committed(put(writer, 3, writer.get(family)?.revision ?? 0));
      } else await committed(put(writer, 3, first));
      const dependent = put(reader, 9, first);
      await eventually(() => reader.state.phase === 'away', { withinMs: 8_000 });
      proxy.cut();
      proxy.resume();
      const known = await outcome;
      expect(known.ok).to.equal(lost === 'the answer');
      expect((await dependent).ok).to.equal(false);
      await reader.barrier();
      expect(reader.get(family)?.value.lastRevision).to.equal(3);
    });

  it('knows the outcome of commits that etcd stood still for', async () => {
    const writes = Array.from({ length: 40 }, (_, n) => keyOf('family', `s${n}`));
    etcd.freeze();
    const outcomes = writes.map((key) => create(reader, key, { lastRevision: 1 }));
    await eventually(() => expect(reader.state.phase).to.equal('away'), { withinMs: 8_000 });
    etcd.thaw();
    for (const outcome of await Promise.all(outcomes)) expect(outcome.ok).to.equal(true);
    await writer.barrier();
    for (const key of writes) expect(writer.get(key)?.createRevision).to.equal(writer.get(key)?.revision);
  });

  it('loses a lease before etcd drops it', async () => {
    const key = keyOf('session', 'c', 'i');
    const lease = await reader.lease(3);
    await committed(
      reader.commit({
        expect: [{ key, revision: 0 }],
        write: [{ put: key, value: { replica: 'reader', startedAtMs: 0 }, lease }],
      }),
    );
    await writer.barrier();
    proxy.pause();
    let goneWhenLost: boolean | undefined;
    lease.lost.addEventListener('abort', () => {
      goneWhenLost = writer.get(key) === undefined;
    });
    await eventually(() => expect(writer.get(key)).to.equal(undefined), { withinMs: 15_000 });
    expect(goneWhenLost, 'lost while the key was still there').to.equal(false);
    proxy.cut();
    proxy.resume();
  });

  it('stops for good where etcd was emptied behind it', async () => {
    await committed(put(reader, 1, 0));
    const died = failure(reader.failed);
    await etcd.wipe();
    expect(await died).to.match(/another one|went back|restored/);
    expect(reader.state.phase).to.equal('away');
  });

  it('lists tens of thousands of tasks by ranges, and again as a difference', async () => {
    const cluster = keyOf('cluster', 'c');
    await committed(create(writer, cluster, { status: 'ACTIVE' }));
    const ids = Array.from({ length: 12_000 }, () => systemRandom.hexId());
    for (let at = 0; at < ids.length; at += 500)
      await committed(
        writer.commit({
          expect: [{ key: cluster, revision: writer.get(cluster)?.revision ?? 0 }],
          write: ids.slice(at, at + 500).map((id) => ({ put: keyOf('task', 'c', id), value: aTaskRecord() })),
        }),
      );
    const late = await open({ replica: 'late' });
    expect(late.tasks.size).to.equal(ids.length);
    expect([...late.tasks.inCluster('c')].map((task) => task.id)).to.deep.equal([...ids].sort());
    await expectEqual(late, writer);
  });
});

async function writeFamily(store: EtcdStore, lastRevision: number, k: number): Promise<void> {
  const key = keyOf('family', `f${k}`);
  const revision = store.get(key)?.revision ?? 0;
  await committed(
    store.commit({ expect: [{ key, revision }], write: [{ put: key, value: { lastRevision } }] }),
  );
}

/** After a barrier each, both caches hold the same. */
async function expectEqual(one: EtcdStore, two: EtcdStore): Promise<void> {
  await Promise.all([one.barrier(), two.barrier()]);
  expect(one.list(rangeOf('family'))).to.deep.equal(two.list(rangeOf('family')));
  expect(one.list(rangeOf('task'))).to.deep.equal(two.list(rangeOf('task')));
  expect(one.tasks.size).to.equal(two.tasks.size);
}

async function codeOf(promise: Promise<unknown>): Promise<string | undefined> {
  try {
    await promise;
  } catch (thrown) {
    return (thrown as { readonly code?: string }).code;
  }
  return undefined;
}
