import { systemRandom } from '@longshore/kit';
import { expect } from 'chai';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/needs.js';
import { AgentRig } from './rig.js';

describe('containers of stopped tasks', function () {
  this.timeout(120_000);
  needs('docker');
  let rig: AgentRig;
  afterEach(() => rig.close());

  /** Tasks that end by themselves, one after another; gives the ids of their containers. */
  async function endings(count: number): Promise<readonly string[]> {
    const ids: string[] = [];
    for (let i = 0; i < count; i++) {
      const definition = rig.definition([{ name: 'web', command: ['true'] }]);
      const task = rig.plane.run(definition, { task: systemRandom.hexId() });
      const report = await rig.reaches(task, 'STOPPED');
      ids.push(report.containers[0]?.runtimeId ?? '');
    }
    return ids;
  }

  const left = async (): Promise<readonly string[]> => (await rig.containers()).map((c) => c.Id);

  it('stay for the last few of a family, the oldest go', async () => {
    rig = await new AgentRig([], { LONGSHORE_STOPPED_TASKS_PER_FAMILY: '2' }).start();
    const ids = await endings(4);
    await eventually(async () => (await left()).length === 2, { withinMs: 20_000, state: () => rig.log });
    expect(await left()).to.have.members(ids.slice(2));
  });

  it('go after ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION, and no container of others with them', async () => {
    rig = await new AgentRig([], { ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION: '10s' }).start();
    const { body } = await rig.engine.ask<{ Id: string }>('POST', '/containers/create', {
      Image: 'busybox:1.36',
      Cmd: ['true'],
      Labels: rig.engine.labels,
    });
    const ids = await endings(2);
    expect(await left()).to.include(ids[1]);
    await eventually(async () => (await left()).length === 0, { withinMs: 40_000, state: () => rig.log });
    expect((await rig.engine.inspect(body.Id)).State.Status).to.equal('created');
  });
});
