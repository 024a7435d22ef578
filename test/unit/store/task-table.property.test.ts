import { silentLogger } from '@longshore/kit';
import { aTaskRecord, codecOf, type TaskRecord } from '@longshore/model';
import { type Change, keyOf, rangeOf, type TaskSummary } from '@longshore/store';
import { expect } from 'chai';
import fc from 'fast-check';
import type { RawRecord } from '../../../packages/store/src/backend.js';
import { LiveCache } from '../../../packages/store/src/cache/live-cache.js';
import { TaskTable } from '../../../packages/store/src/cache/task-table.js';

const codec = codecOf('TaskRecord');
const clusters = ['c', 'd'] as const;
const hex = '0123456789abcdef0123456789abcdef';
/** Of 32 hex digits, some that begin alike; and what is none, though it looks like it. */
const ids = [
  hex,
  `${hex.slice(0, 8)}f${hex.slice(9)}`,
  `${hex.slice(0, 31)}e`,
  'ffffffffffffffffffffffffffffffff',
  '80000000000000000000000000000000',
  '7fffffffffffffffffffffffffffffff',
  '00000000000000000000000000000000',
  hex.toUpperCase(),
  hex.slice(1),
  `${hex}0`,
  `${hex.slice(0, 31)}g`,
  't1',
  't10',
  't2',
  '01234567',
  '0123456:',
  '0',
  'é',
  '~',
] as const;

type Written = Pick<
  TaskRecord,
  | 'family'
  | 'instance'
  | 'service'
  | 'startedBy'
  | 'deployment'
  | 'group'
  | 'desiredStatus'
  | 'lastStatus'
  | 'holds'
>;
const status = fc.constantFrom('PENDING' as const, 'RUNNING' as const, 'STOPPED' as const);
const optional = fc.constantFrom('', 'a', 'b', 'ü', 'Ã¼');
const written: fc.Arbitrary<Written> = fc.record({
  family: fc.constantFrom('a', 'b', 'ü'),
  instance: optional,
  service: optional,
  startedBy: optional,
  deployment: optional,
  group: optional,
  desiredStatus: status,
  lastStatus: status,
  holds: fc.record({
    cpuUnits: fc.constantFrom(0, 1),
    memoryMiB: fc.constantFrom(0, 200),
    ports: fc.constant([]),
    gpuIds: fc.constant([]),
  }),
});
const place = { cluster: fc.constantFrom(...clusters), id: fc.constantFrom(...ids) };
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ act: fc.constantFrom('put', 'own'), ...place, task: written }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constantFrom('delete', 'ownDelete'), ...place }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('page'), ...place }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('list'), lost: fc.nat(9), ...place, task: written }) },
);
type Step = (typeof step extends fc.Arbitrary<infer S> ? S : never) & { task?: Written; lost?: number };

interface Known extends Written {
  readonly cluster: string;
  readonly id: string;
  readonly revision: number;
  readonly createRevision: number;
}

function pathOf({ cluster, id }: { readonly cluster: string; readonly id: string }): string {
  return keyOf('task', cluster, id).path;
}

function rawOf(known: Known): RawRecord {
  const { cluster: _c, id: _i, revision, createRevision, ...task } = known;
  return { path: pathOf(known), value: codec.encode(aTaskRecord(task)), revision, createRevision };
}

/** The same history told to the cache and to a plain map. */
class Pair {
  readonly cache = new LiveCache(silentLogger);
  readonly model = new Map<string, Known>();
  /** Every summary that has been handed out, with what it said then. */
  readonly #given: { readonly summary: TaskSummary; readonly said: TaskSummary }[] = [];
  #revision = 0;

  constructor(isObserved: boolean) {
    if (isObserved) this.cache.observe({ changed: (change) => this.#see(change) });
  }

  do(step: Step): void {
    const { cluster, id, task, act } = step;
    if (act === 'page') this.check(id);
    else if (act === 'list' && task) this.#list(this.#next({ cluster, id }, task), step.lost ?? 0);
    else this.#write(step, act === 'own' || act === 'ownDelete');
  }

  #next(at: { readonly cluster: string; readonly id: string }, task: Written): Known {
    const revision = ++this.#revision;
    const { cluster, id } = at;
    return {
      cluster,
      id,
      revision,
      createRevision: this.model.get(pathOf(at))?.createRevision ?? revision,
      ...task,
    };
  }

  /** What was an own write comes as an echo. */
  #write({ cluster, id, task }: Step, isOwn: boolean): void {
    const known = task && this.#next({ cluster, id }, task);
    const revision = known?.revision ?? ++this.#revision;
    const key = keyOf('task', cluster, id);
    const { path } = key;
    const value = known && rawOf(known).value;
    if (isOwn) this.cache.applyOwn(revision, [{ key, value, created: known?.createRevision === revision }]);
    if (known) this.model.set(path, known);
    else this.model.delete(path);
    this.cache.applyEvents([{ path, value, revision, createRevision: known?.createRevision ?? 0 }]);
  }

  /** A list in which some are missing, and one is new or newer. */
  #list(known: Known, lost: number): void {
    for (const path of [...this.model.keys()].filter((_, i) => i % 10 === lost)) this.model.delete(path);
    this.model.set(pathOf(known), known);
    this.cache.beginList(known.revision);
    const records = [...this.model.values()].map(rawOf).sort((a, b) => (a.path < b.path ? -1 : 1));
    const middle = pathOf(known);
    for (const [from, to] of [
      ['live/', middle],
      [middle, 'live0'],
    ] as const) {
      const inside = records.filter(({ path }) => path >= from && path < to);
      this.cache.applyList(from, to, inside, known.revision);
    }
    this.cache.finishList(known.revision);
  }

  check(after: string): void {
    const { tasks } = this.cache;
    expect(tasks.size).to.equal(this.model.size);
    for (const cluster of clusters) {
      const here = [...this.model.values()]
        .filter((task) => task.cluster === cluster)
        .sort((a, b) => (a.id < b.id ? -1 : 1));
      expect(this.cache.count(rangeOf('task', cluster))).to.equal(here.length);
      this.#checkEach(here);
      this.#checkOrder(cluster, here, after);
      this.#checkLists(cluster, here);
    }
    for (const { summary, said } of this.#given) expect(summary).to.deep.equal(said);
  }

  #checkEach(here: readonly Known[]): void {
    for (const known of here) {
      const { createRevision, ...summary } = known;
      const task = tasksGet(this.cache, known);
      expect(task).to.deep.include(summary);
      if (task) this.#given.push({ summary: task, said: structuredClone({ ...task }) });
      const stored = this.cache.get(keyOf('task', known.cluster, known.id));
      expect(stored).to.include({ revision: known.revision, createRevision });
      expect(stored?.value.startedBy).to.equal(known.startedBy);
    }
  }

  #checkOrder(cluster: string, here: readonly Known[], after: string): void {
    const { tasks } = this.cache;
    expect(idsOf(tasks.inCluster(cluster))).to.deep.equal(idsOf(here));
    const behind = here.filter(({ id }) => id > after);
    expect(idsOf(tasks.inCluster(cluster, after))).to.deep.equal(idsOf(behind));
    for (const member of ['family', 'service', 'startedBy'] as const)
      for (const value of ['a', 'b', 'ü', 'Ã¼'])
        expect(idsOf(tasks.having(cluster, member, value, after)), `${member} ${value}`).to.deep.equal(
          idsOf(behind.filter((task) => task[member] === value)),
        );
    expect(idsOf(tasks.toStop(cluster, after))).to.deep.equal(
      idsOf(behind.filter((task) => task.desiredStatus === 'STOPPED')),
    );
  }

  #checkLists(cluster: string, here: readonly Known[]): void {
    const { tasks } = this.cache;
    for (const value of ['a', 'b', 'ü', 'Ã¼']) {
      expectSame(
        tasks.onInstance(cluster, value),
        here.filter(({ instance }) => instance === value),
      );
      expectSame(
        tasks.ofService(cluster, value),
        here.filter(({ service }) => service === value),
      );
      expect(
        Array.from(tasks.standingsOfService(cluster, value), (standing) => ({ ...standing })),
      ).to.have.deep.members(here.filter(({ service }) => service === value).map(standingOf));
    }
    expectSame(tasks.onInstance(cluster, ''), []);
    expectSame(
      tasks.waiting(cluster),
      here.filter(({ instance }) => instance === ''),
    );
    expectSame(
      tasks.stopped(cluster),
      here.filter(({ lastStatus }) => lastStatus === 'STOPPED'),
    );
  }

  #see({ kind, before, after, key }: Change): void {
    if (kind !== 'task') return;
    for (const summary of [before, after]) {
      if (!summary) continue;
      expect(pathOf(summary)).to.equal(key.path);
      expect(this.cache.tasks.record(summary).startedBy, 'the bytes of then').to.equal(summary.startedBy);
    }
  }
}

function tasksGet({ tasks }: LiveCache, { cluster, id }: Known): TaskSummary | undefined {
  return tasks.get(cluster, id);
}

function idsOf(tasks: Iterable<{ readonly id: string }>): readonly string[] {
  return Array.from(tasks, (task) => task.id);
}

function standingOf({ instance, deployment, desiredStatus, lastStatus }: Known): Partial<Known> {
  return { instance, deployment, desiredStatus, lastStatus };
}

function expectSame(tasks: Iterable<TaskSummary>, here: readonly Known[]): void {
  expect(idsOf(tasks).toSorted()).to.deep.equal(idsOf(here).toSorted());
}

describe('the table of tasks', () => {
  it('says what a plain map would, in every index and in order, whatever the history and the ids', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), fc.boolean(), (steps, isObserved) => {
        const pair = new Pair(isObserved);
        for (const next of steps) pair.do(next);
        pair.check('');
      }),
      { numRuns: 300 },
    );
  });

  it('uses rows again, and lets go of texts and holdings that no task has any more', () => {
    const table = new TaskTable();
    const put = (id: string, n: number): void => {
      const unique = { startedBy: `run-${n}`, instance: `i-${n}`, deployment: `d-${n}`, group: `ü-${n}` };
      const record = aTaskRecord({ ...unique, holds: { cpuUnits: n, memoryMiB: 1, ports: [], gpuIds: [] } });
      table.put(
        { cluster: 'c', task: id },
        { value: codec.encode(record), revision: n, createRevision: n },
        false,
      );
    };
    const live = 50;
    const first = (n: number): string => hex.slice(0, 24) + String(n).padStart(8, '0');
    for (let n = 1; n <= 5000; n++) {
      put(first(n), 2 * n);
      put(first(n), 2 * n + 1);
      if (n > live) table.delete('c', first(n - live), false);
    }
    const texts = [...table.inCluster('c')].flatMap((task) => [
      task.startedBy,
      task.instance,
      task.deployment,
      task.group,
      task.family,
    ]);
    expect(table.usage).to.deep.equal({ rows: live + 1, texts: new Set(texts).size, holdings: live });
    expect(table.size).to.equal(live);
    for (const id of idsOf(table.inCluster('c'))) table.delete('c', id, false);
    expect(table.usage).to.include({ texts: 0, holdings: 0 });
    expect(table.slabUsage.usedBytes).to.equal(0);
  });

  it('keeps a task and all that it counts where the next record cannot be read', () => {
    const table = new TaskTable();
    const put = (value: Uint8Array, revision: number): void =>
      void table.put({ cluster: 'c', task: 't' }, { value, revision, createRevision: 1 }, false);
    put(codec.encode(aTaskRecord({ instance: 'i', startedBy: 's' })), 1);
    const before = table.usage;
    const [used] = [table.slabUsage.usedBytes];
    // A TaskHolds whose first member ends too early, behind an instance of its own.
    const bad = Buffer.from([0x1a, 0x01, 0x6a, 0x9a, 0x01, 0x01, 0x08]);
    expect(() => put(bad, 2)).to.throw(/ends in the middle/);
    expect(table.get('c', 't')).to.include({ revision: 1, instance: 'i', startedBy: 's' });
    expect(table.usage).to.deep.equal(before);
    expect(table.slabUsage.usedBytes).to.equal(used);
  });
});
