import { FakeClock, seededRandom, silentLogger } from '@longshore/kit';
import { aClusterRecord, aTaskRecord } from '@longshore/model';
import { keyOf, MemoryBackend, openMemoryStore, rangeOf, type Store } from '@longshore/store';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  HistoryBook,
  type HistoryEntry,
} from '../../../packages/control-plane/src/controllers/history-book.js';
import { Leader } from '../../../packages/control-plane/src/controllers/leader.js';
import { stoppedTasks } from '../../../packages/control-plane/src/controllers/stopped-tasks.js';

describe('the book of stopped tasks', () => {
  const entries = fc.array(
    fc.record({
      cluster: fc.constantFrom('c', 'd'),
      id: fc.string({ minLength: 1, maxLength: 3 }),
      group: fc.constantFrom('family:a', 'service:b'),
      stoppedAtMs: fc.integer({ min: 0, max: 1000 }),
    }),
    { maxLength: 60 },
  );

  it('keeps the bounds per group and in all, the oldest going first', () => {
    fc.assert(
      fc.property(entries, (all) => {
        const book = new HistoryBook({ perGroup: 5, inAll: 12 });
        const kept = new Map<string, HistoryEntry>();
        for (const entry of all) {
          const name = `${entry.cluster}/${entry.id}`;
          if (!kept.has(name)) kept.set(name, entry);
          book.add(entry);
        }
        const gone = book.takeSurplus(0, 1000);
        for (const entry of gone) kept.delete(`${entry.cluster}/${entry.id}`);
        expect(book.size).to.equal(kept.size);
        expect(kept.size).to.be.at.most(12);
        for (const entry of gone) {
          const sameGroup = [...kept.values()].filter(
            (k) => k.cluster === entry.cluster && k.group === entry.group,
          );
          for (const k of sameGroup) expect(k.stoppedAtMs).to.be.at.least(entry.stoppedAtMs);
        }
      }),
    );
  });

  it('forgets what has expired without asking for its deletion', () => {
    const book = new HistoryBook({ perGroup: 1, inAll: 1 });
    for (let i = 0; i < 5; i++) book.add({ cluster: 'c', id: `t${i}`, group: 'g', stoppedAtMs: i });
    expect(book.takeSurplus(4, 10)).to.deep.equal([]);
    expect(book.size).to.equal(1);
  });

  it('goes on where it was told to take few, group by group', () => {
    const book = new HistoryBook({ perGroup: 2, inAll: 100 });
    const [clusters, ids] = [
      ['c', 'd'],
      ['0', '1', '2', '3', '4'],
    ];
    for (const cluster of clusters)
      for (const id of ids) book.add({ cluster, id, group: 'g', stoppedAtMs: Number(id) });
    const taken: string[] = [];
    for (let gone = book.takeSurplus(0, 2); gone.length > 0; gone = book.takeSurplus(0, 2)) {
      expect(gone.length).to.be.at.most(2);
      taken.push(...gone.map(({ cluster, id }) => cluster + id));
    }
    expect(taken.toSorted()).to.deep.equal(['c0', 'c1', 'c2', 'd0', 'd1', 'd2']);
    book.add({ cluster: 'c', id: '5', group: 'g', stoppedAtMs: 5 });
    expect(book.takeSurplus(0, 2).map(({ cluster, id }) => cluster + id)).to.deep.equal(['c3']);
  });

  it('looks for what has expired again a second later, whatever it found before', () => {
    const book = new HistoryBook({ perGroup: 100, inAll: 100 });
    for (const at of [10, 500, 1500, 5000])
      book.add({ cluster: 'c', id: String(at), group: 'g', stoppedAtMs: at });
    const sizes = [100, 600, 1100, 2200].map((expiredMs) => {
      book.takeSurplus(expiredMs, 10);
      return book.size;
    });
    expect(sizes).to.deep.equal([3, 3, 2, 1]);
  });
});

describe('stopped tasks', () => {
  let clock: FakeClock;
  let store: Store;
  let leader: Leader;
  let pressed = false;

  const put = async (id: string, given: Parameters<typeof aTaskRecord>[0]): Promise<void> => {
    const key = keyOf('task', 'c', id);
    const present = store.tasks.get('c', id);
    const done = store.commit({
      expect: [{ key, revision: present?.revision ?? 0 }],
      write: [{ put: key, value: aTaskRecord({ instance: 'i', ...given }) }],
    });
    await clock.advance(5);
    expect(await done).to.have.property('ok', true);
  };
  const history = async (): Promise<readonly string[]> => {
    const page = store.listCold(rangeOf('history'), { limit: 1000 });
    await clock.advance(5);
    return (await page).items.map(({ key }) => key.names[1] ?? '');
  };

  beforeEach(async () => {
    pressed = false;
    clock = new FakeClock();
    const random = seededRandom(1);
    store = openMemoryStore({
      replica: 'a',
      clock,
      random,
      logger: silentLogger,
      backend: new MemoryBackend({ clock }),
    });
    const starting = store.start();
    await clock.advance(50);
    await starting;
    const cluster = keyOf('cluster', 'c');
    const made = store.commit({
      expect: [{ key: cluster, revision: 0 }],
      write: [{ put: cluster, value: aClusterRecord() }],
    });
    await clock.advance(5);
    await made;
    leader = new Leader({
      store,
      clock,
      random,
      logger: silentLogger,
      replica: 'a',
      controllers: (context) => [
        stoppedTasks({ retentionMs: 3_600_000, perGroup: 20, inAll: 30, pressed: () => pressed }, context),
      ],
    });
    await leader.start();
    await clock.advance(200);
  });

  afterEach(async () => {
    const stopped = leader.stop();
    await clock.advance(500);
    await stopped;
    const closed = store.stop();
    await clock.advance(5000);
    await closed;
  });

  it('stay among the living until their agent knows and their service has counted them', async () => {
    await put('unknown', { lastStatus: 'STOPPED', acknowledged: false });
    await put('uncounted', { lastStatus: 'STOPPED', acknowledged: true, service: 'web' });
    await put('running', { lastStatus: 'RUNNING', acknowledged: true });
    await clock.advance(500);
    expect(await history()).to.deep.equal([]);
    await put('unknown', { lastStatus: 'STOPPED', acknowledged: true });
    await put('uncounted', { lastStatus: 'STOPPED', acknowledged: true, service: 'web', counted: true });
    await clock.advance(500);
    expect(await history()).to.have.members(['unknown', 'uncounted']);
    expect(store.tasks.size).to.equal(1);
  });

  it('are bounded by count, and go by themselves when their time is up', async () => {
    for (let i = 0; i < 60; i++)
      await put(`t${String(i).padStart(2, '0')}`, {
        family: i % 3 === 0 ? 'other' : 'web',
        lastStatus: 'STOPPED',
        acknowledged: true,
        stoppedAtMs: clock.wallMs(),
      });
    await clock.advance(1000);
    const kept = await history();
    expect(kept).to.have.length(30);
    expect(kept).to.include('t59');
    expect(kept).not.to.include('t00');
    await clock.advance(3_600_000 + 130_000);
    expect(await history()).to.deep.equal([]);
  });

  it('go but for the newest few while the store is nearly full, and are kept again afterwards', async () => {
    const stop = (i: number): Promise<void> =>
      put(`t${i}`, { lastStatus: 'STOPPED', acknowledged: true, stoppedAtMs: clock.wallMs() });
    for (let i = 0; i < 5; i++) await stop(i);
    await clock.advance(1_000);
    expect(await history()).to.have.length(5);
    pressed = true;
    await clock.advance(11_000);
    expect(await history(), 'half of what there was').to.deep.equal(['t3', 't4']);
    await stop(5);
    await clock.advance(11_000);
    expect(await history()).to.deep.equal(['t4', 't5']);
    pressed = false;
    await clock.advance(11_000);
    await stop(6);
    await clock.advance(1_000);
    expect(await history()).to.deep.equal(['t4', 't5', 't6']);
  });
});
