import { silentLogger, systemClock, systemRandom } from '@longshore/kit';
import { aTaskRecord } from '@longshore/model';
import { type EtcdStore, keyOf, openEtcdStore, rangeOf } from '@longshore/store';
import { expect } from 'chai';
import { TestEtcd } from '../../support/etcd.js';
import { needs } from '../../support/needs.js';
import { committed, create } from '../../unit/store/contract.js';

describe('the store within the limits of its etcd', () => {
  needs('etcd');
  const running: { stop(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const one of running.splice(0).reverse()) await one.stop();
  });
  const open = async (...flags: readonly string[]): Promise<EtcdStore> => {
    const etcd = await TestEtcd.start({ flags });
    running.push(etcd);
    const parts = { clock: systemClock, random: systemRandom, logger: silentLogger };
    const store = openEtcdStore({ endpoints: [etcd.endpoint], replica: 'one', ...parts });
    running.push(store);
    await store.start();
    return store;
  };

  it('finds out how many operations etcd takes, and makes its groups accordingly', async () => {
    const store = await open('--max-txn-ops=128');
    expect(store.limits.opsPerCommit).to.equal(127);
    const names = Array.from({ length: 1_000 }, (_, n) => `f${n}`);
    const outcomes = await Promise.all(
      names.map((name) => create(store, keyOf('family', name), { lastRevision: 1 })),
    );
    expect(outcomes.every((outcome) => outcome.ok)).to.equal(true);
    expect(store.count(rangeOf('family'))).to.equal(1_000);
  });

  it('keeps groups below the size that etcd takes, and names a commit that is too large by itself', async () => {
    const store = await open();
    const task = (bytes: number) => aTaskRecord({ stoppedReason: 'x'.repeat(bytes) });
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, (_, n) => create(store, keyOf('task', 'c', `t${n}`), task(100_000))),
    );
    expect(outcomes.every((outcome) => outcome.ok)).to.equal(true);
    expect(await codeOf(create(store, keyOf('task', 'c', 'large'), task(3_000_000)))).to.equal(
      'RequestTooLarge',
    );
  });

  it('says that etcd is full, goes on reading, and takes what frees space', async () => {
    const store = await open(`--quota-backend-bytes=${4 * 2 ** 20}`);
    let code: string | undefined;
    let written = 0;
    for (; code === undefined && written < 200; written++)
      code = await codeOf(
        create(store, keyOf('task', 'c', `t${written}`), aTaskRecord({ stoppedReason: 'x'.repeat(200_000) })),
      );
    expect(code).to.equal('OutOfSpace');
    expect(store.tasks.size).to.equal(written - 1);
    expect((await store.status()).dbBytes).to.be.above(2 ** 20);
    const [first] = store.tasks.inCluster('c');
    const key = keyOf('task', 'c', 't0');
    expect(first?.id).to.equal('t0');
    await committed(
      store.commit({ expect: [{ key, revision: first?.revision ?? 0 }], write: [{ delete: key }] }),
    );
    expect(store.tasks.get('c', 't0')).to.equal(undefined);
    const again = await store.commit({
      expect: [{ key, revision: first?.revision ?? 0 }],
      write: [{ delete: key }],
    });
    expect(again.ok).to.equal(false);
    await store.compact(store.watched);
  });
});

async function codeOf(promise: Promise<unknown>): Promise<string | undefined> {
  try {
    await promise;
    return undefined;
  } catch (thrown) {
    return (thrown as { readonly code?: string }).code ?? String(thrown);
  }
}
