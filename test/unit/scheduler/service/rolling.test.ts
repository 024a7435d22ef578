import type { ServiceDecision } from '@longshore/scheduler';
import { expect } from 'chai';
import { isNothing, World } from './world.js';

const percent = (minimumHealthyPercent: number, maximumPercent: number) => ({
  deploymentConfiguration: { minimumHealthyPercent, maximumPercent },
});

/** The largest number of tasks and the smallest number of healthy ones that a roll-out came by. */
function rollOut(world: World): { most: number; fewestHealthy: number } {
  let most = 0;
  let fewestHealthy = Number.POSITIVE_INFINITY;
  world.settle(() => {
    most = Math.max(most, world.active().length);
    fewestHealthy = Math.min(fewestHealthy, world.healthy().length);
  });
  return { most, fewestHealthy };
}

describe('a REPLICA service', () => {
  it('starts its desired count and then reaches a steady state in which nothing is decided', () => {
    const world = new World();
    world.settle();
    expect(world.healthy()).to.have.length(4);
    expect(isNothing(world.decide())).to.equal(true);
    expect(world.primary()).to.include({ rolloutState: 'COMPLETED', deploymentStatus: 'SUCCESSFUL' });
    expect(world.messages()).to.deep.equal([
      '(service web) has reached a steady state.',
      '(service web) (deployment ecs-svc/100) deployment completed.',
      '(service web) has started 4 tasks: (task t00001) (task t00002) (task t00003) (task t00004).',
    ]);
  });

  it('replaces what exits', () => {
    const world = new World();
    world.settle();
    world.change('t00002', {
      lastStatus: 'STOPPED',
      stopCode: 'EssentialContainerExited',
      runningForMs: 60_000,
    });
    expect(world.reconcile()).to.deep.include({ counted: ['t00002'] });
    world.settle();
    expect(world.healthy()).to.have.length(4);
    expect(world.messages()[0]).to.equal('(service web) has reached a steady state.');
    expect(world.primary().failureCount).to.equal(0);
  });

  it('counts a stopped task once', () => {
    const world = new World({ spec: { desiredCount: 1 } });
    world.fates.set('100', 'fails to start');
    world.reconcile();
    world.step();
    const decision = world.decide();
    expect(decision.counted).to.deep.equal(['t00001']);
    expect(decision.deployments.get('100')?.failureCount).to.equal(1);
    world.apply(decision);
    expect(world.decide().counted).to.deep.equal([]);
  });

  it('says again that it is steady after 6 hours, and not before', () => {
    const world = new World();
    world.settle();
    world.nowMs += 5 * 3_600_000;
    expect(world.decide().events).to.deep.equal([]);
    world.nowMs += 3_600_000;
    expect(world.decide().events).to.deep.equal(['(service web) has reached a steady state.']);
  });

  it('scales in where the spread has most, the newest first, and leaves protected tasks', () => {
    const zoneOf = (zone: string) => ({ attributes: { 'ecs.availability-zone': zone } });
    const world = new World({ spec: { desiredCount: 6 }, instances: [zoneOf('a'), zoneOf('b')] });
    world.settle();
    const [spared] = world.active();
    world.change(spared?.id ?? '', { protectedUntilMs: Number.POSITIVE_INFINITY });
    world.configure({ desiredCount: 3 });
    world.settle();
    expect(Object.values(world.perInstance()).sort((a, b) => a - b)).to.deep.equal([1, 2]);
    expect(world.active().map(({ id }) => id)).to.include(spared?.id);
    world.configure({ desiredCount: 0 });
    world.run(20);
    expect(world.active().map(({ id }) => id)).to.deep.equal([spared?.id]);
  });

  it('scales in what is not running before what is', () => {
    const world = new World({ spec: { desiredCount: 2 } });
    world.settle();
    world.fates.set('100', 'stands still');
    world.configure({ desiredCount: 5 });
    world.reconcile();
    world.configure({ desiredCount: 2 });
    world.reconcile();
    expect(world.active().map(({ lastStatus }) => lastStatus)).to.deep.equal(['RUNNING', 'RUNNING']);
  });

  it('stops all tasks of a deleted service and is INACTIVE once they have stopped', () => {
    const world = new World();
    world.settle();
    world.service = { ...world.service, status: 'DRAINING' };
    world.reconcile();
    expect(world.active()).to.have.length(0);
    expect(world.service.status).to.equal('DRAINING');
    world.step();
    world.reconcile();
    expect(world.service.status).to.equal('INACTIVE');
    expect(isNothing(world.decide())).to.equal(true);
  });
});

describe('a service of thousands', () => {
  it('starts no small rest by itself', () => {
    const instances = [{ resources: { cpuUnits: 1e7, memoryMiB: 1e7 } }];
    const world = new World({ spec: { desiredCount: 10_076 }, instances });
    const starts = [1, 2].map(() => world.reconcile());
    expect(starts.map(({ start }) => start[0]?.count)).to.deep.equal([5000, 5076]);
    expect(starts.map(({ isPartial }) => isPartial)).to.deep.equal([true, false]);
  });

  it('starts five thousand and stops a thousand tasks a decision, says that there is more, and names fifty', () => {
    const world = new World({
      spec: { desiredCount: 14_000 },
      instances: [{ resources: { cpuUnits: 1e7, memoryMiB: 1e7 } }],
    });
    const starts = [1, 2, 3].map(() => world.reconcile());
    expect(starts.map(({ start }) => start[0]?.count)).to.deep.equal([5000, 5000, 4000]);
    expect(starts.map(({ isPartial }) => isPartial)).to.deep.equal([true, true, false]);
    const said = world.messages().filter((message) => message.includes('has started 5000 tasks: (task '));
    expect(said[0]?.match(/\(task /g)).to.have.length(50);
    expect(said[0]).to.match(/ and 4950 others\.$/);
    world.configure({ desiredCount: 11_800 });
    const stops = [1, 2, 3].map(() => world.reconcile());
    expect(stops.map(({ stop }) => stop.length)).to.deep.equal([1000, 1000, 200]);
    expect(stops.map(({ isPartial }) => isPartial)).to.deep.equal([true, true, false]);
  });
});

describe('a rolling deployment', () => {
  const cases: { name: string; spec: object; most: number; fewestHealthy: number }[] = [
    {
      name: '100/200 starts all new ones before an old one stops',
      spec: percent(100, 200),
      most: 8,
      fewestHealthy: 4,
    },
    {
      name: '0/100 stops all old ones before a new one starts',
      spec: percent(0, 100),
      most: 4,
      fewestHealthy: 0,
    },
    { name: '50/100 goes by halves', spec: percent(50, 100), most: 4, fewestHealthy: 2 },
    { name: '100/150 starts two at a time', spec: percent(100, 150), most: 6, fewestHealthy: 4 },
    { name: '75/125 rounds nothing', spec: percent(75, 125), most: 5, fewestHealthy: 3 },
    {
      name: '60/110 rounds the minimum up and the maximum down',
      spec: percent(60, 110),
      most: 4,
      fewestHealthy: 3,
    },
  ];
  for (const { name, spec, most, fewestHealthy } of cases) {
    it(name, () => {
      const world = new World({ spec });
      world.settle();
      const digits = world.deploy();
      expect(rollOut(world)).to.deep.equal({ most, fewestHealthy });
      expect(world.healthy(digits)).to.have.length(4);
      expect(world.record('100').status).to.equal('INACTIVE');
      expect(world.messages()).to.include(
        `(service web) (deployment ecs-svc/${digits}) deployment completed.`,
      );
    });
  }

  it('has no downtime with one task and room for another', () => {
    const world = new World({ spec: { desiredCount: 1 } });
    world.settle();
    world.deploy();
    expect(rollOut(world)).to.deep.equal({ most: 2, fewestHealthy: 1 });
  });

  it('says that the percentages leave no way when they do not, once', () => {
    const world = new World({ spec: { desiredCount: 1, ...percent(100, 150) } });
    world.settle();
    world.deploy();
    world.reconcile();
    expect(world.messages()[0]).to.match(
      /was unable to stop or start tasks during a deployment because of the service deployment configuration\. Update the minimumHealthyPercent or maximumPercent value and try again\.$/,
    );
    expect(world.decide().events).to.deep.equal([]);
    world.configure(percent(0, 100));
    world.settle();
    expect(world.healthy('101')).to.have.length(1);
  });

  it('waits for health checks to pass, and for nothing that has none', () => {
    const world = new World({ spec: { desiredCount: 2 } });
    world.settle();
    const digits = world.deploy('stands still');
    world.healthChecked.add(digits);
    world.reconcile();
    for (const { id } of world.active(digits))
      world.change(id, { lastStatus: 'RUNNING', healthStatus: 'UNKNOWN' });
    world.step(60_000);
    expect(world.reconcile().stop).to.deep.equal([]);
    for (const { id } of world.active(digits)) world.change(id, { healthStatus: 'HEALTHY' });
    expect(world.reconcile().stop).to.have.length(2);
  });

  it('overlooks a failing check during the grace period', () => {
    const world = new World({ spec: { desiredCount: 1, healthCheckGracePeriodSeconds: 30 } });
    world.healthChecked.add('100');
    world.fates.set('100', 'is unhealthy');
    world.reconcile();
    world.step();
    world.step();
    expect(world.active()[0]?.healthStatus).to.equal('UNHEALTHY');
    const { start, stop, wakeAfterMs } = world.reconcile();
    expect([start.length, stop.length]).to.deep.equal([0, 0]);
    expect(wakeAfterMs).to.equal(29_000);
    world.step(30_000);
    expect(world.reconcile().start).to.have.length(1);
  });

  it('turns to a newer deployment while one is under way', () => {
    const world = new World();
    world.settle();
    const second = world.deploy();
    world.reconcile();
    world.step();
    const third = world.deploy();
    expect(world.record(second)).to.include({ status: 'ACTIVE', deploymentStatus: 'STOPPED' });
    const { fewestHealthy } = rollOut(world);
    expect(fewestHealthy).to.equal(4);
    expect(world.healthy(third)).to.have.length(4);
    expect(world.record(second).status).to.equal('INACTIVE');
  });

  it('leaves protected tasks of the old deployment running until their protection ends', () => {
    const world = new World({ spec: { desiredCount: 2 } });
    world.settle();
    const [spared] = world.active();
    world.change(spared?.id ?? '', { protectedUntilMs: world.nowMs + 60_000 });
    world.deploy();
    world.run(20);
    expect(world.active('100').map(({ id }) => id)).to.deep.equal([spared?.id]);
    expect(world.primary().rolloutState).to.equal('IN_PROGRESS');
    world.step(60_000);
    world.settle();
    expect(world.primary().rolloutState).to.equal('COMPLETED');
  });

  it('completes at once with a desired count of 0', () => {
    const world = new World({ spec: { desiredCount: 0 } });
    world.settle();
    expect(world.primary().rolloutState).to.equal('COMPLETED');
  });

  it('spreads the new tasks evenly, however the old ones stand', () => {
    const world = new World({ spec: { desiredCount: 4 }, instances: [{}] });
    world.settle();
    world.instances.set('00000000000000000000000000000001', {});
    world.deploy();
    world.settle();
    expect(Object.values(world.perInstance())).to.deep.equal([2, 2]);
  });

  const early = (sourceServiceRevisionCleanup: 'BLOCKING' | 'DEFERRED') => ({
    deploymentConfiguration: {
      minimumHealthyPercent: 50,
      maximumPercent: 150,
      earlySuccessCriteria: { enable: true, healthyPercent: 50, sourceServiceRevisionCleanup },
    },
  });

  it('succeeds early under DEFERRED, with old tasks still there, and goes on to the full count', () => {
    const world = new World({ spec: early('DEFERRED') });
    world.settle();
    const digits = world.deploy();
    let oldAtSuccess = -1;
    world.settle((decision: ServiceDecision) => {
      if (decision.deployments.get(digits)?.deploymentStatus === 'SUCCESSFUL' && oldAtSuccess < 0) {
        oldAtSuccess = world.active('100').length;
      }
    });
    expect(oldAtSuccess).to.be.greaterThan(0);
    expect(world.healthy(digits)).to.have.length(4);
    expect(world.healthy('100')).to.have.length(0);
  });

  it('succeeds early under BLOCKING only when the old tasks are gone', () => {
    const world = new World({ spec: early('BLOCKING') });
    world.settle();
    const digits = world.deploy();
    world.settle((decision: ServiceDecision) => {
      if (decision.deployments.get(digits)?.deploymentStatus !== 'SUCCESSFUL') return;
      expect(world.active('100')).to.have.length(0);
      expect(world.healthy(digits).length).to.be.at.least(2);
    });
    expect(world.healthy(digits)).to.have.length(4);
  });
});

describe('an unhealthy task of a settled service', () => {
  function settled(spec: object): World {
    const world = new World({ spec });
    world.healthChecked.add('100');
    world.settle();
    return world;
  }

  it('is replaced before it is stopped where the maximum leaves room', () => {
    const world = settled(percent(100, 200));
    world.fates.set('100', 'stands still');
    world.change('t00001', { healthStatus: 'UNHEALTHY' });
    expect(world.reconcile()).to.deep.include({ stop: [] });
    expect(world.active()).to.have.length(5);
    world.change('t00005', { lastStatus: 'RUNNING', healthStatus: 'HEALTHY' });
    const { stop, events } = world.reconcile();
    expect(stop).to.deep.equal([
      { task: 't00001', cause: 'unhealthy', reason: 'Task failed container health checks' },
    ]);
    expect(events[0]).to.equal('(service web) (task t00001) failed container health checks.');
  });

  it('is stopped first, one at a time, where it leaves none', () => {
    const world = settled(percent(50, 100));
    world.fates.set('100', 'stands still');
    for (const id of ['t00001', 't00002']) world.change(id, { healthStatus: 'UNHEALTHY' });
    expect(world.reconcile().stop).to.have.length(1);
    world.step();
    expect(world.reconcile()).to.deep.include({ stop: [], start: [], wakeAfterMs: 1000 });
    world.step();
    expect(world.reconcile()).to.deep.include({ stop: [] });
    expect(world.active()).to.have.length(4);
    world.step();
    expect(world.reconcile()).to.deep.include({ stop: [], start: [] });
    world.change('t00005', { lastStatus: 'RUNNING', healthStatus: 'HEALTHY' });
    expect(world.reconcile().stop).to.have.length(1);
  });

  it('is left alone when it has become healthy again in time', () => {
    const world = settled(percent(100, 200));
    world.fates.set('100', 'stands still');
    world.change('t00001', { healthStatus: 'UNHEALTHY' });
    world.reconcile();
    world.change('t00001', { healthStatus: 'HEALTHY' });
    expect(world.reconcile().stop.map(({ task }) => task)).to.deep.equal(['t00005']);
  });
});

describe('a task that finds no place', () => {
  it('is told of with ECS words, the closest instance and figures, once', () => {
    const world = new World({ instances: [{ resources: { memoryMiB: 600 } }] });
    world.reconcile();
    world.step();
    const message = world.reconcile().events[0] ?? '';
    expect(message).to.match(
      /^\(service web\) was unable to place a task because no container instance met all of its requirements\. The closest matching \(container-instance 0{32}\) has insufficient memory available\. 1 container instance lacks memory \(need 512 MiB, the most left is 88 MiB\)\.$/,
    );
    world.step();
    expect(world.reconcile().events).to.deep.equal([]);
  });

  it('is started as soon as there is room', () => {
    const world = new World({ instances: [{ resources: { memoryMiB: 600 } }] });
    world.reconcile();
    world.step();
    world.instances.set('00000000000000000000000000000001', {});
    world.settle();
    expect(world.healthy()).to.have.length(4);
  });
});
