import { expect } from 'chai';
import type { AgentTask } from '../../../packages/agent/src/engine/record.js';
import { oldestStopped, surplusTasks } from '../../../packages/agent/src/engine/retention.js';

/** A stopped task whose end is committed, but for what the case says. */
function aStopped(id: string, stoppedSteadyMs: number, more: Partial<AgentTask> = {}): AgentTask {
  const assignment = { definition: 'web:1' };
  return {
    id,
    assignment,
    status: 'STOPPED',
    acknowledged: true,
    cleanUpNow: false,
    stoppedSteadyMs,
    ...more,
  } as AgentTask;
}

const of = (definition: string): Partial<AgentTask> => ({
  assignment: { definition } as AgentTask['assignment'],
});

describe('stopped tasks whose containers are kept', () => {
  for (const c of [
    {
      name: 'are so many of a family, whatever the revision: the oldest of the rest go first',
      tasks: [aStopped('c', 3), aStopped('a', 1, of('web:2')), aStopped('d', 4), aStopped('b', 2)],
      expected: ['a', 'b'],
    },
    {
      name: 'are counted by family',
      tasks: [
        aStopped('a', 1),
        aStopped('b', 2),
        aStopped('c', 3, of('other:1')),
        aStopped('d', 4, of('other:1')),
      ],
      expected: [],
    },
    {
      name: 'are those alone whose end is committed',
      tasks: [aStopped('a', 1, { acknowledged: false }), aStopped('b', 2), aStopped('c', 3)],
      expected: [],
    },
    {
      name: 'are no tasks that run',
      tasks: [aStopped('a', 1, { status: 'RUNNING' }), aStopped('b', 2), aStopped('c', 3)],
      expected: [],
    },
    {
      name: 'are not asked to go a second time',
      tasks: [aStopped('a', 1, { cleanUpNow: true }), aStopped('b', 2), aStopped('c', 3)],
      expected: [],
    },
  ])
    it(c.name, () => {
      expect(surplusTasks(c.tasks, 2)).to.deep.equal(c.expected);
    });

  it('are none where none may be kept', () => {
    expect(surplusTasks([aStopped('b', 2), aStopped('a', 1)], 0)).to.deep.equal(['a', 'b']);
  });

  it('make way for the disk, the oldest first', () => {
    const tasks = [
      aStopped('c', 3),
      aStopped('a', 0, { acknowledged: false }),
      aStopped('b', 2),
      aStopped('d', 1, { cleanUpNow: true }),
    ];
    expect(oldestStopped(tasks)).to.equal('b');
    expect(oldestStopped([])).to.equal(undefined);
  });
});
