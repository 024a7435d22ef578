import {
  type RosterRules,
  type ServiceInstance,
  ServiceRoster,
  type ServiceTask,
  type Standing,
} from '@longshore/scheduler';
import { expect } from 'chai';
import fc from 'fast-check';

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

const aTask = (n: number): ServiceTask => ({
  id: `t${n}`,
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
      const there = [...this.tasks.values()].filter(({ instance }) => instance === name);
      this.kept.sortAnew(
        this.rules,
        there.map((task) => task.id),
      );
    } else if (t.kind === 'gone') {
      this.tasks.delete(`t${t.id}`);
      this.since.delete(`t${t.id}`);
      this.kept.delete(`t${t.id}`);
    } else this.#change(t.id, t.change);
  }

  #change(n: number, changed: Partial<ServiceTask>): void {
    const task = { ...(this.tasks.get(`t${n}`) ?? aTask(n)), ...changed };
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
  const standing = ({ task, health, draining, isProtected }: Standing): unknown => [
    task.id,
    health,
    draining,
    isProtected,
  ];
  const byId = (a: Standing, b: Standing): number => (a.task.id < b.task.id ? -1 : 1);
  return {
    active: [...roster.list()].sort(byId).map(standing),
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
        }
      }),
      { numRuns: 300 },
    );
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
