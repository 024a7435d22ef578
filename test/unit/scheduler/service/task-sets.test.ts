import { expect } from 'chai';
import { isNothing, World } from './world.js';

describe('an EXTERNAL service', () => {
  const taskSet = (id: string, value: number) => ({
    id,
    status: 'ACTIVE',
    scale: { value, unit: 'PERCENT' as const },
  });

  it('keeps each task set at its share, as these are moved, and stops the tasks of one that is gone', () => {
    const world = new World({
      spec: { deploymentController: { type: 'EXTERNAL' }, taskSets: [taskSet('a', 100), taskSet('b', 0)] },
    });
    world.settle();
    expect([world.healthy('a').length, world.healthy('b').length]).to.deep.equal([4, 0]);
    world.configure({ taskSets: [taskSet('a', 50), taskSet('b', 50)] });
    world.settle();
    expect([world.healthy('a').length, world.healthy('b').length]).to.deep.equal([2, 2]);
    world.configure({ taskSets: [taskSet('b', 100)] });
    world.settle();
    expect([world.active('a').length, world.healthy('b').length]).to.deep.equal([0, 4]);
    expect(isNothing(world.decide())).to.equal(true);
  });
});
