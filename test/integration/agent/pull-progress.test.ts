import { expect } from 'chai';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/needs.js';
import { WholeSystem } from './system.js';

describe('a pull that takes its time', function () {
  this.timeout(120_000);
  needs('docker');
  let system: WholeSystem;
  before(async () => {
    system = await WholeSystem.start();
  });
  after(() => system.close());

  it('is shown by describe with layers and bytes, which no write to the store has carried', async () => {
    const { ecs, server, longshore } = system.server;
    const { image } = await system.push('slow', 'one', 8 * 1024 ** 2);
    await ecs.RegisterTaskDefinition({
      family: 'slow',
      containerDefinitions: [{ name: 'web', image, memory: 16, command: ['sleep', '3600'], stopTimeout: 2 }],
    });
    system.registry.hold();
    const { tasks = [] } = await ecs.RunTask({ taskDefinition: 'slow' });
    const task = tasks[0]?.taskArn ?? '';
    const reasons = async (): Promise<string> =>
      ((await longshore.ExplainTask({ task })).reasons ?? []).join('\n');
    const shown = /image \S+slow:live is being pulled: [01] of 2 layers, [\d.]+ of [1-9][\d.]* MiB \(\d+ %\)/;
    await eventually(
      async () => {
        const said = await reasons();
        if (!shown.test(said)) throw new Error(said);
        return true;
      },
      {
        withinMs: 30_000,
        state: () => system.agent.log,
      },
    );
    const before = server.context.store.watched;
    expect(await system.longshore('describe', task)).to.match(shown);
    // Two more rounds of reports: the figures are the holder's memory alone.
    const { ageMs: first } = (await longshore.GetUtilisation({})).instances?.[0] ?? {};
    await eventually(
      async () => ((await longshore.GetUtilisation({})).instances?.[0]?.ageMs ?? 0) < (first ?? 0),
      { withinMs: 30_000 },
    );
    expect(server.context.store.watched).to.equal(before);
    system.registry.release();
    await eventually(
      async () => (await ecs.DescribeTasks({ tasks: [task] })).tasks?.[0]?.lastStatus === 'RUNNING',
      { withinMs: 30_000, state: () => system.agent.log },
    );
    expect(await reasons()).not.to.contain('is being pulled');
    await eventually(async () => (await longshore.GetUtilisation({})).instances?.[0]?.pulls?.length === 0, {
      withinMs: 30_000,
    });
  });
});
