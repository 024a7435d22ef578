import type { DeploymentLifecycleHook } from '@longshore/model';
import { expect } from 'chai';
import { isNothing, World } from './world.js';

function blueGreen(bakeTimeInMinutes = 1, lifecycleHooks: readonly DeploymentLifecycleHook[] = []): World {
  const strategy = { strategy: 'BLUE_GREEN', bakeTimeInMinutes } as const;
  const world = new World({ spec: { desiredCount: 3, deploymentConfiguration: strategy } });
  world.settle();
  world.configure({ deploymentConfiguration: { ...strategy, lifecycleHooks } });
  return world;
}

const pause = (
  stage: NonNullable<DeploymentLifecycleHook['lifecycleStages']>[number],
  timeoutConfiguration?: DeploymentLifecycleHook['timeoutConfiguration'],
): DeploymentLifecycleHook => ({ targetType: 'PAUSE', lifecycleStages: [stage], timeoutConfiguration });

/** Runs until the deployment is at the stage. */
function runTo(world: World, stage: string): void {
  for (let n = 0; n < 300 && world.primary().lifecycleStage !== stage; n++) {
    world.reconcile();
    world.step();
  }
  expect(world.primary().lifecycleStage).to.equal(stage);
}

describe('a blue/green deployment', () => {
  it('goes through its stages one by one, with both colours full during the bake', () => {
    const world = blueGreen();
    const green = world.deploy();
    const seen: string[] = [];
    let bothSinceMs = 0;
    let bothUpMs = 0;
    world.settle(() => {
      const { lifecycleStage } = world.primary();
      if (seen.at(-1) !== lifecycleStage) seen.push(lifecycleStage);
      if (lifecycleStage !== 'CLEAN_UP') expect(world.healthy('100')).to.have.length(3);
      const bothUp = world.healthy('100').length === 3 && world.healthy(green).length === 3;
      if (!bothUp) bothSinceMs = world.nowMs;
      bothUpMs = Math.max(bothUpMs, world.nowMs - bothSinceMs);
    });
    expect(seen).to.deep.equal([
      'UNSET',
      'PRE_SCALE_UP',
      'SCALE_UP',
      'POST_SCALE_UP',
      'TEST_TRAFFIC_SHIFT',
      'POST_TEST_TRAFFIC_SHIFT',
      'PRODUCTION_TRAFFIC_SHIFT',
      'POST_PRODUCTION_TRAFFIC_SHIFT',
      'BAKE_TIME',
      'CLEAN_UP',
    ]);
    expect(bothUpMs).to.be.at.least(60_000);
    expect(world.primary()).to.include({ rolloutState: 'COMPLETED', deploymentStatus: 'SUCCESSFUL' });
    expect(world.healthy(green)).to.have.length(3);
    expect(world.active('100')).to.have.length(0);
    expect(isNothing(world.decide())).to.equal(true);
  });

  it('starts nothing of green before SCALE_UP', () => {
    const world = blueGreen(0, [pause('PRE_SCALE_UP')]);
    const green = world.deploy();
    runTo(world, 'PRE_SCALE_UP');
    for (let n = 0; n < 5; n++) {
      world.reconcile();
      world.step();
    }
    expect(world.active(green)).to.have.length(0);
    expect(world.primary().lifecycleStage).to.equal('PRE_SCALE_UP');
  });

  it('goes on with the bake where another leader stopped, and writes down what is used up now and then', () => {
    const world = blueGreen(10);
    world.deploy();
    runTo(world, 'BAKE_TIME');
    let writes = 0;
    for (let n = 0; n < 300; n++) {
      if (world.reconcile().deployments.size > 0) writes++;
      world.step();
    }
    expect(writes).to.be.within(15, 25);
    expect(world.primary().bakedMs).to.be.within(280_000, 301_000);
    expect(world.primary().lifecycleStage).to.equal('BAKE_TIME');
  });

  it('replaces tasks of blue that die while green comes up', () => {
    const world = blueGreen(0, [pause('POST_SCALE_UP')]);
    world.deploy();
    runTo(world, 'POST_SCALE_UP');
    world.change('t00001', {
      lastStatus: 'STOPPED',
      stopCode: 'EssentialContainerExited',
      runningForMs: 1e6,
    });
    for (let n = 0; n < 10; n++) {
      world.reconcile();
      world.step();
    }
    expect(world.healthy('100')).to.have.length(3);
  });

  it('rolls back on request during the bake: blue never stopped', () => {
    const world = blueGreen(60);
    const green = world.deploy();
    runTo(world, 'BAKE_TIME');
    world.write(green, { deploymentStatus: 'ROLLBACK_REQUESTED' });
    world.settle(() => expect(world.healthy('100')).to.have.length(3));
    expect(world.service.primaryDeployment).to.equal('100');
    expect(world.active(green)).to.have.length(0);
    expect(world.record(green).deploymentStatus).to.equal('ROLLBACK_SUCCESSFUL');
  });

  it('rolls back when green fails to start, without touching blue', () => {
    const world = blueGreen();
    world.configure({
      deploymentConfiguration: {
        strategy: 'BLUE_GREEN',
        bakeTimeInMinutes: 1,
        deploymentCircuitBreaker: { enable: true, rollback: true },
      },
    });
    const green = world.deploy('fails to start');
    world.settle(() => expect(world.healthy('100')).to.have.length(3));
    expect(world.record(green).deploymentStatus).to.equal('ROLLBACK_SUCCESSFUL');
  });

  it('waits at a pause until it is continued', () => {
    const world = blueGreen(0, [pause('POST_SCALE_UP')]);
    const green = world.deploy();
    runTo(world, 'POST_SCALE_UP');
    world.step(3_600_000);
    world.reconcile();
    const [hook] = world.primary().hooks;
    expect(hook).to.include({
      stage: 'POST_SCALE_UP',
      status: 'AWAITING_ACTION',
      hookId: `${green}/POST_SCALE_UP/0`,
    });
    world.write(green, { hooks: world.primary().hooks.map((h) => ({ ...h, status: 'SUCCEEDED' })) });
    world.settle();
    expect(world.primary().rolloutState).to.equal('COMPLETED');
  });

  it('rolls back at a pause that was answered with a rollback', () => {
    const world = blueGreen(0, [pause('PRE_PRODUCTION_TRAFFIC_SHIFT')]);
    const green = world.deploy();
    runTo(world, 'POST_TEST_TRAFFIC_SHIFT');
    world.reconcile();
    expect(world.primary().hooks[0]?.stage).to.equal('PRE_PRODUCTION_TRAFFIC_SHIFT');
    world.write(green, { hooks: world.primary().hooks.map((h) => ({ ...h, status: 'FAILED' })) });
    world.settle();
    expect(world.service.primaryDeployment).to.equal('100');
  });

  for (const [action, winner] of [
    ['ROLLBACK', 'blue'],
    ['CONTINUE', 'green'],
    [undefined, 'blue'],
  ] as const) {
    it(`ends a pause whose time is up with ${winner}: ${action ?? 'the default'}`, () => {
      const world = blueGreen(0, [pause('POST_SCALE_UP', { timeoutInMinutes: 2, action })]);
      const green = world.deploy();
      world.settle(() => undefined, 400);
      expect(world.service.primaryDeployment).to.equal(winner === 'blue' ? '100' : green);
      expect(world.record(green).hooks[0]?.status).to.equal('TIMED_OUT');
      expect(world.healthy()).to.have.length(3);
    });
  }

  it('begins with RECONCILE_SERVICE where more than one revision has tasks', () => {
    const world = blueGreen(60);
    world.deploy();
    runTo(world, 'BAKE_TIME');
    world.deploy();
    world.reconcile();
    expect(world.primary().lifecycleStage).to.equal('RECONCILE_SERVICE');
  });

  it('is ended by a newer one: the green before goes, blue stays', () => {
    const world = blueGreen(60);
    const second = world.deploy();
    runTo(world, 'BAKE_TIME');
    world.configure({ deploymentConfiguration: { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 0 } });
    const third = world.deploy();
    world.settle(() => expect(world.healthy().length).to.be.at.least(3));
    expect(world.active(second)).to.have.length(0);
    expect(world.healthy(third)).to.have.length(3);
  });
});
