import { type ServiceDecision, taskLimits } from '@longshore/scheduler';
import { expect } from 'chai';
import fc from 'fast-check';
import { idOf } from '../builders.js';
import { type Fate, isNothing, World } from './world.js';

const fate: fc.Arbitrary<Fate> = fc.constantFrom('runs', 'runs', 'fails to start', 'crashes', 'is unhealthy');

type Turn =
  | { readonly kind: 'deploy'; readonly fate: Fate; readonly checked: boolean }
  | { readonly kind: 'scale'; readonly desiredCount: number }
  | { readonly kind: 'drain' | 'activate' | 'lose' | 'return' | 'join'; readonly instance: number }
  | { readonly kind: 'kill' | 'protect' | 'sicken'; readonly nth: number }
  | { readonly kind: 'wait'; readonly steps: number };

const instance = fc.nat(3);
const turn: fc.Arbitrary<Turn> = fc.oneof(
  fc.record({ kind: fc.constant('deploy' as const), fate, checked: fc.boolean() }),
  fc.record({ kind: fc.constant('scale' as const), desiredCount: fc.nat(6) }),
  fc.record({ kind: fc.constantFrom('drain', 'activate', 'lose', 'return', 'join'), instance }),
  fc.record({ kind: fc.constantFrom('kill', 'protect', 'sicken'), nth: fc.nat(9) }),
  fc.record({ kind: fc.constant('wait' as const), steps: fc.integer({ min: 1, max: 8 }) }),
);

const configuration = fc.record({
  minimumHealthyPercent: fc.constantFrom(0, 50, 75, 100),
  maximumPercent: fc.constantFrom(100, 125, 150, 200),
  deploymentCircuitBreaker: fc.record({ enable: fc.boolean(), rollback: fc.boolean() }),
  strategy: fc.constantFrom('ROLLING' as const, 'ROLLING' as const, 'BLUE_GREEN' as const),
  bakeTimeInMinutes: fc.constant(0),
});

const scenario = fc.record({
  deploymentConfiguration: configuration,
  schedulingStrategy: fc.constantFrom('REPLICA' as const, 'REPLICA' as const, 'DAEMON' as const),
  desiredCount: fc.integer({ min: 1, max: 6 }),
  rebalanceLevels: fc.constantFrom(0, 2),
  turns: fc.array(turn, { maxLength: 12 }),
});

type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

function begin({
  deploymentConfiguration,
  schedulingStrategy,
  desiredCount,
  rebalanceLevels,
}: Scenario): World {
  return new World({
    spec: { deploymentConfiguration, schedulingStrategy, desiredCount },
    settings: {
      rebalanceLevels: schedulingStrategy === 'DAEMON' ? 0 : rebalanceLevels,
      placeWithinMs: 20_000,
    },
  });
}

function take(world: World, t: Turn, watch: (world: World) => void): void {
  const wanting = world.active();
  const task = 'nth' in t ? wanting[t.nth % Math.max(1, wanting.length)] : undefined;
  const id = 'instance' in t ? idOf(t.instance) : '';
  switch (t.kind) {
    case 'deploy': {
      const digits = world.deploy(t.fate);
      if (t.checked || t.fate === 'is unhealthy') world.healthChecked.add(digits);
      return;
    }
    case 'scale':
      world.configure({ desiredCount: t.desiredCount });
      return;
    case 'drain':
      if (world.instances.has(id)) world.instances.set(id, { status: 'DRAINING' });
      return;
    case 'activate':
    case 'join':
      world.instances.set(id, {});
      return;
    case 'lose':
      if (world.instances.has(id)) world.lost.add(id);
      return;
    case 'return':
      if (world.lost.delete(id)) world.wasLost.set(id, { sinceMs: world.nowMs - 5000, untilMs: world.nowMs });
      return;
    case 'kill':
      if (task)
        world.change(task.id, {
          lastStatus: 'STOPPED',
          stopCode: 'EssentialContainerExited',
          runningForMs: 1e6,
        });
      return;
    case 'protect':
      if (task) world.change(task.id, { protectedUntilMs: world.nowMs + 30_000 });
      return;
    case 'sicken':
      if (task?.lastStatus === 'RUNNING') world.change(task.id, { healthStatus: 'UNHEALTHY' });
      return;
    case 'wait':
      for (let n = 0; n < t.steps; n++) {
        watch(world);
        world.reconcile();
        world.step();
      }
  }
}

function play(s: Scenario, watch: (world: World) => void): World {
  const world = begin(s);
  for (const t of s.turns) {
    take(world, t, watch);
    watch(world);
    world.reconcile();
  }
  return world;
}

/** Everybody is well again: what is decided from here on must come to an end. */
function heal(world: World): void {
  for (const id of [0, 1, 2, 3].map(idOf)) world.instances.set(id, {});
  world.lost.clear();
  for (const digits of world.fates.keys()) world.fates.set(digits, 'runs');
}

describe('whatever happens to a service', () => {
  it('its own stops never leave fewer healthy tasks than the minimum, nor do its starts make more than the maximum', () => {
    fc.assert(
      fc.property(scenario, (s) => {
        play(s, (world) => {
          const decision = world.decide();
          if (s.schedulingStrategy === 'REPLICA') checkReplica(world, decision);
        });
      }),
      { numRuns: 400 },
    );
  });

  it('it settles once everybody is well, and then nothing more is decided', () => {
    fc.assert(
      fc.property(scenario, (s) => {
        const world = play(s, () => undefined);
        heal(world);
        world.settle(() => undefined, 900);
        expect(isNothing(world.decide())).to.equal(true);
        const { rolloutState } = world.primary();
        expect(rolloutState).to.be.oneOf(
          isStuck(world) ? ['IN_PROGRESS', 'FAILED', 'COMPLETED'] : ['COMPLETED', 'FAILED'],
        );
        if (rolloutState !== 'COMPLETED') return;
        const wanted = s.schedulingStrategy === 'DAEMON' ? 4 : (world.spec.desiredCount ?? 0);
        expect(world.healthy(world.service.primaryDeployment)).to.have.length(wanted);
        expect(world.active()).to.have.length(wanted);
      }),
      { numRuns: 300 },
    );
  });

  it('a decision that was lost on the way is simply taken again', () => {
    fc.assert(
      fc.property(scenario, (s) => {
        play(s, (world) => {
          expect(world.decide()).to.deep.equal(world.decide());
        });
      }),
      { numRuns: 50 },
    );
  });

  it('every stopped task is counted once', () => {
    fc.assert(
      fc.property(scenario, (s) => {
        const counted = new Set<string>();
        play(s, (world) => {
          for (const id of world.decide().counted) {
            expect(world.tasks.get(id)).to.include({ lastStatus: 'STOPPED', counted: false });
            counted.add(id);
          }
        });
      }),
      { numRuns: 100 },
    );
  });
});

function checkReplica(world: World, decision: ServiceDecision): void {
  const isStaged = world.spec.deploymentConfiguration?.strategy === 'BLUE_GREEN';
  const { minimumHealthy, maximum, desired } = taskLimits(world.spec, world.spec.desiredCount ?? 0);
  const stopped = new Set(decision.stop.map(({ task }) => task));
  const before = world.healthy();
  const after = before.filter(({ id }) => !stopped.has(id));
  if (after.length < before.length) expect(after.length).to.be.at.least(Math.min(minimumHealthy, desired));
  const { primaryDeployment } = world.service;
  for (const { deployment, count } of decision.start) {
    // Blue and green have the maximum each.
    const sharing = world
      .active()
      .filter(
        (task) => !isStaged || (task.deployment === primaryDeployment) === (deployment === primaryDeployment),
      );
    expect(sharing.length + count).to.be.at.most(maximum);
  }
}

/** Some percentages leave no way at all for so few tasks: that is said, and waited upon. */
function isStuck(world: World): boolean {
  const { minimumHealthy, maximum } = taskLimits(world.spec, world.spec.desiredCount ?? 0);
  return (
    maximum <= minimumHealthy || world.messages().some((m) => m.includes('was unable to stop or start tasks'))
  );
}
