import type { PlacementConstraint, PlacementStrategy } from '@longshore/model';
import {
  type ClusterView,
  type HeldTask,
  type InstanceView,
  type Placement,
  PlacementMemo,
  type PlacementRequest,
  place,
  RowLog,
} from '@longshore/scheduler';
import { expect } from 'chai';
import fc from 'fast-check';
import { aHeldTask, anInstance, aRequest, HeldTasks, idOf } from '../builders.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Kept = Mutable<InstanceView> & { readonly tasks: HeldTasks };

/** A cluster as the control plane keeps it: live views, a list with the log of its changes, renewed as members change. */
class KeptCluster implements ClusterView {
  readonly #byNumber = new Map<number, Kept>();
  instances: readonly Kept[] = [];
  changes = new RowLog(0);

  come(n: number): void {
    if (this.#byNumber.has(n)) return;
    const tasks = new HeldTasks();
    this.#byNumber.set(n, { ...anInstance(n), held: tasks.ledger, tasks });
    this.#relist();
  }

  go(n: number): void {
    if (this.#byNumber.delete(n)) this.#relist();
  }

  change(n: number, change: (instance: Kept) => void): void {
    const instance = this.#byNumber.get(n);
    if (instance === undefined) return;
    change(instance);
    this.changes.note(this.instances.indexOf(instance));
  }

  #relist(): void {
    this.instances = [...this.#byNumber.values()];
    this.changes = new RowLog(this.instances.length);
  }
}

type Step = (cluster: KeptCluster) => void;

const most = 24;
const number = fc.nat(most - 1);
const ports = fc.subarray([
  { port: 80, protocol: 'tcp' as const },
  { port: 80, protocol: 'udp' as const },
  { port: 443, protocol: 'tcp' as const },
]);
const groups = fc.constantFrom('g', 'h', 'service:web');

/** What may happen to one instance. */
const happening: fc.Arbitrary<(instance: Kept) => void> = fc.oneof(
  fc
    .constantFrom('ACTIVE' as const, 'DRAINING' as const, 'DEREGISTERING' as const)
    .map((status) => (i: Kept) => {
      i.status = status;
    }),
  fc.boolean().map((connected) => (i: Kept) => {
    i.agentConnected = connected;
  }),
  fc.constantFrom('', 'disk full').map((reason) => (i: Kept) => {
    i.impairedReason = reason;
  }),
  fc.boolean().map((lost) => (i: Kept) => {
    i.lost = lost;
  }),
  fc.constantFrom('1.2.3', '2.0.0').map((version) => (i: Kept) => {
    i.agentVersion = version;
  }),
  fc
    .dictionary(fc.constantFrom('zone', 'rack'), fc.constantFrom('1', '2', '3'))
    .map((attributes) => (i: Kept) => {
      i.attributes = Object.entries(attributes).map(([name, value]) => ({ name, value }));
    }),
  fc
    .record({ cpuUnits: fc.nat(12), memoryMiB: fc.nat(12), gpus: fc.subarray(['x', 'y']) })
    .map((r) => (i: Kept) => {
      i.resources = { ...i.resources, ...r, gpus: r.gpus.map((gpuId) => ({ gpuId })) };
    }),
);

const taskChange: fc.Arbitrary<(instance: Kept) => void> = fc
  .record({
    id: fc.constantFrom('a', 'b', 'c'),
    group: groups,
    family: fc.constantFrom('web', 'db'),
    deployment: fc.constantFrom('', '1', '2'),
    holds: fc.record({ cpuUnits: fc.nat(4), memoryMiB: fc.nat(4), ports, gpuIds: fc.subarray(['x']) }),
    lastStatus: fc.constantFrom('PENDING' as const, 'RUNNING' as const, 'STOPPED' as const),
    desiredStatus: fc.constantFrom('RUNNING' as const, 'STOPPED' as const),
  })
  .map(
    ({ id, ...task }) =>
      (i: Kept) =>
        i.tasks.put(id, aHeldTask(task)),
  );

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 1,
    arbitrary: number.map(
      (n): Step =>
        (cluster) =>
          cluster.come(n),
    ),
  },
  {
    weight: 1,
    arbitrary: number.map(
      (n): Step =>
        (cluster) =>
          cluster.go(n),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(number, happening).map(
      ([n, change]): Step =>
        (cluster) =>
          cluster.change(n, change),
    ),
  },
  {
    weight: 8,
    arbitrary: fc.tuple(number, taskChange).map(
      ([n, change]): Step =>
        (cluster) =>
          cluster.change(n, change),
    ),
  },
);

const strategy: fc.Arbitrary<PlacementStrategy> = fc.constantFrom(
  { type: 'spread', field: 'instanceId' },
  { type: 'spread', field: 'attribute:zone' },
  { type: 'binpack', field: 'memory' },
  { type: 'random' },
);

const constraint: fc.Arbitrary<PlacementConstraint> = fc.constantFrom(
  { type: 'distinctInstance' },
  { type: 'memberOf', expression: 'attribute:zone == 1 or attribute:rack !in [2]' },
  { type: 'memberOf', expression: 'agentVersion >= 2.0.0' },
  { type: 'memberOf', expression: 'not(task:group == g)' },
  { type: 'memberOf', expression: 'runningTasksCount < 2' },
);

const request: fc.Arbitrary<PlacementRequest> = fc
  .record({
    count: fc.integer({ min: 1, max: 3 }),
    group: groups,
    family: fc.constantFrom('web', 'db'),
    deployment: fc.constantFrom(undefined, '1'),
    needs: fc.record({ cpuUnits: fc.nat(8), memoryMiB: fc.nat(8), ports }),
    gpuCount: fc.constantFrom(0, 0, 1),
    requiredAttributes: fc.subarray([{ name: 'zone' }, { name: 'rack', value: '2' }], { maxLength: 1 }),
    constraints: fc.array(constraint, { maxLength: 2 }),
    strategies: fc.array(strategy, { maxLength: 2 }),
    onlyInstances: fc.option(fc.array(number.map(idOf), { minLength: 1, maxLength: 3 }), {
      nil: undefined,
      freq: 9,
    }),
  })
  .map(aRequest);

interface Round {
  readonly before: readonly Step[];
  readonly requests: readonly PlacementRequest[];
  readonly seed: number;
  /** Whether what was placed comes to be held, as when all commits succeed. */
  readonly committed: boolean;
  /** The round is asked without the log, as one who keeps none would. */
  readonly unlogged: boolean;
}

const round: fc.Arbitrary<Round> = fc.record({
  before: fc.array(step, { maxLength: 4 }),
  requests: fc.array(request, { maxLength: 3 }),
  seed: fc.nat(),
  committed: fc.boolean(),
  unlogged: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
});

function commit(cluster: KeptCluster, requests: readonly PlacementRequest[], { placed }: Placement): void {
  placed.forEach(({ request: at, instance, gpuIds }, n) => {
    const { group, family, deployment, needs } = requests[at] as PlacementRequest;
    const task: HeldTask = aHeldTask({
      group,
      family,
      deployment,
      holds: { ...needs, gpuIds },
      lastStatus: 'PENDING',
    });
    cluster.change(Number.parseInt(instance, 16), (i) => i.tasks.put(`placed-${n % 2}`, task));
  });
}

describe('a board that is kept', () => {
  it('places and refuses as a fresh one does, whatever has happened before', () => {
    const come = Array.from({ length: most }, (_, n) => n);
    fc.assert(
      fc.property(
        fc.subarray(come, { minLength: 6 }),
        fc.array(round, { maxLength: 12 }),
        (first, rounds) => {
          const cluster = new KeptCluster();
          const memo = new PlacementMemo();
          for (const n of first) cluster.come(n);
          for (const { before, requests, seed, committed, unlogged } of rounds) {
            for (const change of before) change(cluster);
            const { instances } = cluster;
            const fresh = place({ instances }, requests, { seed });
            const kept = place(unlogged ? { instances } : cluster, requests, { seed, memo });
            expect(kept).to.deep.equal(fresh);
            // The same again, on a board that the call before has given away from.
            expect(place(cluster, requests, { seed, memo })).to.deep.equal(fresh);
            if (committed) commit(cluster, requests, fresh);
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  it('reads all rows again where it has fallen behind the log', () => {
    const cluster = new KeptCluster();
    const memo = new PlacementMemo();
    for (let n = 0; n < 3; n++) cluster.come(n);
    const requests = [aRequest({ count: 3, constraints: [{ type: 'distinctInstance' }] })];
    place(cluster, requests, { seed: 1, memo });
    for (let n = 0; n < 3; n++)
      for (let turn = 0; turn < 3; turn++)
        cluster.change(n, (i) =>
          i.tasks.put(`${turn}`, aHeldTask({ holds: { cpuUnits: 10, memoryMiB: 4096 } })),
        );
    const { placed, refused } = place(cluster, requests, { seed: 1, memo });
    expect(placed).to.have.length(0);
    expect(refused).to.deep.equal(place({ instances: cluster.instances }, requests, { seed: 1 }).refused);
  });

  it('says no again without asking the instances while nothing has changed', () => {
    let asked = 0;
    const cluster = new KeptCluster();
    const memo = new PlacementMemo();
    for (let n = 0; n < 12; n++) cluster.come(n);
    const resources = cluster.instances.map(({ resources: own }) => own);
    cluster.instances.forEach((instance, n) => {
      Object.defineProperty(instance, 'resources', {
        get: () => {
          asked++;
          return resources[n];
        },
      });
    });
    const requests = [aRequest({ needs: { memoryMiB: 1_000_000 } })];
    const first = place(cluster, requests, { seed: 1, memo });
    expect(first.refused[0]).to.include({ reason: 'RESOURCE:MEMORY', couldEverFit: false });
    asked = 0;
    expect(place(cluster, requests, { seed: 2, memo })).to.deep.equal(first);
    expect(asked).to.equal(0);
  });
});
