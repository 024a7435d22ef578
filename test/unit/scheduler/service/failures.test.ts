import { failureThreshold, taskLimits } from '@longshore/scheduler';
import { expect } from 'chai';
import { isNothing, World } from './world.js';

const breaker = (options: object = {}) => ({
  deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true, ...options } },
});

describe('limits', () => {
  const limits: [
    desired: number,
    minimumPercent: number,
    maximumPercent: number,
    minimum: number,
    maximum: number,
  ][] = [
    [4, 50, 100, 2, 4],
    [3, 50, 150, 2, 4],
    [1, 50, 150, 1, 1],
    [10, 33, 133, 4, 13],
    [0, 100, 200, 0, 0],
  ];
  for (const [desired, min, max, minimum, maximum] of limits) {
    it(`of ${desired} tasks ${min} % are at least ${minimum} and ${max} % at most ${maximum}`, () => {
      const spec = { deploymentConfiguration: { minimumHealthyPercent: min, maximumPercent: max } };
      expect(taskLimits(spec, desired)).to.deep.equal({ desired, minimumHealthy: minimum, maximum });
    });
  }

  it('are 100 and 200 for REPLICA, 0 and 100 for DAEMON, when nothing is said', () => {
    expect(taskLimits({}, 4)).to.include({ minimumHealthy: 4, maximum: 8 });
    expect(taskLimits({ schedulingStrategy: 'DAEMON' }, 4)).to.include({ minimumHealthy: 0, maximum: 4 });
  });

  const thresholds: [
    type: 'BOUNDED_PERCENT' | 'UNBOUNDED_PERCENT' | 'COUNT' | undefined,
    value: number,
    desired: number,
    threshold: number,
  ][] = [
    [undefined, 0, 1, 3],
    [undefined, 0, 25, 13],
    [undefined, 0, 400, 200],
    [undefined, 0, 1000, 200],
    ['BOUNDED_PERCENT', 10, 100, 10],
    ['BOUNDED_PERCENT', 10, 10, 3],
    ['UNBOUNDED_PERCENT', 50, 1000, 500],
    ['UNBOUNDED_PERCENT', 50, 1, 1],
    ['COUNT', 7, 1000, 7],
  ];
  for (const [type, value, desired, threshold] of thresholds) {
    it(`break the circuit at ${threshold} failures: ${type ?? 'default'} ${value} of ${desired} tasks`, () => {
      const thresholdConfiguration = type === undefined ? undefined : { type, value };
      const configuration = {
        deploymentCircuitBreaker: { enable: true, rollback: false, thresholdConfiguration },
      };
      expect(failureThreshold(configuration, desired)).to.equal(threshold);
    });
  }
});

describe('the circuit breaker', () => {
  const fates = [
    ['never starts', 'fails to start', 'tasks failed to start'],
    ['exits before it counts as healthy', 'crashes', 'tasks failed to start'],
    ['fails its health check', 'is unhealthy', 'tasks failed container health checks'],
  ] as const;
  for (const [name, fate, why] of fates) {
    it(`rolls back to the last completed deployment when a task ${name}`, () => {
      const world = new World({ spec: { desiredCount: 2, ...breaker() } });
      world.settle();
      const bad = world.deploy(fate);
      world.healthChecked.add(fate === 'is unhealthy' ? bad : '');
      world.settle();
      expect(world.service.primaryDeployment).to.equal('100');
      expect(world.service.currentRevision).to.equal('r100');
      expect(world.healthy('100')).to.have.length(2);
      expect(world.active(bad)).to.have.length(0);
      expect(world.record(bad)).to.deep.include({
        status: 'INACTIVE',
        rolloutState: 'FAILED',
        deploymentStatus: 'ROLLBACK_SUCCESSFUL',
        rollbackTo: 'r100',
        statusReason: `ECS deployment circuit breaker: ${why}.`,
      });
      expect(world.record(bad).finishedAtMs).to.be.greaterThan(0);
      expect(world.primary()).to.include({ status: 'PRIMARY', rolloutState: 'COMPLETED' });
      expect(world.messages()).to.include(
        `(service web) (deployment ecs-svc/${bad}) deployment failed: ${why}.`,
      );
      expect(world.messages()).to.include('(service web) rolling back to deployment ecs-svc/100.');
      expect(isNothing(world.decide())).to.equal(true);
    });
  }

  it('keeps the old tasks up all the while', () => {
    const world = new World({ spec: { desiredCount: 3, ...breaker() } });
    world.settle();
    world.deploy('crashes');
    world.settle(() => expect(world.healthy('100')).to.have.length(3));
  });

  it('fails and stops nothing where no deployment has completed', () => {
    const world = new World({ spec: { desiredCount: 2, ...breaker() } });
    world.fates.set('100', 'fails to start');
    world.settle();
    expect(world.primary()).to.include({
      rolloutState: 'FAILED',
      deploymentStatus: 'STOPPED',
      failureCount: 4,
    });
    expect(world.active()).to.have.length(0);
    expect(isNothing(world.decide())).to.equal(true);
  });

  it('fails and stops nothing when rollback is off', () => {
    const world = new World({ spec: { desiredCount: 2, ...breaker({ rollback: false }) } });
    world.settle();
    const bad = world.deploy('fails to start');
    world.settle();
    expect(world.primary()).to.include({ rolloutState: 'FAILED', deploymentStatus: 'STOPPED' });
    expect(world.service.primaryDeployment).to.equal(bad);
    expect(world.healthy('100')).to.have.length(2);
  });

  it('ends also when the revision it returns to fails', () => {
    const world = new World({
      spec: {
        desiredCount: 2,
        deploymentConfiguration: {
          ...breaker().deploymentConfiguration,
          minimumHealthyPercent: 0,
          maximumPercent: 100,
        },
      },
    });
    world.settle();
    const bad = world.deploy('fails to start');
    world.fates.set('100', 'fails to start');
    world.settle();
    expect(world.record(bad)).to.include({ deploymentStatus: 'ROLLBACK_FAILED' });
    expect(world.primary()).to.include({ rolloutState: 'FAILED' });
    expect(isNothing(world.decide())).to.equal(true);
  });

  it('is set back by a task that becomes healthy, unless told otherwise', () => {
    for (const [resetOnHealthyTask, failureCount] of [
      [true, 0],
      [false, 1],
    ] as const) {
      const world = new World({ spec: { desiredCount: 1, ...breaker({ resetOnHealthyTask }) } });
      world.fates.set('100', 'fails to start');
      world.reconcile();
      world.step();
      world.reconcile();
      expect(world.primary().failureCount).to.equal(1);
      world.fates.set('100', 'runs');
      world.settle();
      expect(world.primary().failureCount).to.equal(failureCount);
    }
  });

  it('counts nobody whose stop was asked for, and nobody who had been healthy', () => {
    const world = new World({ spec: { desiredCount: 3, ...breaker() } });
    world.settle();
    const digits = world.deploy('stands still');
    world.reconcile();
    const [asked, old, lost] = world.active(digits).map(({ id }) => id);
    const stopped = { lastStatus: 'STOPPED', desiredStatus: 'STOPPED' } as const;
    world.change(asked ?? '', { ...stopped, stopCode: 'UserInitiated' });
    world.change(old ?? '', { ...stopped, stopCode: 'EssentialContainerExited', runningForMs: 5000 });
    world.change(lost ?? '', { ...stopped, stopCode: 'InfrastructureHealth' });
    expect(world.reconcile().counted).to.have.length(3);
    expect(world.primary().failureCount).to.equal(0);
  });

  it('counts tasks that find no place once the time for it is up, also over a change of leaders', () => {
    const world = new World({
      spec: { desiredCount: 3, ...breaker() },
      instances: [{ resources: { memoryMiB: 1600 } }],
    });
    world.settle();
    const bad = world.deploy();
    world.settle();
    expect(world.record(bad)).to.include({ deploymentStatus: 'ROLLBACK_SUCCESSFUL' });
    expect(world.healthy('100')).to.have.length(3);
  });

  it('does nothing when it is off', () => {
    const world = new World({ spec: { desiredCount: 1 } });
    world.fates.set('100', 'fails to start');
    for (let n = 0; n < 100; n++) {
      world.reconcile();
      world.step(60_000);
    }
    expect(world.primary().rolloutState).to.equal('IN_PROGRESS');
    expect(world.primary().failureCount).to.be.greaterThan(20);
  });
});

describe('StopServiceDeployment', () => {
  it('rolls back on request', () => {
    const world = new World();
    world.settle();
    const digits = world.deploy();
    world.reconcile();
    world.step();
    world.write(digits, { deploymentStatus: 'ROLLBACK_REQUESTED', stopRequestedAtMs: world.nowMs });
    world.settle();
    expect(world.service.primaryDeployment).to.equal('100');
    expect(world.record(digits).deploymentStatus).to.equal('ROLLBACK_SUCCESSFUL');
    expect(world.healthy('100')).to.have.length(4);
    expect(world.active(digits)).to.have.length(0);
  });

  it('stops where the deployment stands when asked to abort', () => {
    const world = new World();
    world.settle();
    const digits = world.deploy('stands still');
    world.reconcile();
    world.write(digits, { deploymentStatus: 'STOP_REQUESTED', stopRequestedAtMs: world.nowMs });
    world.settle();
    expect(world.record(digits)).to.include({ deploymentStatus: 'STOPPED', rolloutState: 'FAILED' });
    expect(world.healthy('100')).to.have.length(4);
  });
});

describe('a service whose tasks keep failing', () => {
  it('is given longer and longer pauses, up to five minutes, and says so', () => {
    const world = new World({ spec: { desiredCount: 1 } });
    world.fates.set('100', 'fails to start');
    const startedAtMs: number[] = [];
    for (let n = 0; n < 2000; n++) {
      if (world.reconcile().start.length > 0) startedAtMs.push(world.nowMs);
      world.step();
    }
    const pauses = startedAtMs.slice(1).map((at, n) => at - (startedAtMs[n] ?? 0));
    expect(pauses.slice(0, 5)).to.deep.equal([2000, 3000, 5000, 9000, 17_000]);
    expect(Math.max(...pauses)).to.equal(301_000);
    const inconsistent = world.messages().filter((m) => m.includes('unable to consistently start'));
    expect(inconsistent).to.deep.equal(['(service web) is unable to consistently start tasks successfully.']);
  });

  it('counts ten that fail together as one wave', () => {
    const world = new World({ spec: { desiredCount: 10 } });
    world.fates.set('100', 'fails to start');
    world.reconcile();
    world.step();
    world.reconcile();
    expect(world.service.throttle?.failures).to.equal(1);
  });

  it('is not held up after a new deployment', () => {
    const world = new World({ spec: { desiredCount: 1 } });
    world.fates.set('100', 'fails to start');
    for (let n = 0; n < 30; n++) {
      world.reconcile();
      world.step();
    }
    world.deploy();
    expect(world.reconcile().start).to.have.length(1);
  });

  it('forgets its failures once a task is healthy', () => {
    const world = new World({ spec: { desiredCount: 1 } });
    world.fates.set('100', 'fails to start');
    for (let n = 0; n < 10; n++) {
      world.reconcile();
      world.step();
    }
    world.fates.set('100', 'runs');
    world.settle();
    expect(world.service.throttle).to.deep.equal({ failures: 0, notBeforeMs: 0 });
  });
});
