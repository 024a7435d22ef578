import { silentLogger } from '@longshore/kit';
import { aTaskRecord, codecOf } from '@longshore/model';
import { type Change, type Key, keyOf, type LiveKind, rangeOf } from '@longshore/store';
import { expect } from 'chai';
import fc from 'fast-check';
import type { RawEvent, RawRecord } from '../../../packages/store/src/backend.js';
import { LiveCache } from '../../../packages/store/src/cache/live-cache.js';

const families = ['a', 'b', 'c'].map((name) => keyOf('family', name));
const tasks = ['t1', 't2', 't3'].map((id) => keyOf('task', 'c', id));
const keys: readonly Key<LiveKind>[] = [...families, ...tasks];

function bytesOf(key: Key<LiveKind>, n: number): Uint8Array {
  if (key.kind === 'task')
    return codecOf('TaskRecord').encode(aTaskRecord({ family: `f${n}`, instance: `i${n % 2}` }));
  return codecOf('FamilyRecord').encode({ lastRevision: n });
}

/** What a store would be: transactions one revision apart, each known as events and as what is there afterwards. */
class Timeline {
  readonly transactions: (readonly RawEvent[])[] = [];
  readonly #states: ReadonlyMap<string, RawRecord>[] = [new Map()];

  constructor(steps: readonly (readonly (readonly [number, boolean])[])[]) {
    for (const [i, writes] of steps.entries()) this.#add(i + 1, writes);
  }

  get last(): number {
    return this.transactions.length;
  }

  at(revision: number): ReadonlyMap<string, RawRecord> {
    return this.#states[revision] ?? new Map<string, RawRecord>();
  }

  #add(revision: number, writes: readonly (readonly [number, boolean])[]): void {
    const state = new Map(this.at(revision - 1));
    const events: RawEvent[] = [];
    for (const [index, isPut] of new Map(writes.map(([k, p]) => [k % keys.length, p]))) {
      const key = keys[index] as Key<LiveKind>;
      const before = state.get(key.path);
      if (!isPut && !before) continue;
      const createRevision = isPut ? (before?.createRevision ?? revision) : 0;
      const value = isPut ? bytesOf(key, revision) : undefined;
      events.push({ path: key.path, value, revision, createRevision });
      if (value) state.set(key.path, { path: key.path, value, revision, createRevision });
      else state.delete(key.path);
    }
    this.transactions.push(events);
    this.#states.push(state);
  }
}

function contents(cache: LiveCache): ReadonlyMap<string, readonly [number, number]> {
  const stored = [...cache.list(rangeOf('family')), ...cache.list(rangeOf('task'))];
  return new Map(stored.map((s) => [s.key.path, [s.revision, s.createRevision] as const]));
}

function expected(state: ReadonlyMap<string, RawRecord>): ReadonlyMap<string, readonly [number, number]> {
  return new Map([...state.values()].map((r) => [r.path, [r.revision, r.createRevision] as const]));
}

/** A list comes in parts; answers to own commits come in between. */
const spans = [
  ['live/', 'live/families/b'],
  ['live/families/b', 'live/tasks/c/t2'],
  ['live/tasks/c/t2', 'live0'],
] as const;

const steps = fc.array(
  fc.array(fc.tuple(fc.nat(keys.length - 1), fc.boolean()), { minLength: 1, maxLength: 4 }),
  { minLength: 1, maxLength: 25 },
);

describe('the cache', () => {
  it('ends equal to the store, whatever the order of echoes, own commits, repeats and lists', () => {
    const moves = fc.array(
      fc.oneof(
        fc.record({ move: fc.constant('watch' as const), upTo: fc.nat(30), again: fc.nat(3) }),
        fc.record({ move: fc.constant('own' as const), which: fc.nat(30) }),
        fc.record({
          move: fc.constant('list' as const),
          at: fc.nat(30),
          late: fc.array(fc.nat(30), { maxLength: 3 }),
        }),
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(steps, moves, (written, script) => {
        const timeline = new Timeline(written);
        const cache = new LiveCache(silentLogger);
        const newest = new Map<string, number>();
        let watchedBefore = 0;
        const own = (revision: number): void =>
          cache.applyOwn(
            revision,
            (timeline.transactions[revision - 1] ?? []).map((event) => ({
              key: keys.find((key) => key.path === event.path) as Key<LiveKind>,
              value: event.value,
              created: event.createRevision === revision,
            })),
          );
        cache.observe({
          changed: ({ key, revision, before, after }) => {
            expect(revision, key.path).to.be.above(newest.get(key.path) ?? 0);
            if (after) newest.set(key.path, revision);
            if (before) expect(before.revision).to.be.below(revision);
          },
        });
        for (const step of script) {
          if (step.move === 'watch') {
            // The watch goes on after what is watched, and may deliver a few transactions twice.
            const from = Math.max(0, cache.watched - step.again);
            const to = Math.min(timeline.last, cache.watched + step.upTo);
            cache.applyEvents(timeline.transactions.slice(from, to).flat());
          } else if (step.move === 'own') own(1 + (step.which % timeline.last));
          else if (cache.watched < timeline.last) {
            const at = Math.max(cache.watched, 1 + (step.at % timeline.last));
            const records = [...timeline.at(at).values()];
            cache.beginList(at);
            for (const [i, [from, to]] of spans.entries()) {
              cache.applyList(
                from,
                to,
                records.filter(({ path }) => path >= from && path < to),
                at,
              );
              const late = step.late[i];
              if (late !== undefined) own(1 + (late % timeline.last));
            }
            cache.finishList(at);
          }
          expect(cache.watched).to.be.at.least(watchedBefore);
          watchedBefore = cache.watched;
          for (const [path, [revision]] of contents(cache)) {
            const there = timeline.at(cache.watched).get(path);
            if (there) expect(revision, `${path} never older than watched`).to.be.at.least(there.revision);
            else expect(revision, `${path} only where it is an own later write`).to.be.above(cache.watched);
          }
        }
        cache.applyEvents(timeline.transactions.slice(cache.watched).flat());
        expect(contents(cache)).to.deep.equal(expected(timeline.at(timeline.last)));
        for (const task of cache.list(rangeOf('task')))
          expect(task.value.family).to.equal(`f${task.revision}`);
      }),
      { numRuns: 120 },
    );
  });

  const event = (key: Key<LiveKind>, revision: number, isPut = true): RawEvent => ({
    path: key.path,
    value: isPut ? bytesOf(key, revision) : undefined,
    revision,
    createRevision: 1,
  });

  it('keeps an own delete over the older put that the watch still brings', () => {
    const cache = new LiveCache(silentLogger);
    const [key] = tasks as [Key<'task'>];
    cache.applyEvents([event(key, 1)]);
    cache.applyOwn(5, [{ key, value: undefined, created: false }]);
    cache.applyEvents([event(key, 3)]);
    expect(cache.tasks.get('c', 't1')).to.equal(undefined);
    cache.applyEvents([event(key, 5, false)]);
    cache.applyEvents([event(key, 6)]);
    expect(cache.tasks.get('c', 't1')?.revision).to.equal(6);
  });

  it('gives the record of now for a summary of before, and says so where the task has gone', () => {
    const cache = new LiveCache(silentLogger);
    const [key] = tasks as [Key<'task'>];
    cache.applyEvents([event(key, 1)]);
    const before = cache.tasks.get('c', 't1');
    if (!before) throw new Error('the task should be there');
    cache.applyEvents([event(key, 2)]);
    expect(cache.tasks.record(before).family).to.equal('f2');
    cache.applyEvents([event(key, 3, false)]);
    expect(() => cache.tasks.record(before)).to.throw(/look it up again/);
  });

  it('lets an observer read what a change replaced', () => {
    const cache = new LiveCache(silentLogger);
    const [key] = tasks as [Key<'task'>];
    const seen: string[] = [];
    cache.observe({
      changed: (change: Change) => {
        if (change.kind === 'task' && change.before) seen.push(cache.tasks.record(change.before).family);
      },
    });
    cache.applyEvents([event(key, 1)]);
    cache.applyEvents([event(key, 2)]);
    cache.applyEvents([event(key, 3, false)]);
    expect(seen).to.deep.equal(['f1', 'f2']);
  });

  it('shares no bytes between a record given out and the slab', () => {
    const cache = new LiveCache(silentLogger);
    const key = keyOf('task', 'c', 'hashed');
    const encode = (byte: number) =>
      codecOf('TaskRecord').encode(aTaskRecord({ requestHash: new Uint8Array(32).fill(byte) }));
    const put = (revision: number, byte: number): void =>
      cache.applyEvents([{ path: key.path, value: encode(byte), revision, createRevision: 1 }]);
    put(1, 7);
    const given = cache.get(key)?.value.requestHash;
    put(2, 9);
    put(3, 8);
    expect([...(given ?? [])]).to.deep.equal(Array.from({ length: 32 }, () => 7));
  });

  it('passes over a record that cannot be read, and over folders that it does not know', () => {
    const cache = new LiveCache(silentLogger);
    const [family] = families as [Key<'family'>];
    const bad = { path: family.path, value: Buffer.from([0x0a, 0xff]), revision: 2, createRevision: 2 };
    cache.applyEvents([event(family, 1)]);
    cache.applyEvents([{ ...bad, path: 'live/of-the-future/x' }, bad, event(tasks[0] as Key<'task'>, 3)]);
    expect(cache.get(family)).to.equal(undefined);
    expect(cache.tasks.size).to.equal(1);
    expect(cache.watched).to.equal(3);
  });
});
