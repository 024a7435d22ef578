import { rebalancing } from '@longshore/scheduler';
import { expect } from 'chai';
import { idOf } from '../builders.js';
import { isNothing, World, type WorldOptions } from './world.js';

const [first, second, third] = [idOf(0), idOf(1), idOf(2)];

describe('draining', () => {
  it('moves tasks off, new before old', () => {
    const world = new World({ spec: { desiredCount: 6 } });
    world.settle();
    world.instances.set(first, { status: 'DRAINING' });
    let fewest = 6;
    world.settle(() => {
      fewest = Math.min(fewest, world.healthy().length);
    });
    expect(fewest).to.equal(6);
    expect(world.perInstance()).to.deep.equal({ [second]: 3, [third]: 3 });
    expect(world.primary().rolloutState).to.equal('COMPLETED');
  });

  it('moves them within the percentages, old before new where these say so', () => {
    const deploymentConfiguration = { minimumHealthyPercent: 50, maximumPercent: 100 };
    const world = new World({ spec: { desiredCount: 4, deploymentConfiguration }, instances: [{}, {}] });
    world.settle();
    world.instances.set(first, { status: 'DRAINING' });
    expect(world.reconcile().stop).to.have.length(2);
    world.settle(() => expect(world.healthy().length).to.be.at.least(2));
    expect(world.perInstance()).to.deep.equal({ [second]: 4 });
  });

  it('stops tasks there that are still pending at once', () => {
    const world = new World({ spec: { desiredCount: 3 } });
    world.fates.set('100', 'stands still');
    world.reconcile();
    world.instances.set(first, { status: 'DRAINING' });
    const { stop, start } = world.reconcile();
    expect(stop.map(({ cause }) => cause)).to.deep.equal(['draining']);
    expect(start[0]?.count).to.equal(1);
  });

  it('leaves a protected task until its protection ends', () => {
    const world = new World({ spec: { desiredCount: 3 } });
    world.settle();
    const spared = world.active().find(({ instance }) => instance === first)?.id ?? '';
    world.change(spared, { protectedUntilMs: world.nowMs + 100_000 });
    world.instances.set(first, { status: 'DRAINING' });
    world.run(20);
    expect(world.active().map(({ id }) => id)).to.include(spared);
    world.step(100_000);
    world.settle();
    expect(world.perInstance()[first]).to.equal(undefined);
  });

  it('is undone by ACTIVE', () => {
    const world = new World({ spec: { desiredCount: 3 } });
    world.settle();
    world.instances.set(first, { status: 'DRAINING' });
    world.reconcile();
    world.instances.set(first, {});
    world.settle();
    expect(world.healthy()).to.have.length(3);
    expect(world.perInstance()[first]).to.be.at.least(1);
  });
});

describe('a lost instance', () => {
  function lose(options: WorldOptions = {}): World {
    const world = new World({ ...options, spec: { desiredCount: 3, ...options.spec } });
    world.settle();
    world.lost.add(first);
    world.settle();
    return world;
  }

  it('has its tasks replaced, though they stay what they were', () => {
    const world = lose();
    expect(world.healthy()).to.have.length(3);
    const original = [...world.tasks.values()].find(({ instance }) => instance === first);
    expect(original).to.include({ lastStatus: 'RUNNING', desiredStatus: 'RUNNING' });
    expect(world.messages()[0]).to.equal('(service web) has reached a steady state.');
  });

  function comeBack(world: World): void {
    world.lost.delete(first);
    world.wasLost.set(first, { sinceMs: world.nowMs - 20_000, untilMs: world.nowMs });
  }

  it('comes back: its original stops and the replacement stays, unless the policy says otherwise', () => {
    const world = lose();
    comeBack(world);
    const { stop } = world.decide();
    expect(stop).to.have.length(1);
    expect(stop[0]).to.include({
      cause: 'duplicate',
      reason: 'Scaling activity initiated by (deployment ecs-svc/100)',
    });
    expect(world.tasks.get(stop[0]?.task ?? '')?.instance).to.equal(first);
    world.settle();
    expect(world.healthy()).to.have.length(3);
  });

  it('comes back under keep_original: the replacement stops', () => {
    const world = lose({ settings: { lostPolicy: 'keep_original' } });
    comeBack(world);
    expect(world.decide().stop.map(({ task }) => task)).to.deep.equal(['t00004']);
  });

  it('comes back under longest_running: whichever has run for less stops', () => {
    const world = lose({ settings: { lostPolicy: 'longest_running' } });
    comeBack(world);
    const original = [...world.tasks.values()].find(({ instance }) => instance === first);
    world.tasks.set(original?.id ?? '', {
      ...(original as NonNullable<typeof original>),
      startedAtMs: world.nowMs - 1000,
    });
    expect(world.decide().stop.map(({ task }) => task)).to.deep.equal([original?.id]);
  });

  it('comes back while its replacement still starts: the original stays until that is healthy', () => {
    const world = new World({ spec: { desiredCount: 3 } });
    world.settle();
    world.fates.set('100', 'stands still');
    world.lost.add(first);
    world.reconcile();
    comeBack(world);
    world.wasLost.set(first, { sinceMs: world.nowMs, untilMs: world.nowMs });
    expect(world.decide().stop).to.deep.equal([]);
    world.fates.set('100', 'runs');
    world.settle();
    expect(world.healthy()).to.have.length(3);
    expect(world.perInstance()[first]).to.equal(undefined);
  });
});

describe('rebalancing', () => {
  const zone = (name: string) => ({ attributes: { 'ecs.availability-zone': name } });

  it('moves tasks to a zone that has joined, one at a time, new before old, until they are even', () => {
    const world = new World({
      spec: { desiredCount: 6 },
      instances: [zone('a'), zone('b')],
      settings: { rebalanceLevels: 1 },
    });
    world.settle();
    world.instances.set(third, zone('c'));
    world.settle(() => {
      expect(world.healthy().length).to.be.at.least(6);
      expect(world.active().length).to.be.at.most(7);
    });
    expect(world.perInstance()).to.deep.equal({ [first]: 2, [second]: 2, [third]: 2 });
    expect(isNothing(world.decide())).to.equal(true);
  });

  it('evens out instances too where every level is asked for', () => {
    const world = new World({
      spec: { desiredCount: 4 },
      instances: [zone('a')],
      settings: { rebalanceLevels: 2 },
    });
    world.settle();
    world.instances.set(second, zone('a'));
    world.settle();
    expect(world.perInstance()).to.deep.equal({ [first]: 2, [second]: 2 });
  });

  const still: { name: string; options: WorldOptions }[] = [
    { name: 'where it is off', options: {} },
    {
      name: 'where the maximum leaves no room',
      options: {
        settings: { rebalanceLevels: 1 },
        spec: { deploymentConfiguration: { minimumHealthyPercent: 50, maximumPercent: 100 } },
      },
    },
    { name: 'in a dry run', options: { settings: { rebalanceLevels: 1, rebalanceDryRun: true } } },
  ];
  for (const { name, options } of still) {
    it(`moves nothing ${name}`, () => {
      const world = new World({
        ...options,
        spec: { desiredCount: 4, ...options.spec },
        instances: [zone('a')],
      });
      world.settle();
      world.instances.set(second, zone('b'));
      world.settle();
      expect(world.perInstance()).to.deep.equal({ [first]: 4 });
      const dry = world.messages().filter((m) => m.includes('would move'));
      expect(dry).to.have.length(name === 'in a dry run' ? 1 : 0);
    });
  }

  it('lets protected tasks stand', () => {
    const world = new World({
      spec: { desiredCount: 4 },
      instances: [zone('a')],
      settings: { rebalanceLevels: 1 },
    });
    world.settle();
    for (const { id } of world.active()) world.change(id, { protectedUntilMs: Number.POSITIVE_INFINITY });
    world.instances.set(second, zone('b'));
    world.settle();
    expect(world.perInstance()).to.deep.equal({ [first]: 4 });
  });

  it('gives up where the emptier zone has no room, without a failure or an event', () => {
    const world = new World({
      spec: { desiredCount: 4 },
      instances: [zone('a')],
      settings: { rebalanceLevels: 1 },
    });
    world.settle();
    const before = world.messages().length;
    world.instances.set(second, { ...zone('b'), resources: { memoryMiB: 100 } });
    world.settle();
    expect(world.messages()).to.have.length(before);
    expect(world.primary().failureCount).to.equal(0);
  });

  const modes: {
    name: string;
    levels: number;
    spec: Parameters<typeof rebalancing>[0];
    option?: 'on' | 'off' | 'dry-run';
  }[] = [
    { name: "ECS's switch means the zones", levels: 1, spec: { availabilityZoneRebalancing: 'ENABLED' } },
    {
      name: "ECS's switch does nothing where the first strategy is another",
      levels: 0,
      spec: {
        availabilityZoneRebalancing: 'ENABLED',
        placementStrategy: [{ type: 'binpack', field: 'cpu' }],
      },
    },
    { name: 'the option means all levels', levels: 2, spec: {}, option: 'on' },
    {
      name: 'the option turns it off',
      levels: 0,
      spec: { availabilityZoneRebalancing: 'ENABLED' },
      option: 'off',
    },
    { name: 'a dry run looks at all levels', levels: 2, spec: {}, option: 'dry-run' },
    { name: 'a daemon is never moved', levels: 0, spec: { schedulingStrategy: 'DAEMON' }, option: 'on' },
    { name: 'neither is said', levels: 0, spec: {} },
  ];
  for (const { name, levels, spec, option } of modes) {
    it(`has ${levels} levels: ${name}`, () => {
      expect(rebalancing(spec, option).rebalanceLevels).to.equal(levels);
    });
  }
});

describe('a DAEMON service', () => {
  const daemon = { schedulingStrategy: 'DAEMON' } as const;

  it('runs on every instance that satisfies the constraints, as they come and go', () => {
    const placementConstraints = [{ type: 'memberOf', expression: 'attribute:rack exists' }] as const;
    const rack = { attributes: { rack: '1' } };
    const world = new World({ spec: { ...daemon, placementConstraints }, instances: [rack, {}, rack] });
    world.settle();
    expect(world.perInstance()).to.deep.equal({ [first]: 1, [third]: 1 });
    expect(world.messages()[0]).to.equal('(service web) has reached a steady state.');
    world.instances.set(second, rack);
    world.instances.set(third, {});
    const { stop } = world.reconcile();
    expect(stop.map(({ cause }) => cause)).to.deep.equal(['unqualified']);
    world.settle();
    expect(world.perInstance()).to.deep.equal({ [first]: 1, [second]: 1 });
    expect(isNothing(world.decide())).to.equal(true);
  });

  it('rolls out old before new on each instance', () => {
    const world = new World({ spec: daemon });
    world.settle();
    const digits = world.deploy();
    world.settle(() => {
      for (const count of Object.values(world.perInstance())) expect(count).to.equal(1);
    });
    expect(world.healthy(digits)).to.have.length(3);
    expect(world.primary().rolloutState).to.equal('COMPLETED');
  });

  it('keeps minimumHealthyPercent of them up', () => {
    const deploymentConfiguration = { minimumHealthyPercent: 50, maximumPercent: 100 };
    const world = new World({ spec: { ...daemon, deploymentConfiguration } });
    world.settle();
    world.deploy();
    world.settle(() => expect(world.healthy().length).to.be.at.least(2));
    expect(world.primary().rolloutState).to.equal('COMPLETED');
  });

  it('starts the new one beside the old one where the maximum allows two', () => {
    const deploymentConfiguration = { minimumHealthyPercent: 100, maximumPercent: 200 };
    const world = new World({ spec: { ...daemon, deploymentConfiguration } });
    world.settle();
    world.deploy();
    world.settle(() => expect(world.healthy().length).to.be.at.least(3));
    expect(Object.values(world.perInstance())).to.deep.equal([1, 1, 1]);
  });

  it('stays on a draining instance until nothing else runs there', () => {
    const world = new World({ spec: daemon });
    world.settle();
    world.busy.add(first);
    world.instances.set(first, { status: 'DRAINING' });
    expect(world.reconcile().stop).to.deep.equal([]);
    world.busy.delete(first);
    expect(world.reconcile().stop.map(({ cause }) => cause)).to.deep.equal(['draining']);
  });

  it('neither waits for nor counts an instance whose agent is away, and keeps what runs there', () => {
    const world = new World({ spec: daemon, instances: [{}, {}, { agentConnected: false }] });
    world.settle();
    expect(world.perInstance()).to.deep.equal({ [first]: 1, [second]: 1 });
    expect(world.primary().rolloutState).to.equal('COMPLETED');
    world.instances.set(second, { agentConnected: false });
    expect(isNothing(world.decide())).to.equal(true);
  });

  it('replaces an unhealthy one', () => {
    const world = new World({ spec: daemon });
    world.healthChecked.add('100');
    world.settle();
    world.change('t00001', { healthStatus: 'UNHEALTHY' });
    expect(world.reconcile().stop.map(({ task }) => task)).to.deep.equal(['t00001']);
    world.settle();
    expect(world.healthy()).to.have.length(3);
  });

  it('rolls back when its tasks fail', () => {
    const deploymentConfiguration = { deploymentCircuitBreaker: { enable: true, rollback: true } };
    const world = new World({ spec: { ...daemon, deploymentConfiguration } });
    world.settle();
    const bad = world.deploy('crashes');
    world.settle();
    expect(world.record(bad).deploymentStatus).to.equal('ROLLBACK_SUCCESSFUL');
    expect(world.healthy('100')).to.have.length(3);
  });
});
