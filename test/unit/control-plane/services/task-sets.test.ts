import { rangeOf } from '@longshore/store';
import { expect } from 'chai';
import { SimCluster } from '../../../support/cluster/cluster.js';
import { refusal } from '../api/rig.js';

describe('task sets', () => {
  let sim: SimCluster;

  beforeEach(async () => {
    sim = await SimCluster.open({ seed: 9, replicas: 2, flags: { 'healthy-after': '1s' } });
    await sim.define('web');
    await sim.define('web');
    await sim.call('CreateService', {
      serviceName: 'web',
      desiredCount: 4,
      deploymentController: { type: 'EXTERNAL' },
    });
  });

  afterEach(async () => {
    await sim.close();
    expect(sim.auditor.breaches).to.deep.equal([]);
  });

  const create = (taskDefinition: string, value: number, clientToken?: string) =>
    sim.call('CreateTaskSet', {
      service: 'web',
      taskDefinition,
      scale: { value, unit: 'PERCENT' },
      externalId: 'outside',
      clientToken,
    });

  const sets = async () => (await sim.call('DescribeTaskSets', { service: 'web' })).taskSets ?? [];

  const steady = () =>
    sim.until(async () => (await sets()).every((s) => s.stabilityStatus === 'STEADY_STATE'), 30_000);

  it('run their shares of the desired count, under whichever leader', async () => {
    await create('web:1', 100);
    await create('web:2', 25);
    await steady();
    sim.leader?.kill();
    await sim.call('UpdateService', { service: 'web', desiredCount: 8 });
    await sim.until(async () => (await sim.service('web')).runningCount === 10, 60_000);
    expect((await sets()).map(({ computedDesiredCount: c, runningCount: r }) => [c, r])).to.deep.equal([
      [8, 8],
      [2, 2],
    ]);
    expect(await sim.service('web')).to.deep.include({ deployments: [], desiredCount: 8 });
  });

  it('change scale, become primary, and go when their tasks have stopped', async () => {
    const { taskSet: blue } = await create('web:1', 100);
    const { taskSet: green } = await create('web:2', 0);
    await steady();
    await sim.call('UpdateTaskSet', {
      service: 'web',
      taskSet: green?.id,
      scale: { value: 100, unit: 'PERCENT' },
    });
    await sim.call('UpdateServicePrimaryTaskSet', { service: 'web', primaryTaskSet: green?.taskSetArn });
    await steady();
    expect((await sets()).map(({ status }) => status)).to.deep.equal(['ACTIVE', 'PRIMARY']);
    await refusal(
      sim.call('DeleteTaskSet', { service: 'web', taskSet: blue?.id }),
      'InvalidParameterException',
    );
    const deleted = await sim.call('DeleteTaskSet', { service: 'web', taskSet: blue?.id, force: true });
    expect(deleted.taskSet?.status).to.equal('DRAINING');
    await sim.until(async () => (await sets()).length === 1, 30_000);
    expect((await sim.service('web')).runningCount).to.equal(4);
    await sim.call('DeleteService', { service: 'web', force: true });
    await sim.until(async () => (await sim.service('web')).status === 'INACTIVE', 30_000);
  });

  it('wait longer and longer when their tasks crash, each by itself, until they are well again', async () => {
    const crashes = { startsAfterMs: 200, exitsAfterMs: 300, stopsAfterMs: 300 };
    const bad = await sim.define('bad', crashes);
    await create(bad, 50);
    await sim.advance(10 * 60_000);
    const started = () => sim.hosts.reduce((sum, host) => sum + host.started.length, 0);
    expect(started()).to.be.within(10, 40);
    expect((await sim.service('web')).events?.map(({ message }) => message)).to.include(
      '(service web) is unable to consistently start tasks successfully.',
    );
    const before = started();
    await create('web:1', 100);
    await sim.until(async () => (await sets()).some((s) => s.runningCount === 4), 10_000);
    expect(started() - before).to.be.within(4, 6);
    // The next attempt works, and one healthy task lifts the pause.
    sim.fates.delete(bad);
    await sim.until(async () => (await sim.service('web')).runningCount === 6, 310_000);
    const failures = () =>
      sim.auditor.store
        .list(rangeOf('deployment', 'default', 'web'))
        .map(({ value }) => value.throttle?.failures ?? 0);
    await sim.until(() => failures().every((n) => n === 0), 5000);
  });

  it('are made once under a token, and only for services that are rolled out from outside', async () => {
    const first = await create('web:1', 0, 't');
    const again = await create('web:1', 0, 't');
    expect(again.taskSet?.id).to.equal(first.taskSet?.id);
    expect(await sets()).to.have.length(1);
    await sim.call('CreateService', { serviceName: 'own', taskDefinition: 'web:1', desiredCount: 0 });
    await refusal(
      sim.call('CreateTaskSet', { service: 'own', taskDefinition: 'web:1' }),
      'InvalidParameterException',
    );
    await refusal(
      sim.call('UpdateTaskSet', { service: 'web', taskSet: 'ecs-svc/1', scale: { value: 1 } }),
      'TaskSetNotFoundException',
    );
    const { failures } = await sim.call('DescribeTaskSets', { service: 'web', taskSets: ['ecs-svc/1'] });
    expect(failures?.[0]?.reason).to.equal('MISSING');
  });
});
