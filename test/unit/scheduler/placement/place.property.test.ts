import type { HeldPort, PlacementStrategy } from '@longshore/model';
import {
  attributeValue,
  compileQuery,
  type HeldTask,
  heldBy,
  type InstanceView,
  matchesQuery,
  type Placement,
  PlacementMemo,
  type PlacementRequest,
  place,
} from '@longshore/scheduler';
import { expect } from 'chai';
import fc from 'fast-check';
import { aHeldTask, anInstance, aRequest, idOf } from '../builders.js';

const port: fc.Arbitrary<HeldPort> = fc.record({
  port: fc.constantFrom(22, 80, 443, 40000),
  protocol: fc.constantFrom('tcp' as const, 'udp' as const),
});

const holds = fc.record({
  cpuUnits: fc.nat(6),
  memoryMiB: fc.nat(6),
  ports: fc.uniqueArray(port, { maxLength: 2, selector: (p) => `${p.port}/${p.protocol}` }),
});

/** An instance and the tasks that it was made with. */
type Peopled = InstanceView & { readonly tasks?: readonly HeldTask[] };

const instance = fc
  .record({
    cpuUnits: fc.nat(12),
    memoryMiB: fc.nat(12),
    gpus: fc.subarray(['x', 'y']),
    status: fc.constantFrom('ACTIVE' as const, 'ACTIVE' as const, 'DRAINING' as const),
    agentConnected: fc.boolean(),
    attributes: fc.dictionary(fc.constantFrom('zone', 'rack'), fc.constantFrom('1', '2')),
    tasks: fc.array(fc.record({ holds, group: fc.constantFrom('g', 'h') }), { maxLength: 2 }),
  })
  .map(
    (o) =>
      (n: number): Peopled => ({
        tasks: o.tasks.map((task) => aHeldTask(task)),
        ...anInstance(n, {
          status: o.status,
          agentConnected: o.agentConnected,
          attributes: o.attributes,
          tasks: o.tasks,
          resources: {
            cpuUnits: o.cpuUnits,
            memoryMiB: o.memoryMiB,
            gpus: o.gpus.map((gpuId) => ({ gpuId })),
          },
        }),
      }),
  );

const instances = fc.array(instance, { maxLength: 8 }).map((makers) => makers.map((make, n) => make(n)));

const strategy: fc.Arbitrary<PlacementStrategy> = fc.constantFrom(
  { type: 'spread', field: 'instanceId' },
  { type: 'spread', field: 'attribute:zone' },
  { type: 'spread', field: 'attribute:rack' },
  { type: 'binpack', field: 'memory' },
  { type: 'binpack', field: 'cpu' },
  { type: 'random' },
);

const expression = fc.constantFrom(
  'attribute:zone == 1',
  'attribute:rack exists or attribute:zone !in [1]',
  'not(task:group == g)',
  'runningTasksCount < 2',
);

const request: fc.Arbitrary<PlacementRequest> = fc
  .record({
    count: fc.nat(6),
    group: fc.constantFrom('g', 'h'),
    holds,
    gpuCount: fc.constantFrom(0, 0, 1),
    distinct: fc.boolean(),
    member: fc.option(expression, { nil: undefined }),
    attribute: fc.option(fc.constantFrom({ name: 'zone' }, { name: 'rack', value: '2' }), { nil: undefined }),
    strategies: fc.array(strategy, { maxLength: 3 }),
  })
  .map((o) =>
    aRequest({
      count: o.count,
      group: o.group,
      needs: o.holds,
      gpuCount: o.gpuCount,
      strategies: o.strategies,
      requiredAttributes: o.attribute === undefined ? [] : [o.attribute],
      constraints: [
        ...(o.distinct ? [{ type: 'distinctInstance' } as const] : []),
        ...(o.member === undefined ? [] : [{ type: 'memberOf', expression: o.member } as const]),
      ],
    }),
  );

const requests = fc.array(request, { maxLength: 5 });
const seed = fc.nat();

/** The instances with the placed tasks on them, step by step; `check` sees each instance just before its task comes. */
function replay(
  before: readonly Peopled[],
  asked: readonly PlacementRequest[],
  { placed }: Placement,
  check: (instance: InstanceView, request: PlacementRequest, gpuIds: readonly string[]) => void,
): Map<string, Peopled> {
  const now = new Map(before.map((i) => [i.id, i]));
  for (const task of placed) {
    const at = now.get(task.instance) as Peopled;
    const wanted = asked[task.request] as PlacementRequest;
    check(at, wanted, task.gpuIds);
    const { group, family, needs } = wanted;
    const taken = { ...needs, gpuIds: task.gpuIds };
    const tasks = [
      ...(at.tasks ?? []),
      aHeldTask({ group, family, holds: taken, lastStatus: 'PROVISIONING' }),
    ];
    now.set(at.id, { ...at, tasks, held: heldBy(tasks) });
  }
  return now;
}

/** Says by itself, instance by instance, what `place` computes column by column. */
function couldTake(at: InstanceView, wanted: PlacementRequest): boolean {
  const { needs } = wanted;
  const free = at.resources.gpus.filter(({ gpuId }) => !at.held.gpuIds.has(gpuId ?? ''));
  return (
    at.status === 'ACTIVE' &&
    at.agentConnected &&
    at.held.cpuUnits + needs.cpuUnits <= at.resources.cpuUnits &&
    at.held.memoryMiB + needs.memoryMiB <= at.resources.memoryMiB &&
    free.length >= wanted.gpuCount &&
    !needs.ports?.some(
      (p) => at.held.hasPort(p) || p.port === 40000 || (p.port === 22 && p.protocol === 'tcp'),
    ) &&
    wanted.requiredAttributes.every(({ name, value }) => {
      const own = attributeValue(at, name ?? '');
      return own !== undefined && (value === undefined || own === value);
    }) &&
    wanted.constraints.every((constraint) => {
      if (constraint.type === 'distinctInstance') return !at.held.tasksByGroup.has(wanted.group);
      const query = compileQuery(constraint.expression ?? '');
      return query.kind === 'query' && matchesQuery(query, at);
    })
  );
}

describe('every placement', () => {
  it('only goes where the task may stand: never over-committed, no port or GPU twice, all constraints kept', () => {
    fc.assert(
      fc.property(instances, requests, seed, (before, asked, s) => {
        const placement = place({ instances: before }, asked, { seed: s });
        replay(before, asked, placement, (at, wanted, gpuIds) => {
          expect(couldTake(at, wanted)).to.equal(true);
          expect(gpuIds).to.have.length(wanted.gpuCount);
          for (const gpu of gpuIds) expect(at.held.gpuIds.has(gpu)).to.equal(false);
        });
      }),
      { numRuns: 300 },
    );
  });

  it('places or refuses every task, and refuses only what fits nowhere', () => {
    fc.assert(
      fc.property(instances, request, seed, (before, wanted, s) => {
        const placement = place({ instances: before }, [wanted], { seed: s });
        const refused = placement.refused.reduce((sum, { count }) => sum + count, 0);
        expect(placement.placed.length + refused).to.equal(wanted.count);
        const after = replay(before, [wanted], placement, () => undefined);
        if (refused > 0) for (const at of after.values()) expect(couldTake(at, wanted)).to.equal(false);
        for (const refusal of placement.refused) {
          const turnedAway = [...refusal.instancesByReason.values()].reduce((sum, n) => sum + n, 0);
          expect(turnedAway).to.equal(before.length);
          expect(refusal.explanation).to.match(/\.$/);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is the same for the same seed, in whatever order the instances come, and with any memo', () => {
    const memo = new PlacementMemo();
    fc.assert(
      fc.property(instances, requests, seed, (before, asked, s) => {
        const first = place({ instances: before }, asked, { seed: s });
        expect(place({ instances: [...before].reverse() }, asked, { seed: s })).to.deep.equal(first);
        expect(place({ instances: before }, asked, { seed: s, memo })).to.deep.equal(first);
      }),
      { numRuns: 300 },
    );
  });

  it('is as even as can be where every instance has room: no two values of a spread differ by more than one', () => {
    const zonesOf = fc.array(fc.constantFrom('1', '2', '3'), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(zonesOf, fc.nat(40), seed, (values, count, s) => {
        const roomy = values.map((zone, n) => anInstance(n, { attributes: { zone } }));
        const needs = { cpuUnits: 1, memoryMiB: 1 };
        const strategies = [
          { type: 'spread', field: 'attribute:zone' },
          { type: 'spread', field: 'instanceId' },
        ] as const;
        const { placed } = place({ instances: roomy }, [aRequest({ count, needs, strategies })], { seed: s });
        expect(placed).to.have.length(count);
        const perZone = new Map<string, number>(values.map((zone) => [zone, 0]));
        const perInstance = new Map<string, number>(values.map((_, n) => [idOf(n), 0]));
        for (const { instance: id } of placed) {
          const zone = values[Number.parseInt(id, 16)] as string;
          perZone.set(zone, (perZone.get(zone) ?? 0) + 1);
          perInstance.set(id, (perInstance.get(id) ?? 0) + 1);
        }
        expect(gap([...perZone.values()])).to.be.at.most(1);
        for (const zone of perZone.keys()) {
          const own = values.flatMap((z, n) => (z === zone ? [perInstance.get(idOf(n)) ?? 0] : []));
          expect(gap(own)).to.be.at.most(1);
        }
      }),
    );
  });

  it('opens no further instance under binpack while one that is in use has room', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }),
        fc.nat(20),
        seed,
        (sizes, count, s) => {
          const before = sizes.map((memoryMiB, n) => anInstance(n, { resources: { memoryMiB } }));
          const wanted = aRequest({
            count,
            needs: { cpuUnits: 0, memoryMiB: 1 },
            strategies: [{ type: 'binpack', field: 'memory' }],
          });
          const used = new Set<string>();
          const left = new Map<string, number>();
          replay(before, [wanted], place({ instances: before }, [wanted], { seed: s }), (at) => {
            if (!used.has(at.id)) for (const id of used) expect(left.get(id)).to.equal(0);
            used.add(at.id);
            left.set(at.id, at.resources.memoryMiB - at.held.memoryMiB - 1);
          });
        },
      ),
    );
  });
});

function gap(counts: readonly number[]): number {
  return Math.max(...counts) - Math.min(...counts);
}
