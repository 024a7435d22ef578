import { silentLogger, systemClock, systemRandom } from '@longshore/kit';
import { type EtcdStore, keyOf, openEtcdStore } from '@longshore/store';
import { expect } from 'chai';
import { freePort, TestEtcd } from '../../support/etcd.js';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/needs.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { committed, create, put } from '../../unit/store/contract.js';

describe('the store on several endpoints', () => {
  needs('etcd');
  let etcd: TestEtcd;
  const stores: EtcdStore[] = [];
  const open = async (endpoints: readonly string[]): Promise<EtcdStore> => {
    const parts = { clock: systemClock, random: systemRandom, logger: silentLogger };
    const store = openEtcdStore({ endpoints, replica: 'one', callMs: 1_000, ...parts });
    stores.push(store);
    await store.start();
    return store;
  };
  beforeEach(async () => {
    etcd = await TestEtcd.start();
  });
  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.stop()));
    await etcd.stop();
  });

  it('passes over one that refuses connections', async () => {
    const dead = `http://127.0.0.1:${await freePort()}`;
    for (const endpoints of [
      [dead, etcd.endpoint],
      [etcd.endpoint, dead],
    ]) {
      const store = await open(endpoints);
      expect(store.state.phase).to.equal('ready');
      await store.barrier();
    }
  });

  it('goes on over another when one swallows everything, watch and leases too', async () => {
    const holes = await Promise.all([0, 1].map(() => TcpProxy.start({ port: etcd.clientPort })));
    const store = await open(holes.map((hole) => `http://127.0.0.1:${hole.port}`));
    const first = await committed(put(store, 1, 0));
    const lease = await store.lease(10);
    const used = holes.find((hole) => hole.connections > 0) ?? holes[0];
    used?.pause();
    const outcome = await put(store, 2, first);
    expect(outcome.ok).to.equal(true);
    await eventually(() => expect(store.state.phase).to.equal('ready'));
    await committed(create(store, keyOf('family', 'after'), { lastRevision: 1 }));
    await store.barrier(AbortSignal.timeout(5_000));
    expect(lease.lost.aborted).to.equal(false);
    await store.stop();
    await Promise.all(holes.map((hole) => hole.stop()));
  });
});
