import { FakeClock, seededRandom, settle, silentLogger } from '@longshore/kit';
import {
  type CommitOutcome,
  keyOf,
  MemoryBackend,
  type MemoryStore,
  openMemoryStore,
} from '@longshore/store';
import { expect } from 'chai';
import { committed, failure } from './contract.js';

/** As the store waits with a patient commit, at most. */
const patienceMs = 10;

describe('a patient commit', () => {
  let clock: FakeClock;
  let store: MemoryStore;
  /** Members of every transaction that was sent. */
  let groups: number[];

  beforeEach(async () => {
    clock = new FakeClock();
    groups = [];
    const backend = new MemoryBackend({ clock });
    const meter = { group: (members: number) => void groups.push(members) };
    const parts = { backend, replica: 'one', clock, random: seededRandom(1), logger: silentLogger };
    store = openMemoryStore({ ...parts, meter });
    await store.start();
    await clock.advance(1000);
    groups.length = 0;
  });
  afterEach(async () => {
    await Promise.all([store.stop(), clock.advance(10_000)]);
  });

  const create = (family: string, patient: boolean): Promise<CommitOutcome> => {
    const key = keyOf('family', family);
    return store.commit({
      patient,
      expect: [{ key, revision: 0 }],
      write: [{ put: key, value: { lastRevision: 1 } }],
    });
  };

  it('goes at once where nothing has gone out for a while', async () => {
    await committed(create('a', true));
    expect(groups).to.deep.equal([1]);
  });

  it('waits after a transaction, 10 ms at most, together with its like', async () => {
    await committed(create('a', false));
    const waiting = ['b', 'c', 'd'].map((family) => create(family, true));
    await clock.advance(patienceMs - 1);
    expect(groups).to.deep.equal([1]);
    await clock.advance(1);
    expect(groups).to.deep.equal([1, 3]);
    const revisions = await Promise.all(waiting.map(committed));
    expect(new Set(revisions).size).to.equal(1);
  });

  it('goes with one that is not patient', async () => {
    await committed(create('a', false));
    const patient = create('b', true);
    await settle();
    const revision = await committed(create('c', false));
    expect(await committed(patient)).to.equal(revision);
    expect(groups).to.deep.equal([1, 2]);
  });

  it('keeps no other waiting', async () => {
    await committed(create('a', true));
    await committed(create('b', false));
    await committed(create('c', false));
    expect(groups).to.deep.equal([1, 1, 1]);
  });

  it('keeps its turn before a later one of the same key, which goes at once behind it', async () => {
    await committed(create('a', false));
    const patient = create('b', true);
    const other = create('b', false);
    await clock.advance(patienceMs);
    const outcomes = await Promise.all([patient, other]);
    expect(outcomes.map(({ ok }) => ok)).to.deep.equal([true, false]);
    expect(groups).to.deep.equal([1, 1, 1]);
  });

  it('waits no longer where half a transaction has come together', async () => {
    await committed(create('a', false));
    const enough = Math.ceil(store.limits.opsPerCommit / 2) + 1;
    const all = Array.from({ length: enough }, (_, i) => create(`many-${i}`, true));
    await Promise.all(all.map(committed));
    expect(groups).to.deep.equal([1, enough]);
  });

  it('that still waits when the store is stopped is told so', async () => {
    await committed(create('a', false));
    const patient = failure(create('b', true));
    await settle();
    await store.stop();
    expect(await patient).to.match(/stopped/);
    expect(groups).to.deep.equal([1]);
  });
});
