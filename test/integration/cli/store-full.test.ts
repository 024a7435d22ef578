import { silentLogger, systemClock, systemRandom } from '@longshore/kit';
import { aTaskRecord } from '@longshore/model';
import { type EtcdStore, keyOf, openEtcdStore, rangeOf } from '@longshore/store';
import { expect } from 'chai';
import { TestEtcd } from '../../support/etcd.js';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/needs.js';
import { type Play, type Played, play } from '../../unit/cli/support.js';
import { committed, create } from '../../unit/store/contract.js';

const quotaBytes = 16 * 2 ** 20;
const flags = [`--quota-backend-bytes=${quotaBytes}`];
const large = (): ReturnType<typeof aTaskRecord> => aTaskRecord({ stoppedReason: 'x'.repeat(200_000) });
const idOf = (n: number): string => `h${String(n).padStart(2, '0')}`;

describe('longshore store, on an etcd that is full', () => {
  needs('etcd');
  const running: { stop(): Promise<void> }[] = [];
  let members: readonly TestEtcd[];
  let store: EtcdStore;

  const open = async (etcd: readonly TestEtcd[]): Promise<void> => {
    running.push(...etcd);
    members = etcd;
    const parts = { clock: systemClock, random: systemRandom, logger: silentLogger };
    store = openEtcdStore({ endpoints: etcd.map((one) => one.endpoint), replica: 'one', ...parts });
    running.push(store);
    await store.start();
  };

  afterEach(async () => {
    for (const one of running.splice(0).reverse()) await one.stop();
  });

  const run = (words: string, options: Play = {}): Promise<Played> =>
    play(['store', ...words.split(' ')], {
      ...options,
      env: { LONGSHORE_ETCD_ENDPOINTS: members.map((one) => one.endpoint).join(), ...options.env },
    });

  /** A stopped task that hangs on a lease of its own: a minute's worth of the history, the older the smaller `n`. */
  const stopped = async (n: number, task = large()): Promise<void> => {
    const key = keyOf('history', 'c', idOf(n));
    const lease = await store.expiringLease(600 + n * 60);
    await committed(
      store.commit({ expect: [{ key, revision: 0 }], write: [{ put: key, value: { task }, lease }] }),
    );
  };
  const historyIds = async (): Promise<readonly string[]> => {
    const page = await store.listCold(rangeOf('history'), { limit: 100 });
    return page.items.map(({ key }) => key.names[1] ?? '');
  };
  const codeOfPut = (id: string): Promise<string | undefined> =>
    create(store, keyOf('task', 'c', id), large()).then(
      () => undefined,
      (thrown: { readonly code?: string }) => thrown.code,
    );

  /**
   * Writes tasks until etcd raises its alarm; gives how many it took. etcd measures its file when it commits a batch, every
   * 100 ms: where the end is near, each put waits for that, so that none goes beyond the quota unseen.
   */
  const fill = async (): Promise<number> => {
    for (let written = 0; written < 200; written++) {
      const code = await codeOfPut(`t${written}`);
      if (code !== undefined) {
        expect(code).to.equal('OutOfSpace');
        return written;
      }
      const { dbBytes } = await store.status();
      if (dbBytes > 0.75 * quotaBytes) await measured(dbBytes);
    }
    throw new Error('etcd is not full');
  };
  /** Another put would show in the file's size; a page that was free before takes it without. */
  const measured = async (before: number): Promise<void> => {
    await eventually(async () => (await store.status()).dbBytes > before, {
      withinMs: 300,
      everyMs: 20,
    }).catch(() => undefined);
  };

  const freed = async (words = 'free --output json'): Promise<Record<string, unknown>> => {
    const { code, out, err } = await run(words);
    expect(code, err).to.equal(0);
    return JSON.parse(out) as Record<string, unknown>;
  };

  it('is freed without a put: the oldest history goes, what lives stays, and puts go again', async () => {
    await open([await TestEtcd.start({ flags })]);
    const role = await store.lease(60);
    const session = keyOf('session', 'c', 'i');
    const held = { put: session, value: { replica: 'one', startedAtMs: 1 }, lease: role };
    await committed(store.commit({ expect: [{ key: session, revision: 0 }], write: [held] }));
    for (let n = 0; n < 20; n++) await stopped(n);
    const tasks = await fill();

    const alarmed = await run('status', { terminal: true });
    expect(alarmed.code).to.equal(5);
    expect(alarmed.out).to.contain('NOSPACE of member');
    expect(alarmed.err).to.contain('longshore store free');
    const refused = await run('recover');
    expect(refused.code).to.equal(1);
    expect(refused.err).to.contain('make room first: longshore store free');
    const doubtful = await run('free', { person: { says: false } });
    expect(doubtful.code).to.equal(2);
    expect(doubtful.questions[0]).to.contain(
      'forget 10 stopped tasks, the oldest of the history (all 20 where',
    );
    expect(await historyIds()).to.have.length(20);

    const told = await freed();
    expect(told).to.include({ stoppedTasks: 10 });
    expect((told['disarmed'] as object[])[0]).to.include({ alarm: 'NOSPACE' });
    const [member] = told['members'] as { bytesBefore: number; bytesAfter: number }[];
    expect(member?.bytesAfter).to.be.below((member?.bytesBefore ?? 0) - 1_500_000);
    expect(await historyIds()).to.deep.equal(Array.from({ length: 10 }, (_, n) => idOf(n + 10)));
    expect(store.count(rangeOf('task'))).to.equal(tasks);
    expect(store.get(session)?.value.replica).to.equal('one');
    expect(await codeOfPut('after')).to.equal(undefined);
    await role.release();
  });

  it('gives up the rest of its history where the oldest half makes too little room', async () => {
    await open([await TestEtcd.start({ flags })]);
    for (let n = 0; n < 10; n++) await stopped(n, aTaskRecord());
    for (let n = 10; n < 20; n++) await stopped(n);
    await fill();
    const bounded = await run('free --history 0');
    expect(bounded.code).to.equal(5);
    expect(bounded.err).to.match(
      /etcd still refuses a put of 1 MB: the file of http\S+ is 1\d MiB, 1\d MiB of it/,
    );
    expect(bounded.err).to.contain(
      'forget the other 20 stopped tasks too: longshore store free --history 100',
    );
    expect(await historyIds()).to.have.length(20);
    expect(await codeOfPut('between')).to.equal('OutOfSpace');

    expect(await freed()).to.include({ stoppedTasks: 20 });
    expect(await historyIds()).to.deep.equal([]);
    expect(await codeOfPut('after')).to.equal(undefined);
  });

  it('says what is in the way where all of it lives', async () => {
    await open([await TestEtcd.start({ flags })]);
    await fill();
    for (const words of ['free', 'disarm']) {
      const { code, err } = await run(words);
      expect(code).to.equal(5);
      expect(err).to.contain('etcd still refuses a put of 1 MB').and.to.contain('--quota-backend-bytes');
    }
    const left = await run('free --no-defragment');
    expect(left.code).to.equal(5);
    expect(left.err).to.contain('leave out --no-defragment');
  });

  it('of three members has to have every file smaller, and takes puts through each', async () => {
    await open(await TestEtcd.startThree({ flags }));
    for (let n = 0; n < 20; n++) await stopped(n);
    await fill();
    const [one, two, three] = members.map((member) => member.endpoint);
    const partly = await run(`free --etcd-endpoints ${one},${two}`);
    expect(partly.code).to.equal(3);
    expect(partly.err).to.match(/member \d+ \(three http:\S+\) is not named or does not answer/);
    expect(partly.err).to.match(/etcdctl member remove [0-9a-f]+/);
    expect(await historyIds()).to.have.length(20);

    const told = await freed();
    const files = told['members'] as { endpoint: string; bytesBefore: number; bytesAfter: number }[];
    expect(files.map(({ endpoint }) => endpoint)).to.have.members([one, two, three]);
    for (const { bytesBefore, bytesAfter } of files) expect(bytesAfter).to.be.below(bytesBefore - 1_500_000);
    for (let n = 0; n < 3; n++) expect(await codeOfPut(`after${n}`)).to.equal(undefined);
    expect((await run('status')).code).to.equal(0);
  });
});
