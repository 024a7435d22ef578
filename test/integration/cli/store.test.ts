import { silentLogger, systemClock, systemRandom } from '@longshore/kit';
import { aTaskRecord } from '@longshore/model';
import { type EtcdStore, keyOf, openEtcdStore, type StoreStatus } from '@longshore/store';
import { expect } from 'chai';
import { freePort, TestEtcd } from '../../support/etcd.js';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/needs.js';
import { type Play, type Played, play } from '../../unit/cli/support.js';
import { committed, create } from '../../unit/store/contract.js';

const large = (): ReturnType<typeof aTaskRecord> => aTaskRecord({ stoppedReason: 'x'.repeat(200_000) });

describe('longshore store, on etcd itself', () => {
  needs('etcd');
  const running: { stop(): Promise<void> }[] = [];
  let etcd: TestEtcd;
  let store: EtcdStore;

  beforeEach(async () => {
    etcd = await TestEtcd.start();
    running.push(etcd);
    const parts = { clock: systemClock, random: systemRandom, logger: silentLogger };
    store = openEtcdStore({ endpoints: [etcd.endpoint], replica: 'one', ...parts });
    running.push(store);
    await store.start();
  });

  afterEach(async () => {
    for (const one of running.splice(0).reverse()) await one.stop();
  });

  const run = (words: string, options: Play = {}): Promise<Played> =>
    play(['store', ...words.split(' ')], {
      ...options,
      env: { LONGSHORE_ETCD_ENDPOINTS: etcd.endpoint, ...options.env },
    });

  /** A stopped task that hangs on a lease of its own: a minute's worth of the history. */
  const stopped = async (id: string, ttlSeconds: number): Promise<void> => {
    const key = keyOf('history', 'c', id);
    const lease = await store.expiringLease(ttlSeconds);
    const write = [{ put: key, value: { task: large() }, lease }];
    await committed(store.commit({ expect: [{ key, revision: 0 }], write }));
  };

  /** etcd counts its free pages when it writes: each look comes with a write. */
  const settledStatus = (is: (inUse: number) => boolean): Promise<StoreStatus> =>
    eventually(async () => {
      await store.barrier();
      const status = await store.status();
      if (!is(status.dbBytesInUse)) throw new Error(`${status.dbBytesInUse} bytes are in use`);
      return status;
    });

  it('status shows members, contents and epoch', async () => {
    await create(store, keyOf('task', 'c', 't1'), aTaskRecord());
    await stopped('old', 600);
    const { code, out, err } = await run('status --output json');
    expect(code, err).to.equal(0);
    const told = JSON.parse(out) as Record<string, unknown>;
    expect(told).to.include({ tasks: 1, stoppedTasks: 1 });
    expect(told['epoch']).to.include({ epoch: store.epoch });
    expect(told['alarms']).to.deep.equal([]);
    expect((told['members'] as object[])[0]).to.include({ endpoint: etcd.endpoint, leader: true });
    const shown = await run('status', { terminal: true });
    expect(shown.out).to.contain('leader').and.to.contain('1 task, 1 stopped task in the history');
  });

  it('compact, defragment and disarm do one thing each', async () => {
    for (let n = 0; n < 8; n++) await create(store, keyOf('task', 'c', `t${n}`), large());
    for (let n = 0; n < 8; n++) {
      const key = keyOf('task', 'c', `t${n}`);
      const { createRevision } = store.get(key) ?? { createRevision: 0 };
      await committed(store.commit({ expect: [{ key, createRevision }], write: [{ delete: key }] }));
    }
    const before = await settledStatus((inUse) => inUse > 1_600_000);
    expect((await run('compact --revision 999999999')).code).to.equal(2);
    expect((await run('compact')).code).to.equal(0);
    const compacted = await settledStatus((inUse) => inUse < 600_000);
    expect(compacted.dbBytes).to.be.at.least(before.dbBytes);
    const shown = await run('defragment', { terminal: true });
    expect(shown.code, shown.err).to.equal(0);
    expect(shown.out).to.match(/MiB before, .* now/);
    expect((await store.status()).dbBytes).to.be.below(compacted.dbBytes - 1_000_000);
    expect((await run('disarm', { terminal: true })).out).to.equal('no alarm is raised\n');
  });

  it('recover begins a new epoch, which running replicas see', async () => {
    const before = store.epoch;
    const { code, out, err } = await run('recover', { terminal: true, person: { says: true } });
    expect(code, err).to.equal(0);
    expect(out).to.contain(`until now ${before}`).and.to.contain('orphan');
    await store.barrier();
    expect(store.epoch).to.not.equal(before);
    expect(out).to.contain(`epoch ${store.epoch}`);
  });

  const wrong: readonly { readonly words: string; readonly code: number; readonly says: RegExp }[] = [
    { words: 'compact --revision x', code: 2, says: /is no revision/ },
    { words: 'free --history 101', code: 2, says: /percentage/ },
    { words: 'status --etcd-cert /dev/null', code: 2, says: /--etcd-key is missing/ },
    { words: 'status --etcd-prefix longshore', code: 2, says: /slash/ },
  ];
  for (const { words, code, says } of wrong)
    it(`${words} ends with ${code}`, async () => {
      const played = await run(words);
      expect(played.code).to.equal(code);
      expect(played.err).to.match(says);
    });

  for (const words of ['status', 'free', 'compact', 'defragment', 'disarm', 'recover'])
    it(`${words} says that etcd does not answer, and ends with 3`, async () => {
      const played = await run(`${words} --etcd-endpoints 127.0.0.1:${await freePort()}`);
      expect(played.code, played.err).to.equal(3);
      expect(played.err).to.contain('does not answer');
    });
});
