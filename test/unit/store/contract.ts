import { CodedError } from '@longshore/kit';
import { aClusterRecord, aTaskRecord } from '@longshore/model';
import {
  type Change,
  type CommitOutcome,
  type Expectation,
  keyOf,
  rangeOf,
  type Store,
} from '@longshore/store';
import { expect } from 'chai';
import { eventually } from '../../support/eventually.js';

/** One shared state and its replicas. */
export interface StoreWorld {
  /** Another replica, started. */
  open(replica: string): Promise<Store>;
  /** Stops every replica and takes the state away. */
  close(): Promise<void>;
}

const family = keyOf('family', 'web');

/** What every store does, whatever lies behind it. A fake is trusted only because it passes. */
export function storeContract(name: string, makeWorld: () => Promise<StoreWorld>): void {
  describe(`${name}: the store's contract`, () => {
    let world: StoreWorld;
    let one: Store;
    let two: Store;
    beforeEach(async () => {
      world = await makeWorld();
      [one, two] = await Promise.all([world.open('one'), world.open('two')]);
    });
    afterEach(() => world.close());

    commitRules(
      () => one,
      () => two,
    );
    readRules(
      () => one,
      () => two,
    );
    observerRules(
      () => one,
      () => two,
    );
    leaseRules(
      () => one,
      () => two,
    );
    lifeRules(
      () => one,
      (replica) => world.open(replica),
    );
  });
}

type Get = () => Store;

function commitRules(one: Get, two: Get): void {
  it('shows an own commit at once, and to others once it is watched', async () => {
    const revision = await committed(put(one(), 1, 0));
    expect(one().get(family)).to.deep.include({
      value: { lastRevision: 1 },
      revision,
      createRevision: revision,
    });
    await two().reached(revision);
    expect(two().get(family)).to.deep.equal(one().get(family));
  });

  it('names the key, what it is now and when, where an expectation does not hold', async () => {
    const first = await committed(put(one(), 1, 0));
    const outcome = await put(two(), 2, 0);
    expect(outcome).to.deep.include({ ok: false });
    if (outcome.ok) return;
    expect(outcome.conflict).to.include({ key: 'live/families/web', revision: first });
    expect(outcome.conflict.asOf).to.be.at.least(first);
    await two().reached(outcome.conflict.asOf);
    expect(two().get(family)?.revision).to.equal(first);
  });

  it('keeps the create revision through updates and begins anew after a delete', async () => {
    const created = await committed(put(one(), 1, 0));
    const updated = await committed(put(one(), 2, created));
    expect(one().get(family)).to.deep.include({ revision: updated, createRevision: created });
    await committed(
      one().commit({ expect: [{ key: family, revision: updated }], write: [{ delete: family }] }),
    );
    expect(one().get(family)).to.equal(undefined);
    const again = await committed(put(one(), 3, 0));
    await two().reached(again);
    for (const store of [one(), two()]) expect(store.get(family)).to.deep.include({ createRevision: again });
  });

  const expectations: readonly { name: string; expect: (revision: number) => Expectation; holds: boolean }[] =
    [
      { name: 'the revision', expect: (revision) => ({ key: family, revision }), holds: true },
      {
        name: 'an old revision',
        expect: (revision) => ({ key: family, revision: revision - 1 }),
        holds: false,
      },
      {
        name: 'the create revision',
        expect: (createRevision) => ({ key: family, createRevision }),
        holds: true,
      },
      { name: 'another create revision', expect: () => ({ key: family, createRevision: 1 }), holds: false },
      { name: 'absence of what is there', expect: () => ({ key: family, revision: 0 }), holds: false },
      {
        name: 'absence of what is not',
        expect: () => ({ key: keyOf('family', 'x'), revision: 0 }),
        holds: true,
      },
      {
        name: 'nothing under a full prefix',
        expect: () => ({ absentUnder: rangeOf('family') }),
        holds: false,
      },
      {
        name: 'nothing under an empty one',
        expect: () => ({ absentUnder: rangeOf('task', 'c') }),
        holds: true,
      },
    ];
  for (const c of expectations)
    it(`${c.holds ? 'commits' : 'conflicts'} expecting ${c.name}`, async () => {
      const revision = await committed(put(one(), 1, 0));
      const other = keyOf('family', 'other');
      const outcome = await two().commit({
        expect: [c.expect(revision)],
        write: [{ put: other, value: { lastRevision: 5 } }],
      });
      expect(outcome.ok).to.equal(c.holds);
      await two().barrier();
      expect(two().get(other) !== undefined).to.equal(c.holds);
    });

  it('refuses a commit that rests on nothing, and two writes of one key', async () => {
    const write = { put: family, value: { lastRevision: 1 } };
    expect(await failure(one().commit({ expect: [], write: [write] }))).to.match(/at least one/);
    const twice = { expect: [{ key: family, revision: 0 }], write: [write, { delete: family }] };
    expect(await failure(one().commit(twice))).to.match(/twice/);
  });

  it('gives every commit of a crowd its own outcome', async () => {
    await committed(put(one(), 1, 0));
    const outcomes = await Promise.all(
      Array.from({ length: 300 }, (_, n) => {
        const key = keyOf('family', `f${n}`);
        const wrong = n % 50 === 7;
        return one().commit({
          expect: [wrong ? { key: family, revision: 0 } : { key, revision: 0 }],
          write: [{ put: key, value: { lastRevision: n } }],
        });
      }),
    );
    await two().barrier();
    outcomes.forEach((outcome, n) => {
      const wrong = n % 50 === 7;
      expect(outcome.ok, `commit ${n}`).to.equal(!wrong);
      const seen = two().get(keyOf('family', `f${n}`));
      expect(seen?.value.lastRevision).to.equal(wrong ? undefined : n);
      if (outcome.ok) expect(seen?.revision).to.equal(outcome.revision);
    });
  });

  it('loses no update where two replicas count on one key', async () => {
    await committed(put(one(), 0, 0));
    const count = async (store: Store): Promise<void> => {
      for (let done = 0; done < 20; ) {
        const seen = store.get(family);
        const outcome = await put(store, (seen?.value.lastRevision ?? 0) + 1, seen?.revision ?? 0);
        if (outcome.ok) done++;
        else await store.reached(outcome.conflict.asOf);
      }
    };
    await Promise.all([count(one()), count(two()), count(one())]);
    await one().barrier();
    expect(one().get(family)?.value.lastRevision).to.equal(60);
  });

  it('gives up waiting when the signal aborts, and says that it may have happened', async () => {
    const error = await one()
      .commit(
        { expect: [{ key: family, revision: 0 }], write: [{ put: family, value: { lastRevision: 1 } }] },
        { signal: AbortSignal.abort(new Error('gone')) },
      )
      .then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
    expect(error).to.be.instanceOf(CodedError);
    expect(error).to.include({ code: 'ServerException', retryable: true });
  });

  it('commits as many operations as it says it can, and refuses more without harm', async () => {
    const { opsPerCommit } = one().limits;
    const commit = (size: number) =>
      one().commit({
        expect: [{ key: keyOf('family', `${size}-0`), revision: 0 }],
        write: Array.from({ length: size }, (_, n) => ({
          put: keyOf('family', `${size}-${n}`),
          value: { lastRevision: n },
        })),
      });
    await committed(commit(opsPerCommit));
    expect(await failure(commit(opsPerCommit + 500))).to.match(/refused/);
    expect(one().count(rangeOf('family'))).to.equal(opsPerCommit);
  });
}

function readRules(one: Get, two: Get): void {
  it('lists in key order and counts, by kind and by first names', async () => {
    for (const [cluster, instance] of [
      ['b', '2'],
      ['a', '9'],
      ['b', '1'],
      ['b-x', '0'],
    ] as const)
      await committed(create(one(), keyOf('fence', cluster, instance), { counter: 1 }));
    await two().barrier();
    for (const store of [one(), two()]) {
      const paths = (names: readonly string[]) =>
        store.list(rangeOf('fence', ...names)).map((s) => s.key.names.join('/'));
      expect(paths([])).to.deep.equal(['a/9', 'b-x/0', 'b/1', 'b/2']);
      expect(paths(['b'])).to.deep.equal(['b/1', 'b/2']);
      expect(store.count(rangeOf('fence'))).to.equal(4);
      expect(store.count(rangeOf('fence', 'b'))).to.equal(2);
      expect(store.list(rangeOf('epoch')).map((s) => s.value.epoch)).to.deep.equal([store.epoch]);
    }
  });

  it('indexes tasks by instance, service and waiting, and follows them as they change', async () => {
    const task = (id: string) => keyOf('task', 'c', id);
    await committed(create(one(), task('t2'), aTaskRecord({ service: 's' })));
    await committed(create(one(), task('t1'), aTaskRecord({ instance: 'i1' })));
    await committed(create(one(), keyOf('task', 'd', 't3'), aTaskRecord({ instance: 'i1' })));
    const t2 = one().tasks.get('c', 't2');
    expect(t2 && one().tasks.record(t2)).to.deep.equal(aTaskRecord({ service: 's' }));
    const placed = aTaskRecord({ service: 's', instance: 'i2', lastStatus: 'RUNNING' });
    await committed(
      one().commit({
        expect: [{ key: task('t2'), revision: t2?.revision ?? 0 }],
        write: [{ put: task('t2'), value: placed }],
      }),
    );
    await two().barrier();
    for (const { tasks } of [one(), two()]) {
      const ids = (found: Iterable<{ readonly id: string }>) => [...found].map((t) => t.id);
      expect(tasks.size).to.equal(3);
      expect(ids(tasks.inCluster('c'))).to.deep.equal(['t1', 't2']);
      expect(ids(tasks.inCluster('c', 't1'))).to.deep.equal(['t2']);
      expect(ids(tasks.onInstance('c', 'i1'))).to.deep.equal(['t1']);
      expect(ids(tasks.onInstance('c', 'i2'))).to.deep.equal(['t2']);
      expect(ids(tasks.ofService('c', 's'))).to.deep.equal(['t2']);
      expect(ids(tasks.waiting('c'))).to.deep.equal([]);
      expect(ids(tasks.stopped('c'))).to.deep.equal([]);
      expect(tasks.get('c', 't2')).to.include({ lastStatus: 'RUNNING', instance: 'i2', service: 's' });
    }
    const ended = aTaskRecord({ service: 's', instance: 'i2', lastStatus: 'STOPPED' });
    await committed(
      two().commit({
        expect: [{ key: task('t2'), revision: two().tasks.get('c', 't2')?.revision ?? 0 }],
        write: [{ put: task('t2'), value: ended }],
      }),
    );
    expect([...two().tasks.stopped('c')].map((t) => t.id)).to.deep.equal(['t2']);
    await committed(
      two().commit({
        expect: [{ key: task('t2'), revision: two().tasks.get('c', 't2')?.revision ?? 0 }],
        write: [{ delete: task('t2') }],
      }),
    );
    expect([...two().tasks.ofService('c', 's')]).to.deep.equal([]);
    expect([...two().tasks.stopped('c')]).to.deep.equal([]);
    expect(two().count(rangeOf('task', 'c'))).to.equal(1);
  });

  it('answers "not there" surely after a barrier', async () => {
    for (let n = 0; n < 10; n++) {
      const key = keyOf('family', `b${n}`);
      await committed(create(one(), key, { lastRevision: n }));
      await two().barrier();
      expect(two().get(key)?.value.lastRevision).to.equal(n);
    }
  });

  it('keeps cold records out of the cache and reads them when asked, a page at a time', async () => {
    const key = (n: number) => keyOf('history', 'c', `t${n}`);
    for (let n = 0; n < 5; n++)
      await committed(create(one(), key(n), { task: aTaskRecord({ family: `f${n}` }) }));
    expect((await two().readCold(key(3)))?.value.task?.family).to.equal('f3');
    expect(await two().readCold(keyOf('history', 'c', 'none'))).to.equal(undefined);
    const first = await two().listCold(rangeOf('history', 'c'), { limit: 3 });
    expect(first.items.map((item) => item.key.names)).to.deep.equal([0, 1, 2].map((n) => ['c', `t${n}`]));
    const rest = await two().listCold(rangeOf('history', 'c'), { limit: 3, after: first.next });
    expect(rest.items.map((item) => item.value.task?.family)).to.deep.equal(['f3', 'f4']);
    expect(rest.next).to.equal(undefined);
  });

  it('reaches a revision that no live key has', async () => {
    const revision = await committed(create(one(), keyOf('history', 'c', 't'), {}));
    await two().reached(revision);
    expect(two().watched).to.be.at.least(revision);
  });
}

function observerRules(one: Get, two: Get): void {
  it('tells observers of a transaction once all of it is there', async () => {
    const keys = ['a', 'b', 'c'].map((name) => keyOf('cluster', name));
    const seen: { readonly change: Change; readonly present: number }[] = [];
    two().observe({
      changed: (change) => {
        if (change.kind === 'cluster')
          seen.push({ change, present: keys.filter((k) => two().get(k)).length });
      },
    });
    const revision = await committed(
      one().commit({
        expect: keys.map((key) => ({ key, revision: 0 })),
        write: keys.map((key) => ({ put: key, value: aClusterRecord() })),
      }),
    );
    await two().reached(revision);
    expect(seen.map(({ change }) => change.key.names[0])).to.deep.equal(['a', 'b', 'c']);
    for (const { change, present } of seen) {
      expect(present).to.equal(3);
      expect(change).to.include({ before: undefined, revision });
    }
  });

  it('tells of own commits once, and no more after being taken away', async () => {
    let changes = 0;
    const forget = one().observe({
      changed: (change) => {
        if (change.kind === 'family') changes++;
      },
    });
    const revision = await committed(put(one(), 1, 0));
    expect(changes).to.equal(1);
    await one().reached(revision);
    expect(changes).to.equal(1);
    forget();
    await committed(put(one(), 2, revision));
    expect(changes).to.equal(1);
  });

  it('never lets an own commit move what is watched', async () => {
    const reached: number[] = [];
    one().observe({ reached: (revision) => reached.push(revision) });
    const revision = await committed(put(one(), 1, 0));
    await one().reached(revision);
    expect(reached).to.deep.equal([...reached].sort((a, b) => a - b));
    expect(one().watched).to.be.at.least(revision);
  });

  it('goes on where an observer throws', async () => {
    one().observe({
      changed: () => {
        throw new Error('careless');
      },
    });
    const revision = await committed(put(one(), 1, 0));
    await one().reached(revision);
    expect(one().get(family)?.revision).to.equal(revision);
  });
}

function leaseRules(one: Get, two: Get): void {
  const session = keyOf('session', 'c', 'i');
  const value = { replica: 'one', startedAtMs: 1 };

  it('takes away what hangs on a lease when it is released', async () => {
    const lease = await one().lease(30);
    await committed(
      one().commit({ expect: [{ key: session, revision: 0 }], write: [{ put: session, value, lease }] }),
    );
    await two().barrier();
    expect(two().get(session)?.value).to.deep.equal(value);
    await lease.release();
    expect(lease.lost.aborted).to.equal(true);
    await eventually(() => two().get(session) === undefined && one().get(session) === undefined);
  });

  it('takes away what hangs on a lease that is revoked, and tells its holder', async () => {
    const lease = await one().lease(3);
    await committed(
      one().commit({ expect: [{ key: session, revision: 0 }], write: [{ put: session, value, lease }] }),
    );
    await two().revokeLease({ id: lease.id });
    await eventually(() => one().get(session) === undefined && lease.lost.aborted);
  });

  it('refuses a put on a lease that is gone, and nobody else in the crowd', async () => {
    const gone = await one().expiringLease(60);
    await one().revokeLease(gone);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) => {
        const key = keyOf('session', 'c', `i${n}`);
        return one().commit({
          expect: [{ key, revision: 0 }],
          write: [{ put: key, value, ...(n === 7 && { lease: gone }) }],
        });
      }),
    );
    expect(outcomes.map((o) => o.status === 'fulfilled' && o.value.ok)).to.deep.equal(
      outcomes.map((_, n) => n !== 7),
    );
    const seventh = outcomes[7];
    expect(seventh?.status === 'rejected' && (seventh.reason as CodedError).code).to.equal('LeaseNotFound');
  });

  it('lets one replica lead at a time, and the next one after it resigns', async () => {
    const never = new AbortController().signal;
    const first = await one().campaign('all', 'one', never);
    let second: Awaited<ReturnType<Store['campaign']>> | undefined;
    const waiting = two()
      .campaign('all', 'two', never)
      .then((leadership) => {
        second = leadership;
      });
    await two().barrier();
    expect(two().get(keyOf('leader', 'all'))?.value.replica).to.equal('one');
    expect(second).to.equal(undefined);
    await first.resign();
    expect(first.lost.aborted).to.equal(true);
    await waiting;
    const outcome = await one().commit({
      expect: [first.fence, { key: family, revision: 0 }],
      write: [{ put: family, value: { lastRevision: 1 } }],
    });
    expect(outcome.ok).to.equal(false);
    await committed(
      two().commit({
        expect: [second?.fence ?? first.fence],
        write: [{ put: family, value: { lastRevision: 2 } }],
      }),
    );
    await second?.resign();
  });

  it('ends a leadership whose key somebody took away', async () => {
    const never = new AbortController().signal;
    const leadership = await one().campaign('all', 'one', never);
    const key = keyOf('leader', 'all');
    await two().barrier();
    await committed(
      two().commit({ expect: [{ key, revision: leadership.revision }], write: [{ delete: key }] }),
    );
    await eventually(() => leadership.lost.aborted);
  });

  it('stops campaigning when the signal aborts', async () => {
    const leadership = await one().campaign('all', 'one', new AbortController().signal);
    const stop = new AbortController();
    const campaign = two().campaign('all', 'two', stop.signal);
    stop.abort(new Error('enough'));
    expect(await failure(campaign)).to.match(/enough/);
    await leadership.resign();
  });
}

function lifeRules(one: Get, open: (replica: string) => Promise<Store>): void {
  it('has one epoch for all replicas, for ever', async () => {
    const { epoch } = one();
    expect(epoch).to.match(/^[0-9a-f]{32}$/);
    expect((await open('late')).epoch).to.equal(epoch);
  });

  it('shows a new replica everything that was there', async () => {
    const revision = await committed(put(one(), 7, 0));
    const late = await open('late');
    expect(late.state.phase).to.equal('ready');
    expect(late.watched).to.be.at.least(revision);
    expect(late.get(family)?.value.lastRevision).to.equal(7);
  });

  it('says what the backend is', async () => {
    const status = await one().status();
    expect(status.members.length).to.be.at.least(1);
    expect(status.revision).to.be.at.least(one().watched);
  });

  it('refuses commits once it has been stopped, and stops twice without harm', async () => {
    const late = await open('late');
    await late.stop();
    await late.stop();
    expect(await failure(put(late, 1, 0))).to.be.a('string');
  });
}

export function put(store: Store, lastRevision: number, revision: number): Promise<CommitOutcome> {
  return store.commit({
    expect: [{ key: family, revision }],
    write: [{ put: family, value: { lastRevision } }],
  });
}

export function create(
  store: Store,
  key: Parameters<typeof expectAbsent>[0],
  value: object,
): Promise<CommitOutcome> {
  return store.commit({ expect: [expectAbsent(key)], write: [{ put: key, value: value as never }] });
}

function expectAbsent(key: ReturnType<typeof keyOf>): Expectation {
  return { key, revision: 0 };
}

/** The revision of a commit that must go through. */
export async function committed(outcome: Promise<CommitOutcome>): Promise<number> {
  const known = await outcome;
  if (!known.ok) throw new Error(`conflict on ${known.conflict.key} at revision ${known.conflict.revision}`);
  return known.revision;
}

export async function failure(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
  throw new Error('it should have failed');
}
