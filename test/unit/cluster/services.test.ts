import { expect } from 'chai';
import { SimCluster, type SimClusterOptions } from '../../support/cluster/cluster.js';
import type { TaskFate } from '../../support/cluster/host.js';

const crashes: TaskFate = { startsAfterMs: 200, exitsAfterMs: 1000, stopsAfterMs: 300 };
const cannotStart: TaskFate = { startsAfterMs: 200, failsToStart: true, stopsAfterMs: 300 };
const breaker = { enable: true, rollback: true };

describe('a cluster in one process', () => {
  let cluster: SimCluster | undefined;

  async function open(options: Partial<SimClusterOptions> = {}): Promise<SimCluster> {
    cluster = await SimCluster.open({ seed: 1, ...options });
    return cluster;
  }

  async function openWithWeb(
    options: Partial<SimClusterOptions> = {},
    request: { readonly [member: string]: unknown } = {},
  ): Promise<SimCluster> {
    const sim = await open(options);
    await sim.define('web');
    await sim.call('CreateService', {
      serviceName: 'web',
      taskDefinition: 'web',
      desiredCount: 4,
      ...request,
    });
    await sim.stable('web');
    await sim.until(async () => (await statuses(sim))[0] === 'SUCCESSFUL', 600_000);
    return sim;
  }

  /** Of the service's deployments, the newest first. */
  async function statuses(sim: SimCluster): Promise<readonly (string | undefined)[]> {
    const { serviceDeployments = [] } = await sim.call('ListServiceDeployments', { service: 'web' });
    return serviceDeployments.map(({ status }) => status);
  }

  async function messages(sim: SimCluster): Promise<readonly (string | undefined)[]> {
    return ((await sim.service('web')).events ?? []).map(({ message }) => message);
  }

  function tasksOn(sim: SimCluster, instance: string): number {
    return [...sim.auditor.store.tasks.onInstance('default', instance)].filter(
      (t) => t.desiredStatus !== 'STOPPED' && t.lastStatus !== 'STOPPED',
    ).length;
  }

  afterEach(async () => {
    const ended = cluster;
    cluster = undefined;
    await ended?.close();
    expect(ended?.auditor.breaches ?? []).to.deep.equal([]);
  });

  it('rolls out a new definition and shows one deployment when it is done', async () => {
    const sim = await openWithWeb();
    await sim.define('web');
    const { service } = await sim.call('UpdateService', { service: 'web', taskDefinition: 'web' });
    expect(service?.deployments?.map(({ status }) => status)).to.deep.equal(['PRIMARY', 'ACTIVE']);
    await sim.stable('web');
    expect((await sim.service('web')).taskDefinition).to.match(/web:2$/);
    expect(await statuses(sim)).to.deep.equal(['SUCCESSFUL', 'SUCCESSFUL']);
  });

  for (const afterMs of [0, 300, 700, 41_000])
    it(`goes on with a roll-out under the next leader, ${afterMs} ms into it`, async () => {
      const sim = await openWithWeb({ replicas: 2 });
      await sim.define('web');
      await sim.call('UpdateService', { service: 'web', taskDefinition: 'web' });
      await sim.advance(afterMs);
      const before = sim.leader;
      before?.kill();
      await sim.stable('web');
      expect(sim.leader).to.not.equal(before);
      expect((await sim.service('web')).taskDefinition).to.match(/web:2$/);
      expect(await statuses(sim)).to.deep.equal(['SUCCESSFUL', 'SUCCESSFUL']);
    });

  for (const { name, fate } of [
    { name: 'exit before they are healthy', fate: crashes },
    { name: 'never start', fate: cannotStart },
  ])
    it(`breaks the circuit and rolls back when new tasks ${name}`, async () => {
      const sim = await openWithWeb({}, { deploymentConfiguration: { deploymentCircuitBreaker: breaker } });
      await sim.define('web', fate);
      await sim.call('UpdateService', { service: 'web', taskDefinition: 'web' });
      await sim.until(async () => (await statuses(sim))[0] === 'ROLLBACK_SUCCESSFUL', 600_000);
      await sim.stable('web');
      const service = await sim.service('web');
      expect(service.taskDefinition).to.match(/web:1$/);
      expect(service.runningCount).to.equal(4);
      expect(await messages(sim)).to.satisfy((all: string[]) =>
        all.some((m) => m.includes('rolling back to')),
      );
    });

  it('ends a rollback though the leader dies in the middle', async () => {
    const sim = await openWithWeb(
      { replicas: 2 },
      {
        deploymentConfiguration: {
          deploymentCircuitBreaker: breaker,
          minimumHealthyPercent: 0,
          maximumPercent: 100,
        },
      },
    );
    await sim.define('web', crashes);
    await sim.call('UpdateService', { service: 'web', taskDefinition: 'web' });
    await sim.until(async () => (await statuses(sim))[0] === 'ROLLBACK_IN_PROGRESS', 600_000);
    sim.leader?.kill();
    await sim.until(async () => (await statuses(sim))[0] === 'ROLLBACK_SUCCESSFUL', 600_000);
    await sim.stable('web');
    expect((await sim.service('web')).taskDefinition).to.match(/web:1$/);
  });

  it('fails where it stands when there is nothing to roll back to, and stops nothing', async () => {
    const sim = await open();
    await sim.define('web', { ...crashes, exitsAfterMs: 5000 });
    await sim.call('CreateService', {
      serviceName: 'web',
      taskDefinition: 'web',
      desiredCount: 2,
      deploymentConfiguration: { deploymentCircuitBreaker: breaker },
    });
    await sim.until(async () => (await statuses(sim))[0] === 'STOPPED', 600_000);
    const [deployment] = (await sim.service('web')).deployments ?? [];
    expect(deployment?.rolloutState).to.equal('FAILED');
    expect(await messages(sim)).to.satisfy((all: string[]) => !all.some((m) => m.includes('has stopped')));
  });

  it('waits longer and longer before it starts what keeps failing, and starts over with a new deployment', async () => {
    const sim = await open();
    await sim.define('web', cannotStart);
    await sim.call('CreateService', { serviceName: 'web', taskDefinition: 'web', desiredCount: 2 });
    await sim.advance(10 * 60_000);
    const started = sim.hosts.reduce((sum, host) => sum + host.started.length, 0);
    expect(started).to.be.within(10, 40);
    expect(await messages(sim)).to.include(
      '(service web) is unable to consistently start tasks successfully.',
    );
    await sim.define('web');
    await sim.call('UpdateService', { service: 'web', taskDefinition: 'web' });
    await sim.stable('web', 60_000);
  });

  it('gives room to the service of higher priority first, and to the next what is left', async () => {
    const sim = await open({ hosts: 1, resources: { cpuUnits: 400, memoryMiB: 400 } });
    await sim.define('web');
    const create = (serviceName: string, desiredCount: number, priority: string) =>
      sim.call('CreateService', {
        serviceName,
        taskDefinition: 'web',
        desiredCount,
        tags: [{ key: 'longshore:priority', value: priority }],
      });
    const running = async () =>
      Promise.all(['first', 'low', 'high'].map(async (name) => (await sim.service(name)).runningCount));
    await create('first', 4, '0');
    await sim.stable('first');
    await create('low', 3, '1');
    await create('high', 3, '5');
    await sim.advance(20_000);
    expect(await running()).to.deep.equal([4, 0, 0]);
    await sim.call('UpdateService', { service: 'first', desiredCount: 2 });
    await sim.advance(20_000);
    expect(await running()).to.deep.equal([2, 0, 2]);
    await sim.call('UpdateService', { service: 'first', desiredCount: 0 });
    await sim.advance(20_000);
    expect(await running()).to.deep.equal([0, 1, 3]);
    // Nothing that runs is stopped for it.
    await create('higher', 1, '9');
    await sim.advance(20_000);
    expect(await running()).to.deep.equal([0, 1, 3]);
  });

  it('lets no service of higher priority that fits nowhere hold up another', async () => {
    const sim = await open({ hosts: 1, resources: { cpuUnits: 400, memoryMiB: 400 } });
    await sim.define('web');
    await sim.define('huge', undefined, {
      containerDefinitions: [{ name: 'app', image: 'busybox:1.36', cpu: 4000, memory: 100 }],
    });
    const tags = [{ key: 'longshore:priority', value: '9' }];
    await sim.call('CreateService', { serviceName: 'huge', taskDefinition: 'huge', desiredCount: 1, tags });
    await sim.advance(3000);
    await sim.call('CreateService', { serviceName: 'web', taskDefinition: 'web', desiredCount: 3 });
    await sim.stable('web', 10_000);
    const [task] = sim.hosts[0]?.tasks.keys() ?? [];
    sim.hosts[0]?.crash(task ?? '');
    await sim.advance(500);
    await sim.stable('web', 15_000);
  });

  it('replaces the tasks of a lost instance, and stops the originals when it comes back', async () => {
    const sim = await openWithWeb({ hosts: 4 });
    const [lost] = sim.hosts;
    const originals = [...(lost?.tasks.keys() ?? [])];
    expect(originals).to.have.length(1);
    lost?.cut();
    await sim.advance(60_000);
    expect((await sim.service('web')).runningCount).to.equal(4);
    await sim.until(
      () => sim.hosts.filter((h) => h !== lost).reduce((n, h) => n + h.tasks.size, 0) === 4,
      60_000,
    );
    await sim.stable('web');
    lost?.mend();
    await sim.until(() => tasksOn(sim, lost?.instance ?? '') === 0, 60_000);
    await sim.stable('web');
    const ended = sim.auditor.store.tasks.get('default', originals[0] ?? '');
    expect(ended?.desiredStatus ?? 'STOPPED').to.equal('STOPPED');
  });

  it('keeps the originals where the service says so', async () => {
    const tags = [{ key: 'longshore:lost-policy', value: 'keep_original' }];
    const sim = await openWithWeb({ hosts: 4 }, { tags });
    const [lost] = sim.hosts;
    const [original = ''] = lost?.tasks.keys() ?? [];
    lost?.cut();
    await sim.until(
      () => sim.hosts.filter((h) => h !== lost).reduce((n, h) => n + h.tasks.size, 0) === 4,
      150_000,
    );
    lost?.mend();
    await sim.until(async () => (await sim.service('web')).runningCount === 4, 60_000);
    await sim.stable('web');
    expect(sim.auditor.store.tasks.get('default', original)?.desiredStatus).to.equal('RUNNING');
  });

  it('never replaces where the service says never', async () => {
    const tags = [{ key: 'longshore:replace-after', value: 'never' }];
    const sim = await openWithWeb({ hosts: 4 }, { tags });
    sim.hosts[0]?.cut();
    await sim.advance(20 * 60_000);
    expect(sim.auditor.store.tasks.size).to.equal(4);
    expect((await sim.service('web')).runningCount).to.equal(4);
  });

  it('replaces later where the service says later', async () => {
    const tags = [{ key: 'longshore:replace-after', value: '5m' }];
    const sim = await openWithWeb({ hosts: 4 }, { tags });
    sim.hosts[0]?.cut();
    await sim.advance(5 * 60_000);
    expect(sim.auditor.store.tasks.size).to.equal(4);
    await sim.until(() => sim.auditor.store.tasks.size === 5, 60_000);
  });

  it('replaces sooner where the service says sooner, and keeps the patience of the others there', async () => {
    const sim = await openWithWeb({ hosts: 4 });
    await sim.call('CreateService', {
      serviceName: 'hasty',
      taskDefinition: 'web',
      desiredCount: 4,
      tags: [{ key: 'longshore:replace-after', value: '5s' }],
    });
    await sim.stable('hasty');
    const tasksOf = (service: string) => [...sim.auditor.store.tasks.ofService('default', service)].length;
    sim.hosts[0]?.cut();
    await sim.until(() => tasksOf('hasty') === 5, 55_000);
    expect(tasksOf('web')).to.equal(4);
    await sim.advance(40_000);
    expect(tasksOf('web')).to.equal(4);
    await sim.until(() => tasksOf('web') === 5, 30_000);
  });

  it('runs 500 tasks elsewhere within both time-outs and 5 s of the death of their instance', async () => {
    const sim = await open({
      hosts: 1,
      flags: { 'instance-timeout': '2s', 'replace-after': '2s', 'healthy-after': '1s' },
      resources: { cpuUnits: 100_000, memoryMiB: 100_000 },
    });
    await sim.define('web');
    await sim.call('CreateService', { serviceName: 'web', taskDefinition: 'web', desiredCount: 500 });
    await sim.until(async () => (await sim.service('web')).runningCount === 500, 30_000);
    const second = sim.addHost();
    await sim.advance(3000);
    sim.hosts[0]?.cut();
    await sim.advance(9000);
    expect([...second.tasks.values()].filter(({ status }) => status === 'RUNNING')).to.have.length(500);
  });

  it('replaces nothing when more than a third of the instances fall silent at once', async () => {
    const sim = await openWithWeb({ hosts: 10 }, { desiredCount: 10 });
    for (const host of sim.hosts.slice(0, 6)) host.cut();
    await sim.advance(10 * 60_000);
    expect(sim.auditor.store.tasks.size).to.equal(10);
    for (const host of sim.hosts) host.mend();
    await sim.stable('web');
    expect(sim.hosts.flatMap((h) => h.started)).to.have.length(10);
  });

  it('replaces nothing when 60 of 100 instances are silent', async () => {
    const sim = await openWithWeb({ hosts: 100, audited: false }, { desiredCount: 200 });
    for (const host of sim.hosts.slice(0, 60)) host.cut();
    await sim.advance(5 * 60_000);
    expect(sim.auditor.store.tasks.size).to.equal(200);
    for (const host of sim.hosts) host.mend();
    await sim.stable('web');
    expect(sim.hosts.flatMap((h) => h.started)).to.have.length(200);
  }).timeout(60_000);

  it('replaces nothing after the store was away for ten minutes', async () => {
    const sim = await openWithWeb({ replicas: 2, hosts: 4 });
    for (const replica of sim.replicas) replica.store.faults.away = 'etcd is down';
    await sim.advance(10 * 60_000);
    for (const replica of sim.replicas) replica.store.faults.away = undefined;
    await sim.advance(5 * 60_000);
    await sim.stable('web');
    expect(sim.hosts.flatMap((h) => h.started)).to.have.length(4);
  });

  it('scales out and in, and keeps the spread even', async () => {
    const sim = await openWithWeb({}, { desiredCount: 3 });
    await sim.call('UpdateService', { service: 'web', desiredCount: 9 });
    await sim.stable('web');
    expect(sim.hosts.map((h) => tasksOn(sim, h.instance))).to.deep.equal([3, 3, 3]);
    await sim.call('UpdateService', { service: 'web', desiredCount: 3 });
    await sim.stable('web');
    expect(sim.hosts.map((h) => tasksOn(sim, h.instance))).to.deep.equal([1, 1, 1]);
    expect(await statuses(sim)).to.have.length(1);
  });

  it('moves a service off a draining instance, new before old', async () => {
    const sim = await openWithWeb();
    const [first] = sim.hosts;
    const containerInstances = [first?.instance ?? ''];
    await sim.call('UpdateContainerInstancesState', { containerInstances, status: 'DRAINING' });
    await sim.until(() => tasksOn(sim, first?.instance ?? '') === 0, 120_000);
    await sim.stable('web');
    expect((await sim.service('web')).runningCount).to.equal(4);
  });

  it('runs a daemon on every instance as instances come, drain and go', async () => {
    const sim = await open({ hosts: 2 });
    await sim.define('web');
    await sim.call('CreateService', {
      serviceName: 'web',
      taskDefinition: 'web',
      schedulingStrategy: 'DAEMON',
    });
    await sim.stable('web');
    expect(await sim.service('web')).to.include({ desiredCount: 2, runningCount: 2 });
    const third = sim.addHost();
    await sim.until(() => tasksOn(sim, third.instance) === 1, 30_000);
    await sim.stable('web');
    expect((await sim.service('web')).desiredCount).to.equal(3);
    await sim.call('UpdateContainerInstancesState', {
      containerInstances: [third.instance],
      status: 'DRAINING',
    });
    await sim.until(() => tasksOn(sim, third.instance) === 0, 60_000);
    await sim.stable('web');
    expect((await sim.service('web')).desiredCount).to.equal(2);
    await sim.define('web');
    await sim.call('UpdateService', { service: 'web', taskDefinition: 'web' });
    await sim.stable('web');
    expect((await sim.service('web')).taskDefinition).to.match(/web:2$/);
    await sim.call('DeleteService', { service: 'web' });
    await sim.until(async () => (await sim.service('web')).status === 'INACTIVE', 60_000);
  });

  it('brings green up beside blue, bakes, and takes blue down', async () => {
    const deploymentConfiguration = { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 5 };
    const sim = await openWithWeb({}, { deploymentConfiguration });
    await sim.define('web');
    await sim.call('UpdateService', { service: 'web', taskDefinition: 'web' });
    await sim.until(async () => (await sim.service('web')).runningCount === 8, 120_000);
    await sim.advance(4 * 60_000);
    expect((await sim.service('web')).runningCount).to.equal(8);
    await sim.stable('web', 5 * 60_000);
    expect((await sim.service('web')).taskDefinition).to.match(/web:2$/);
  });

  it('waits at a pause until somebody continues it, under whichever leader', async () => {
    const deploymentConfiguration = {
      strategy: 'BLUE_GREEN',
      bakeTimeInMinutes: 0,
      lifecycleHooks: [{ targetType: 'PAUSE', lifecycleStages: ['POST_SCALE_UP'] }],
    };
    const sim = await open({ replicas: 2 });
    await sim.define('web');
    await sim.call('CreateService', {
      serviceName: 'web',
      taskDefinition: 'web',
      desiredCount: 2,
      deploymentConfiguration: { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 0 },
    });
    await sim.until(async () => (await statuses(sim))[0] === 'SUCCESSFUL', 120_000);
    await sim.define('web');
    await sim.call('UpdateService', {
      service: 'web',
      taskDefinition: 'web',
      deploymentConfiguration: deploymentConfiguration as never,
    });
    await sim.advance(10 * 60_000);
    const [brief] = (await sim.call('ListServiceDeployments', { service: 'web' })).serviceDeployments ?? [];
    const serviceDeploymentArn = brief?.serviceDeploymentArn ?? '';
    const paused = async () =>
      (await sim.call('DescribeServiceDeployments', { serviceDeploymentArns: [serviceDeploymentArn] }))
        .serviceDeployments?.[0];
    sim.leader?.kill();
    await sim.advance(60_000);
    const hook = (await paused())?.lifecycleHookDetails?.[0];
    expect(hook?.status).to.equal('AWAITING_ACTION');
    expect((await paused())?.lifecycleStage).to.equal('POST_SCALE_UP');
    await sim.call('ContinueServiceDeployment', { serviceDeploymentArn, hookId: hook?.hookId ?? '' });
    await sim.stable('web');
    expect((await sim.service('web')).taskDefinition).to.match(/web:2$/);
  });

  it('rolls back when StopServiceDeployment asks for it', async () => {
    const sim = await openWithWeb();
    await sim.define('web');
    await sim.call('UpdateService', { service: 'web', taskDefinition: 'web' });
    await sim.advance(1000);
    const [brief] = (await sim.call('ListServiceDeployments', { service: 'web' })).serviceDeployments ?? [];
    await sim.call('StopServiceDeployment', { serviceDeploymentArn: brief?.serviceDeploymentArn ?? '' });
    await sim.until(async () => (await statuses(sim))[0] === 'ROLLBACK_SUCCESSFUL', 300_000);
    await sim.stable('web');
    expect((await sim.service('web')).taskDefinition).to.match(/web:1$/);
  });

  it('says once why it finds no place, and starts as soon as there is room', async () => {
    const sim = await open({ hosts: 1, resources: { cpuUnits: 250, memoryMiB: 1000 } });
    await sim.define('web');
    await sim.call('CreateService', { serviceName: 'web', taskDefinition: 'web', desiredCount: 4 });
    await sim.advance(5 * 60_000);
    const told = (await messages(sim)).filter((m) => m?.includes('was unable to place a task'));
    expect(told).to.have.length(1);
    expect((await sim.service('web')).runningCount).to.equal(2);
    sim.addHost();
    await sim.stable('web', 60_000);
  });

  it('counts every stop once and keeps nothing of what has stopped among the living', async () => {
    const sim = await openWithWeb({ replicas: 2 });
    for (let i = 0; i < 6; i++) {
      for (const host of sim.hosts) for (const task of host.tasks.keys()) host.crash(task);
      if (i === 3) sim.leader?.kill();
      await sim.advance(3000);
    }
    await sim.stable('web');
    await sim.until(() => sim.auditor.store.tasks.size === 4, 60_000);
  });

  it('deletes by force, and the name may be used again', async () => {
    const sim = await openWithWeb();
    await sim.call('DeleteService', { service: 'web', force: true });
    await sim.until(async () => (await sim.service('web')).status === 'INACTIVE', 60_000);
    await sim.call('CreateService', { serviceName: 'web', taskDefinition: 'web', desiredCount: 1 });
    await sim.until(async () => (await statuses(sim))[0] === 'SUCCESSFUL', 60_000);
    expect(await statuses(sim)).to.have.length(1);
  });
});
