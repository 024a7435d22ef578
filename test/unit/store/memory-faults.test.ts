import { FakeClock, seededRandom, settle, silentLogger } from '@longshore/kit';
import {
  type CommitOutcome,
  keyOf,
  MemoryBackend,
  type MemoryStore,
  openMemoryStore,
  rangeOf,
} from '@longshore/store';
import { expect } from 'chai';
import { committed, create, failure, put } from './contract.js';

const family = keyOf('family', 'web');

describe('the store when its backend fails', () => {
  let clock: FakeClock;
  let backend: MemoryBackend;
  let one: MemoryStore;
  let two: MemoryStore;

  const open = async (replica: string): Promise<MemoryStore> => {
    const random = seededRandom(replica.length);
    const store = openMemoryStore({ backend, replica, clock, random, logger: silentLogger });
    await store.start();
    return store;
  };
  beforeEach(async () => {
    clock = new FakeClock();
    backend = new MemoryBackend({ clock });
    one = await open('one');
    two = await open('other');
  });
  afterEach(async () => {
    await Promise.all([one, two].map((store) => Promise.all([store.stop(), clock.advance(10_000)])));
  });

  /** What comes of it within a few seconds of the store's time; undefined: not known yet. */
  const within = async <T>(promise: Promise<T>, ms = 5_000): Promise<T | undefined> => {
    let known: T | undefined;
    let error: unknown;
    promise.then(
      (value) => {
        known = value;
      },
      (thrown: unknown) => {
        error = thrown;
      },
    );
    await clock.advance(ms);
    if (error !== undefined) throw error as Error;
    return known;
  };

  const lost = [
    { name: 'the answer', fault: 'loseAnswers', happened: true },
    { name: 'the request', fault: 'loseRequests', happened: false },
  ] as const;
  for (const { name, fault, happened } of lost) {
    it(`commits once where ${name} was lost`, async () => {
      one.faults[fault] = 1;
      const outcome = await within(put(one, 1, 0));
      expect(outcome?.ok).to.equal(true);
      await clock.advance(100);
      for (const store of [one, two]) expect(store.get(family)?.value.lastRevision).to.equal(1);
      expect(one.get(family)?.revision).to.equal(outcome?.ok && outcome.revision);
    });

    it(`knows what became of it where ${name} was lost and another has written since`, async () => {
      const first = await committed(put(one, 1, 0));
      await clock.advance(10);
      one.faults[fault] = 1;
      one.faults.latencyMs = 1;
      const outcome = put(one, 2, first);
      await clock.advance(1);
      one.faults.away = 'cut off';
      await clock.advance(50);
      const seen = two.get(family);
      expect(seen?.value.lastRevision).to.equal(happened ? 2 : 1);
      await committed(put(two, 3, seen?.revision ?? 0));
      expect(await within(outcome, 1_000), 'not known while cut off').to.equal(undefined);
      one.faults.away = undefined;
      expect((await within(outcome))?.ok).to.equal(happened);
      await clock.advance(100);
      expect(one.get(family)?.value.lastRevision).to.equal(3);
    });
  }

  it('knows it even where the answers about the lost answer are lost too', async () => {
    one.faults.loseAnswers = 4;
    const outcome = await within(put(one, 1, 0));
    expect(outcome?.ok).to.equal(true);
    one.faults.loseRequests = 1;
    const next = put(one, 2, outcome?.ok ? outcome.revision : 0);
    await settle();
    one.faults.loseAnswers = 3;
    expect((await within(next))?.ok).to.equal(true);
    expect(one.get(family)?.value.lastRevision).to.equal(2);
  });

  it('lets a lost commit happen once, though nothing that it expects has changed', async () => {
    await committed(create(one, keyOf('cluster', 'c'), { status: 'ACTIVE' }));
    const cluster = one.get(keyOf('cluster', 'c'));
    const expectation = { key: keyOf('cluster', 'c'), revision: cluster?.revision ?? 0 };
    one.faults.loseAnswers = 1;
    const before = backend.revision;
    const outcome = await within(
      one.commit({ expect: [expectation], write: [{ put: family, value: { lastRevision: 1 } }] }),
    );
    expect(outcome).to.deep.equal({ ok: true, revision: before + 1 });
    expect(two.get(family)?.revision).to.equal(before + 1);
  });

  it('decides nothing that rests on a key in doubt, and everything else', async () => {
    const first = await committed(put(one, 1, 0));
    one.faults.loseAnswers = 1;
    one.faults.latencyMs = 1;
    const doubtful = put(one, 2, first);
    await clock.advance(1);
    one.faults.latencyMs = 1_000;
    const dependent = put(one, 9, first);
    const under = one.commit({
      expect: [{ absentUnder: rangeOf('family') }],
      write: [{ delete: keyOf('family', 'x') }],
    });
    const apart = create(one, keyOf('family', 'apart'), { lastRevision: 1 });
    const order: string[] = [];
    const note = (name: string) => (outcome: CommitOutcome) => order.push(`${name} ${outcome.ok}`);
    const all = Promise.all([
      doubtful.then(note('doubtful')),
      dependent.then(note('dependent')),
      under.then(note('under')),
      apart.then(note('apart')),
    ]);
    expect(await within(all, 10_000)).to.not.equal(undefined);
    expect(order[0]).to.equal('apart true');
    expect(order[1]).to.equal('doubtful true');
    expect(order.slice(2).sort()).to.deep.equal(['dependent false', 'under false']);
  });

  it('says UNAVAILABLE while it is away, shows what it knows, and comes back by itself', async () => {
    const revision = await committed(put(one, 1, 0));
    one.faults.away = 'the cable is out';
    await clock.advance(2_000);
    expect(one.state).to.deep.equal({
      phase: 'away',
      reason: 'the watch on the store is not open: the cable is out',
    });
    expect(await failure(put(one, 2, revision))).to.match(/away/);
    expect(await failure(one.barrier())).to.match(/away/);
    expect(await failure(one.readCold(keyOf('history', 'c', 't')))).to.match(/cable/);
    expect(one.get(family)?.value.lastRevision).to.equal(1);
    await committed(put(two, 2, revision));
    one.faults.away = undefined;
    await clock.advance(5_000);
    expect(one.state.phase).to.equal('ready');
    expect(one.get(family)?.value.lastRevision).to.equal(2);
  });

  it('does not call itself away for a watch that was cut and is open again', async () => {
    const phases = new Set<string>();
    for (let n = 0; n < 5; n++) {
      one.cutWatch();
      for (let ms = 0; ms < 50; ms++) {
        await clock.advance(1);
        phases.add(one.state.phase);
      }
    }
    expect([...phases]).to.deep.equal(['ready']);
  });

  it('rejects with ServerException, and not before, when the caller gives up on a lost answer', async () => {
    one.faults.loseAnswers = 1;
    one.faults.latencyMs = 1;
    const gone = new AbortController();
    const outcome = failure(
      one.commit(
        { expect: [{ key: family, revision: 0 }], write: [{ put: family, value: { lastRevision: 1 } }] },
        gone,
      ),
    );
    await clock.advance(1);
    one.faults.latencyMs = 60_000;
    await clock.advance(10);
    gone.abort(new Error('deadline'));
    expect(await outcome).to.match(/may have happened/);
  });

  it('lists again after a compaction that it slept through, and tells the difference only', async () => {
    const kept = await committed(create(one, keyOf('family', 'kept'), { lastRevision: 1 }));
    const gone = await committed(create(one, keyOf('family', 'gone'), { lastRevision: 1 }));
    await clock.advance(10);
    two.faults.away = 'asleep';
    await clock.advance(2_000);
    await committed(
      one.commit({
        expect: [{ key: keyOf('family', 'gone'), revision: gone }],
        write: [{ delete: keyOf('family', 'gone') }],
      }),
    );
    await committed(create(one, keyOf('family', 'new'), { lastRevision: 1 }));
    backend.compact(backend.revision);
    const changes: string[] = [];
    const relisted: number[] = [];
    two.observe({
      changed: ({ key, after }) => changes.push(`${after ? 'put' : 'delete'} ${key.path}`),
      relisted: (revision) => relisted.push(revision),
    });
    two.faults.away = undefined;
    await clock.advance(5_000);
    expect(two.state.phase).to.equal('ready');
    expect(changes.sort()).to.deep.equal(['delete live/families/gone', 'put live/families/new']);
    expect(relisted).to.deep.equal([backend.revision]);
    expect(two.get(keyOf('family', 'kept'))?.revision).to.equal(kept);
  });

  it('keeps own commits over a list that was taken before them', async () => {
    two.faults.holdWatch = true;
    const revision = await committed(put(two, 1, 0));
    expect(two.watched).to.be.below(revision);
    expect(two.get(family)?.revision).to.equal(revision);
    await committed(two.commit({ expect: [{ key: family, revision }], write: [{ delete: family }] }));
    expect(two.get(family)).to.equal(undefined);
    two.faults.holdWatch = false;
    await clock.advance(10);
    expect(two.get(family)).to.equal(undefined);
    expect(two.watched).to.equal(backend.revision);
  });

  it('answers a barrier only once the watch has come to it', async () => {
    two.faults.watchLagMs = 300;
    await committed(put(one, 1, 0));
    let passed = false;
    const barrier = two.barrier().then(() => {
      passed = true;
    });
    await clock.advance(200);
    expect(passed).to.equal(false);
    expect(two.get(family)).to.equal(undefined);
    await clock.advance(600);
    await barrier;
    expect(two.get(family)?.value.lastRevision).to.equal(1);
  });

  it('shares one put between all who ask for a barrier at once', async () => {
    const before = backend.revision;
    await within(Promise.all(Array.from({ length: 50 }, () => one.barrier())));
    expect(backend.revision - before).to.be.at.most(2);
  });

  it('stops for good where the store behind it has become another one', async () => {
    const died = failure(one.failed);
    backend.becomeAnother();
    await clock.advance(5_000);
    expect(await died).to.match(/another one/);
    expect(one.state.phase).to.equal('away');
    expect(await failure(put(one, 1, 0))).to.match(/away/);
  });

  it('takes no commit while the backend is full, and says so', async () => {
    backend.full = true;
    const error = await put(one, 1, 0).catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'OutOfSpace', retryable: true });
    backend.full = false;
    await committed(put(one, 1, 0));
  });

  it('knows a commit as done that the backend applied when it called itself full', async () => {
    one.faults.refuseDone = 1;
    const revision = await committed(put(one, 1, 0));
    expect(one.get(family)?.revision).to.equal(revision);
    await committed(put(one, 2, revision));

    one.faults.latencyMs = 5;
    one.faults.refuseDone = 1;
    const keys = [1, 2, 3].map((n) => keyOf('family', `of-a-group-${n}`));
    const group = keys.map((key) =>
      one.commit({ expect: [{ key, revision: 0 }], write: [{ put: key, value: { lastRevision: 7 } }] }),
    );
    await clock.advance(20);
    for (const outcome of await Promise.all(group)) expect(outcome.ok).to.equal(true);
  });

  it('starts while the backend is full', async () => {
    await committed(put(one, 1, 0));
    backend.full = true;
    const late = await open('late');
    expect(late.state.phase).to.equal('ready');
    expect(late.get(family)?.value.lastRevision).to.equal(1);
    await late.stop();
  });

  for (const fault of ['loseAnswers', 'loseRequests'] as const)
    it(`still deletes while the backend is full (${fault})`, async () => {
      const revision = await committed(put(one, 1, 0));
      backend.full = true;
      const commit = () => one.commit({ expect: [{ key: family, revision }], write: [{ delete: family }] });
      const outcome = commit();
      await settle();
      expect((await within(outcome))?.ok).to.equal(true);
      expect((await within(commit()))?.ok).to.equal(false);
      backend.full = false;
      const again = await committed(put(one, 2, 0));
      backend.full = true;
      one.faults.latencyMs = 5;
      const lossy = one.commit({ expect: [{ key: family, revision: again }], write: [{ delete: family }] });
      await clock.advance(7);
      one.faults[fault] = 1;
      expect((await within(lossy))?.ok).to.equal(true);
      expect(one.get(family)).to.equal(undefined);
    });
});
