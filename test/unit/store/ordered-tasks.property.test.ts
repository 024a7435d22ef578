import { silentLogger } from '@longshore/kit';
import { aTaskRecord, codecOf } from '@longshore/model';
import { keyOf, type TaskSummary } from '@longshore/store';
import { expect } from 'chai';
import fc from 'fast-check';
import { LiveCache } from '../../../packages/store/src/cache/live-cache.js';

const members = ['family', 'service', 'startedBy'] as const;
const value = fc.constantFrom('a', 'b');
const optional = fc.constantFrom('', 'a', 'b');
const id = fc.nat(29).map((n) => `t${String(n).padStart(2, '0')}`);

const written = fc.record({
  id,
  family: value,
  service: optional,
  startedBy: optional,
  desiredStatus: fc.constantFrom('RUNNING' as const, 'STOPPED' as const),
});
/** A task is written or leaves, or somebody pages: what is built when it is first asked for has to be kept from then on. */
const step = fc.oneof(
  { weight: 4, arbitrary: written.map((task) => ({ act: 'put' as const, ...task })) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('delete' as const), id }) },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constant('page' as const), after: fc.option(id, { nil: undefined }) }),
  },
);

function idsOf(tasks: Iterable<TaskSummary>): readonly string[] {
  return Array.from(tasks, (task) => task.id);
}

function expectRight({ tasks }: LiveCache, after: string | undefined): void {
  const all = [...tasks.inCluster('c', after)];
  for (const member of members)
    for (const name of ['a', 'b'])
      expect(idsOf(tasks.having('c', member, name, after)), `${member} ${name}`).to.deep.equal(
        idsOf(all.filter((task) => task[member] === name)),
      );
  expect(idsOf(tasks.toStop('c', after))).to.deep.equal(
    idsOf(all.filter((task) => task.desiredStatus === 'STOPPED')),
  );
}

describe('tasks by what they have, in order', () => {
  it('are those of the cluster that have it, in its order, whatever has been written before', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const cache = new LiveCache(silentLogger);
        for (const [at, next] of steps.entries()) {
          if (next.act === 'page') {
            expectRight(cache, next.after);
            continue;
          }
          const { path } = keyOf('task', 'c', next.id);
          const isPut = next.act === 'put';
          const bytes = isPut ? codecOf('TaskRecord').encode(aTaskRecord({ ...next })) : undefined;
          cache.applyEvents([{ path, value: bytes, revision: at + 1, createRevision: isPut ? at + 1 : 0 }]);
        }
        expectRight(cache, undefined);
      }),
      { numRuns: 200 },
    );
  });

  it('are none of no name, and none of a cluster that is not there', () => {
    const { tasks } = new LiveCache(silentLogger);
    expect([
      ...tasks.having('c', 'family', 'a'),
      ...tasks.having('c', 'service', ''),
      ...tasks.toStop('c'),
    ]).to.deep.equal([]);
  });
});
