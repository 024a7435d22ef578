import {
  type RosterRules,
  type ServiceInstance,
  ServiceRoster,
  type ServiceTask,
  type Standing,
  verdictOf,
} from '@longshore/scheduler';
import { expect } from 'chai';
import fc from 'fast-check';
import { idOf } from '../builders.js';

/** What becomes of a task or an instance. */
type Turn =
  | { readonly kind: 'task'; readonly id: number; readonly change: Partial<ServiceTask>; readonly ms: number }
  | { readonly kind: 'gone'; readonly id: number; readonly ms: number }
  | {
      readonly kind: 'instance';
      readonly id: number;
      readonly change: Partial<ServiceInstance>;
      readonly ms: number;
    };

const change = fc.record(
  {
    deployment: fc.constantFrom('1', '2'),
    instance: fc.constantFrom('', 'i0', 'i1', 'gone'),
    lastStatus: fc.constantFrom(
      'PENDING' as const,
      'RUNNING' as const,
      'RUNNING' as const,
      'DEACTIVATING' as const,
      'STOPPED' as const,
    ),
    desiredStatus: fc.constantFrom('RUNNING' as const, 'RUNNING' as const, 'STOPPED' as const),
    healthStatus: fc.constantFrom('UNKNOWN' as const, 'HEALTHY' as const, 'UNHEALTHY' as const),
    protectedUntilMs: fc.constantFrom(0, 5000, 12_000, Number.POSITIVE_INFINITY),
  },
  { requiredKeys: [] },
);
const ms = fc.constantFrom(0, 0, 1, 999, 1000, 3000);
const id = fc.nat(5);
const turn: fc.Arbitrary<Turn> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('task' as const), id, change, ms }) },
  fc.record({ kind: fc.constant('gone' as const), id, ms }),
  fc.record({
    kind: fc.constant('instance' as const),
    id: fc.nat(1),
    change: fc.record({
      status: fc.constantFrom('ACTIVE' as const, 'DRAINING' as const),
      lost: fc.boolean(),
    }),
    ms,
  }),
);

/** As tasks have them, but for one. */
const nameOf = (n: number): string => (n === 5 ? 'another' : idOf(n));

const aTask = (n: number): ServiceTask => ({
  id: nameOf(n),
  deployment: '1',
  instance: 'i0',
  lastStatus: 'PENDING',
  desiredStatus: 'RUNNING',
  healthStatus: 'UNKNOWN',
  createdAtMs: 0,
  protectedUntilMs: 0,
});

class Scene {
  nowMs = 1000;
  readonly instances = new Map<string, ServiceInstance>();
  readonly tasks = new Map<string, ServiceTask>();
  readonly since = new Map<string, number>();
  readonly kept = new ServiceRoster();
  readonly rules: RosterRules = {
    instance: (name) => this.instances.get(name),
    verdict: (name) => verdictOf(this.instances.get(name)),
    // The first deployment has no health check, the second has one, and is given time.
    health: (deployment) => ({
      hasHealthCheck: deployment === '2',
      healthyAfterMs: 3000,
      gracePeriodMs: 2000,
    }),
  };

  constructor() {
    for (const name of ['i0', 'i1'])
      this.instances.set(name, {
        id: name,
        status: 'ACTIVE',
        connected: true,
        lost: false,
        qualifies: true,
        spread: [],
      });
  }

  play(t: Turn): void {
    this.nowMs += t.ms;
    this.kept.moveTo({ monotonicMs: this.nowMs, wallMs: this.nowMs }, this.rules);
    if (t.kind === 'instance') {
      const name = `i${t.id}`;
      this.instances.set(name, { ...(this.instances.get(name) as ServiceInstance), ...t.change });
      this.kept.instancesChanged([name], this.rules);
    } else if (t.kind === 'gone') {
      this.tasks.delete(nameOf(t.id));
      this.since.delete(nameOf(t.id));
      this.kept.delete(nameOf(t.id));
    } else this.#change(t.id, t.change);
  }

  #change(n: number, changed: Partial<ServiceTask>): void {
    const task = { ...(this.tasks.get(nameOf(n)) ?? aTask(n)), ...changed };
    this.tasks.set(task.id, task);
    if (task.lastStatus !== 'RUNNING') this.since.delete(task.id);
    else if (!this.since.has(task.id)) this.since.set(task.id, this.nowMs);
    this.kept.put(task, this.since.get(task.id) ?? Number.NaN, this.rules);
  }

  /** The same, sorted out all at once. */
  fresh(): ServiceRoster {
    const roster = new ServiceRoster();
    roster.moveTo({ monotonicMs: this.nowMs, wallMs: this.nowMs }, this.rules);
    for (const task of [...this.tasks.values()].reverse())
      roster.put(task, this.since.get(task.id) ?? Number.NaN, this.rules);
    return roster;
  }
}

function told(roster: ServiceRoster): unknown {
  const names = (tasks: readonly ServiceTask[]): string[] => tasks.map((task) => task.id).sort();
  const byId = (a: Standing, b: Standing): number => (a.task.id < b.task.id ? -1 : 1);
  return {
    active: [...roster.list()].sort(byId),
    stopping: names(roster.stopping()),
    wanted: names(roster.wanted()),
    unfinished: Object.fromEntries(roster.unfinished),
    lives: ['1', '2'].map((deployment) => roster.lives(deployment)),
    has: ['1', '2'].map((deployment) => roster.has(deployment)),
    changesInMs: roster.changesInMs,
    size: roster.size,
  };
}

describe('the roster of a service', () => {
  it('says the same task by task as all at once, whatever happens', () => {
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 40 }), (turns) => {
        const scene = new Scene();
        for (const t of turns) {
          scene.play(t);
          expect(told(scene.kept)).to.deep.equal(told(scene.fresh()));
          for (const { task, instance } of scene.kept.list()) {
            expect(task).to.deep.equal(scene.tasks.get(task.id));
            expect(instance).to.equal(scene.instances.get(task.instance));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('keeps no task that it was given', () => {
    const { kept, rules } = new Scene();
    const task: { -readonly [K in keyof ServiceTask]: ServiceTask[K] } = aTask(1);
    kept.put(task, Number.NaN, rules);
    const before = told(kept);
    Object.assign(task, { id: 'x', deployment: '2', instance: 'i1', lastStatus: 'STOPPED', createdAtMs: 7 });
    expect(told(kept)).to.deep.equal(before);
  });

  it('judges all tasks of an instance anew when one that comes finds it to be another', () => {
    const scene = new Scene();
    for (const n of [1, 2]) scene.play({ kind: 'task', id: n, change: {}, ms: 0 });
    // Nobody tells of it.
    scene.instances.set('i0', { ...(scene.instances.get('i0') as ServiceInstance), lost: true });
    scene.play({ kind: 'task', id: 3, change: {}, ms: 0 });
    expect(scene.kept.list()).to.have.length(0);
    expect(told(scene.kept)).to.deep.equal(told(scene.fresh()));
  });

  it('asks for an instance once a moment, however many tasks are on it', () => {
    const scene = new Scene();
    let asked = 0;
    const rules: RosterRules = {
      ...scene.rules,
      verdict: (name) => {
        asked++;
        return scene.rules.verdict(name);
      },
    };
    for (let n = 0; n < 50; n++) scene.kept.put(aTask(n), Number.NaN, rules);
    expect(asked).to.equal(1);
    scene.kept.moveTo({ monotonicMs: 2000, wallMs: 2000 }, rules);
    for (let n = 0; n < 50; n++) scene.kept.put(aTask(n), Number.NaN, rules);
    expect(asked).to.equal(2);
  });

  it('wakes for the end of a protection that was of no concern while the instance was lost', () => {
    const scene = new Scene();
    const change = { protectedUntilMs: 5000 };
    scene.play({ kind: 'task', id: 1, change, ms: 0 });
    scene.play({ kind: 'instance', id: 0, change: { lost: true }, ms: 0 });
    expect(scene.kept.changesInMs).to.equal(undefined);
    scene.play({ kind: 'instance', id: 0, change: { lost: false }, ms: 0 });
    expect(scene.kept.changesInMs).to.equal(4000);
  });

  it('counts by state and deployment what it lists', () => {
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 40 }), (turns) => {
        const scene = new Scene();
        for (const t of turns) scene.play(t);
        const { kept } = scene;
        for (const health of ['starting', 'healthy', 'unhealthy'] as const)
          for (const deployment of ['1', '2']) {
            const part = kept.part((digits) => digits === deployment);
            const listed = kept.list().filter((s) => s.health === health && s.task.deployment === deployment);
            expect(part.count((s) => s.health === health)).to.equal(listed.length);
            expect(part.list((s) => s.health === health)).to.deep.equal(listed);
          }
      }),
      { numRuns: 100 },
    );
  });
});
