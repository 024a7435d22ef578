import { type InstanceView, type PlacementRequest, place } from '@longshore/scheduler';
import { expect } from 'chai';
import { aHeldTask, anInstance, aRequest, idOf, inZones, tally, zones } from '../builders.js';

const zoneSpread = { type: 'spread', field: 'attribute:ecs.availability-zone' } as const;
const instanceSpread = { type: 'spread', field: 'instanceId' } as const;
const byZone = (id: string): string => zones[Number.parseInt(id, 16) % 3] as string;

function placedOn(instances: readonly InstanceView[], ...requests: PlacementRequest[]): string[] {
  return place({ instances }, requests, { seed: 7 }).placed.map(({ instance }) => instance);
}

describe('what an instance must have', () => {
  const cases: { name: string; instance: InstanceView; request: PlacementRequest; reason?: string }[] = [
    { name: 'takes a task that fits', instance: anInstance(1), request: aRequest() },
    {
      name: 'takes a task that needs exactly what is left',
      instance: anInstance(1, { tasks: [{ holds: { cpuUnits: 3840, memoryMiB: 7680 } }] }),
      request: aRequest(),
    },
    {
      name: 'refuses one CPU unit more than is left',
      instance: anInstance(1),
      request: aRequest({ needs: { cpuUnits: 4097 } }),
      reason: 'RESOURCE:CPU',
    },
    {
      name: 'refuses one MiB more than is left',
      instance: anInstance(1, { tasks: [{ holds: { cpuUnits: 0, memoryMiB: 7681 } }] }),
      request: aRequest(),
      reason: 'RESOURCE:MEMORY',
    },
    {
      name: 'counts what a stopping task still holds',
      instance: anInstance(1, {
        tasks: [
          { lastStatus: 'STOPPING', desiredStatus: 'STOPPED', holds: { cpuUnits: 0, memoryMiB: 8000 } },
        ],
      }),
      request: aRequest(),
      reason: 'RESOURCE:MEMORY',
    },
    {
      name: 'is closed to a task without CPU needs once a registration has shrunk it',
      instance: anInstance(1, { tasks: [{ holds: { cpuUnits: 5000, memoryMiB: 0 } }] }),
      request: aRequest({ needs: { cpuUnits: 0 } }),
      reason: 'RESOURCE:CPU',
    },
    {
      name: 'refuses a port in use',
      instance: anInstance(1, {
        tasks: [{ holds: { cpuUnits: 0, memoryMiB: 0, ports: [{ port: 80, protocol: 'tcp' }] } }],
      }),
      request: aRequest({ needs: { ports: [{ port: 80, protocol: 'tcp' }] } }),
      reason: 'RESOURCE:PORTS',
    },
    {
      name: 'gives the same port number once for tcp and once for udp',
      instance: anInstance(1, {
        tasks: [{ holds: { cpuUnits: 0, memoryMiB: 0, ports: [{ port: 80, protocol: 'tcp' }] } }],
      }),
      request: aRequest({ needs: { ports: [{ port: 80, protocol: 'udp' }] } }),
    },
    {
      name: 'refuses a reserved port',
      instance: anInstance(1),
      request: aRequest({ needs: { ports: [{ port: 22, protocol: 'tcp' }] } }),
      reason: 'RESOURCE:PORTS',
    },
    {
      name: 'gives a port that is reserved for tcp only to udp',
      instance: anInstance(1),
      request: aRequest({ needs: { ports: [{ port: 22, protocol: 'udp' }] } }),
    },
    {
      name: 'refuses a static port among the dynamic ones',
      instance: anInstance(1),
      request: aRequest({ needs: { ports: [{ port: 40000, protocol: 'tcp' }] } }),
      reason: 'RESOURCE:PORTS',
    },
    {
      name: 'refuses the last of the dynamic ports',
      instance: anInstance(1),
      request: aRequest({ needs: { ports: [{ port: 60999, protocol: 'udp' }] } }),
      reason: 'RESOURCE:PORTS',
    },
    {
      name: 'refuses more GPUs than are free',
      instance: anInstance(1, {
        resources: { gpus: [{ gpuId: 'a' }, { gpuId: 'b' }] },
        tasks: [{ holds: { cpuUnits: 0, memoryMiB: 0, gpuIds: ['a'] } }],
      }),
      request: aRequest({ gpuCount: 2 }),
      reason: 'RESOURCE:GPU',
    },
    {
      name: 'refuses on a draining instance',
      instance: anInstance(1, { status: 'DRAINING' }),
      request: aRequest(),
      reason: 'INACTIVE',
    },
    {
      name: 'refuses where the agent is not connected',
      instance: anInstance(1, { agentConnected: false }),
      request: aRequest(),
      reason: 'AGENT',
    },
    {
      name: 'refuses where the instance is impaired',
      instance: anInstance(1, { impairedReason: 'Docker hangs' }),
      request: aRequest(),
      reason: 'AGENT',
    },
    {
      name: 'refuses without a required attribute',
      instance: anInstance(1, { attributes: { other: '1' } }),
      request: aRequest({ requiredAttributes: [{ name: 'ecs.capability.x' }] }),
      reason: 'ATTRIBUTE',
    },
    {
      name: 'refuses another value of a required attribute',
      instance: anInstance(1, { attributes: { os: 'windows' } }),
      request: aRequest({ requiredAttributes: [{ name: 'os', value: 'linux' }] }),
      reason: 'ATTRIBUTE',
    },
    {
      name: 'takes any value where none is required',
      instance: anInstance(1, { attributes: { os: 'windows' } }),
      request: aRequest({ requiredAttributes: [{ name: 'os' }] }),
    },
    {
      name: 'refuses outside of memberOf',
      instance: anInstance(1, { attributes: { rack: '1' } }),
      request: aRequest({ constraints: [{ type: 'memberOf', expression: 'attribute:rack == 2' }] }),
      reason: 'MemberOf placement constraint unsatisfied.',
    },
    {
      name: 'refuses when one of two memberOf does not hold',
      instance: anInstance(1, { attributes: { rack: '1' } }),
      request: aRequest({
        constraints: [
          { type: 'memberOf', expression: 'attribute:rack == 1' },
          { type: 'memberOf', expression: 'attribute:rack == 2' },
        ],
      }),
      reason: 'MemberOf placement constraint unsatisfied.',
    },
    {
      name: 'refuses under an expression that is none',
      instance: anInstance(1),
      request: aRequest({ constraints: [{ type: 'memberOf', expression: 'rack == 2' }] }),
      reason: 'MemberOf placement constraint unsatisfied.',
    },
    {
      name: 'refuses a second task of the group under distinctInstance',
      instance: anInstance(1, { tasks: [{}] }),
      request: aRequest({ constraints: [{ type: 'distinctInstance' }] }),
      reason: 'DistinctInstance placement constraint unsatisfied.',
    },
    {
      name: 'lets a task in beside one that is told to stop, under distinctInstance',
      instance: anInstance(1, { tasks: [{ desiredStatus: 'STOPPED', lastStatus: 'RUNNING' }] }),
      request: aRequest({ constraints: [{ type: 'distinctInstance' }] }),
    },
    {
      name: 'refuses an instance that is not there',
      instance: anInstance(1),
      request: aRequest({ onlyInstances: [idOf(99)] }),
      reason: 'MISSING',
    },
  ];
  for (const { name, instance, request, reason } of cases) {
    it(name, () => {
      const { placed, refused } = place({ instances: [instance] }, [request], { seed: 1 });
      expect(refused.map((r) => r.reason)).to.deep.equal(reason === undefined ? [] : [reason]);
      expect(placed).to.have.length(reason === undefined ? 1 : 0);
    });
  }

  it('says of several instances the reason nearest to a placement', () => {
    const instances = [
      anInstance(1, { status: 'DRAINING' }),
      anInstance(2, { agentConnected: false }),
      anInstance(3, { resources: { memoryMiB: 100 } }),
      anInstance(4, { resources: { cpuUnits: 100 } }),
    ];
    const [refusal] = place({ instances }, [aRequest()], { seed: 1 }).refused;
    expect(refusal?.reason).to.equal('RESOURCE:MEMORY');
    expect(refusal?.closestInstance).to.equal(idOf(3));
    expect([...(refusal?.instancesByReason ?? [])]).to.deep.equal([
      ['INACTIVE', 1],
      ['AGENT', 1],
      ['RESOURCE:CPU', 1],
      ['RESOURCE:MEMORY', 1],
    ]);
  });
});

describe('whether a task could ever fit', () => {
  const full = {
    tasks: [
      {
        group: 'service:other',
        holds: { cpuUnits: 4096, memoryMiB: 8192, ports: [{ port: 80, protocol: 'tcp' as const }] },
      },
    ],
  };
  const cases: { name: string; instance: InstanceView; request: PlacementRequest; ever: boolean }[] = [
    {
      name: 'yes, on an instance that is full',
      instance: anInstance(1, full),
      request: aRequest(),
      ever: true,
    },
    {
      name: 'yes, on one without its agent',
      instance: anInstance(1, { agentConnected: false }),
      request: aRequest(),
      ever: true,
    },
    {
      name: 'yes, on one that drains and may come back',
      instance: anInstance(1, { status: 'DRAINING' }),
      request: aRequest(),
      ever: true,
    },
    {
      name: 'yes, where the port is in use',
      instance: anInstance(1, full),
      request: aRequest({ needs: { ports: [{ port: 80, protocol: 'tcp' }] } }),
      ever: true,
    },
    {
      name: 'no, where the port is reserved',
      instance: anInstance(1),
      request: aRequest({ needs: { ports: [{ port: 22, protocol: 'tcp' }] } }),
      ever: false,
    },
    {
      name: 'no, above what the instance has',
      instance: anInstance(1),
      request: aRequest({ needs: { memoryMiB: 8193 } }),
      ever: false,
    },
    {
      name: 'no, without the attribute',
      instance: anInstance(1),
      request: aRequest({ requiredAttributes: [{ name: 'x' }] }),
      ever: false,
    },
    {
      name: 'no, outside of memberOf',
      instance: anInstance(1),
      request: aRequest({ constraints: [{ type: 'memberOf', expression: 'attribute:x exists' }] }),
      ever: false,
    },
    {
      name: 'yes, where memberOf asks for tasks that are not there yet',
      instance: anInstance(1),
      request: aRequest({
        constraints: [
          { type: 'memberOf', expression: 'task:group == service:db and not(runningTasksCount < 3)' },
        ],
      }),
      ever: true,
    },
    {
      name: 'no, where there are fewer GPUs',
      instance: anInstance(1),
      request: aRequest({ gpuCount: 1 }),
      ever: false,
    },
    {
      name: 'no, on an instance that is going for good',
      instance: anInstance(1, { status: 'DEREGISTERING' }),
      request: aRequest(),
      ever: false,
    },
  ];
  for (const { name, instance, request, ever } of cases) {
    it(name, () => {
      const [refusal] = place({ instances: [instance] }, [request], { seed: 1 }).refused;
      expect(refusal?.couldEverFit).to.equal(ever);
    });
  }
});

describe('where the tasks of a request go', () => {
  it('spreads a service over zones, then over the instances of each, when nothing is said', () => {
    const placed = placedOn(inZones(6), aRequest({ count: 9 })).map((instance) => ({ instance }));
    expect(tally(placed, byZone)).to.deep.equal({ a: 3, b: 3, c: 3 });
    expect(Object.values(tally(placed)).sort((a, b) => a - b)).to.deep.equal([1, 1, 1, 2, 2, 2]);
  });

  it('evens out what is there already', () => {
    const instances = inZones(3);
    instances[0] = anInstance(0, { attributes: { 'ecs.availability-zone': 'a' }, tasks: [{}, {}, {}] });
    const placed = placedOn(instances, aRequest({ count: 3, strategies: [zoneSpread] }));
    expect([...new Set(placed.map(byZone))].sort()).to.deep.equal(['b', 'c']);
  });

  it('counts the tasks of other groups for nothing', () => {
    const instances = [
      anInstance(0, {
        attributes: { 'ecs.availability-zone': 'a' },
        tasks: [{ group: 'service:other' }, { group: 'service:other' }],
      }),
      anInstance(1, { attributes: { 'ecs.availability-zone': 'b' }, tasks: [{}] }),
    ];
    expect(placedOn(instances, aRequest({ strategies: [zoneSpread] }))).to.deep.equal([idOf(0)]);
  });

  it('counts only the tasks of its deployment where the request names one', () => {
    const old = { deployment: '1' };
    const instances = [anInstance(0, { tasks: [old, old] }), anInstance(1)];
    const placed = placedOn(instances, aRequest({ count: 2, deployment: '2', strategies: [instanceSpread] }));
    expect([...placed].sort()).to.deep.equal([idOf(0), idOf(1)]);
  });

  it('leaves out of the count what drains or is lost, for it is about to move', () => {
    const at = (zone: string): Record<string, string> => ({ 'ecs.availability-zone': zone });
    const instances = [
      anInstance(0, { attributes: at('a'), status: 'DRAINING', tasks: [{}, {}] }),
      anInstance(1, { attributes: at('a'), agentConnected: false, lost: true, tasks: [{}] }),
      anInstance(2, { attributes: at('a') }),
      anInstance(3, { attributes: at('b'), tasks: [{}] }),
    ];
    expect(placedOn(instances, aRequest({ strategies: [zoneSpread] }))).to.deep.equal([idOf(2)]);
  });

  it('counts tasks of a zone on instances that are no candidates', () => {
    const at = (zone: string): Record<string, string> => ({ 'ecs.availability-zone': zone });
    const instances = [
      anInstance(0, { attributes: at('a'), resources: { memoryMiB: 600 }, tasks: [{}] }),
      anInstance(1, { attributes: at('a') }),
      anInstance(2, { attributes: at('b') }),
    ];
    expect(placedOn(instances, aRequest({ strategies: [zoneSpread] }))).to.deep.equal([idOf(2)]);
  });

  it('treats instances without the attribute as one value of it', () => {
    const instances = [anInstance(0, { attributes: { rack: '1' } }), anInstance(1), anInstance(2)];
    const placed = placedOn(
      instances,
      aRequest({ count: 4, strategies: [{ type: 'spread', field: 'attribute:rack' }] }),
    );
    expect(placed.filter((id) => id === idOf(0))).to.have.length(2);
  });

  it('binpacks on memory: fills the fullest instance first', () => {
    const instances = [anInstance(0), anInstance(1, { resources: { memoryMiB: 1200 } }), anInstance(2)];
    const placed = placedOn(
      instances,
      aRequest({ count: 4, strategies: [{ type: 'binpack', field: 'memory' }] }),
    );
    expect(placed.slice(0, 2)).to.deep.equal([idOf(1), idOf(1)]);
    expect(new Set(placed.slice(2)).size).to.equal(1);
  });

  it('binpacks on cpu', () => {
    const instances = [
      anInstance(0, { resources: { memoryMiB: 600 } }),
      anInstance(1, { resources: { cpuUnits: 300 } }),
    ];
    expect(placedOn(instances, aRequest({ strategies: [{ type: 'binpack', field: 'cpu' }] }))).to.deep.equal([
      idOf(1),
    ]);
    expect(
      placedOn(instances, aRequest({ strategies: [{ type: 'binpack', field: 'memory' }] })),
    ).to.deep.equal([idOf(0)]);
  });

  it('takes strategies in their order: spread over zones, then the fullest instance of the zone', () => {
    const placed = placedOn(
      inZones(6),
      aRequest({ count: 6, strategies: [zoneSpread, { type: 'binpack', field: 'memory' }] }),
    );
    expect(
      tally(
        placed.map((instance) => ({ instance })),
        byZone,
      ),
    ).to.deep.equal({ a: 2, b: 2, c: 2 });
    expect(new Set(placed).size).to.equal(3);
  });

  it('takes strategies in their order: the fullest instance, then spread', () => {
    const placed = placedOn(
      inZones(6),
      aRequest({ count: 6, strategies: [{ type: 'binpack', field: 'memory' }, zoneSpread] }),
    );
    expect(new Set(placed).size).to.equal(1);
  });

  it('spreads within the values of the spread before', () => {
    const instances = [0, 1, 2, 3, 4, 5].map((n) =>
      anInstance(n, { attributes: { zone: n < 4 ? 'a' : 'b', rack: String(n % 2) } }),
    );
    const strategies = [
      { type: 'spread', field: 'attribute:zone' },
      { type: 'spread', field: 'attribute:rack' },
    ] as const;
    const placed = placedOn(instances, aRequest({ count: 8, strategies }));
    const spot = (id: string): string =>
      `${Number.parseInt(id, 16) < 4 ? 'a' : 'b'}${Number.parseInt(id, 16) % 2}`;
    expect(
      tally(
        placed.map((instance) => ({ instance })),
        spot,
      ),
    ).to.deep.equal({ a0: 2, a1: 2, b0: 2, b1: 2 });
  });

  it('gives every instance its share at random', () => {
    const request = aRequest({
      count: 4000,
      needs: { cpuUnits: 0, memoryMiB: 1 },
      strategies: [{ type: 'random' }],
    });
    const counts = Object.values(tally(place({ instances: inZones(10) }, [request], { seed: 3 }).placed));
    expect(counts).to.have.length(10);
    for (const count of counts) expect(count).to.be.within(330, 470);
  });

  it('is random for RunTask when nothing is said, and another seed is another draw', () => {
    const request = aRequest({ group: 'family:web' });
    const first = new Set(
      Array.from(
        { length: 50 },
        (_, seed) => place({ instances: inZones(5) }, [request], { seed }).placed[0]?.instance,
      ),
    );
    expect(first.size).to.equal(5);
  });

  it('gives a single task at random the place that the first of several would be given', () => {
    const strategies = [{ type: 'random' as const }];
    for (let seed = 0; seed < 30; seed++) {
      const placeOf = (count: number): string | undefined =>
        place({ instances: inZones(20) }, [aRequest({ count, strategies })], { seed }).placed[0]?.instance;
      expect(placeOf(1)).to.be.a('string').that.equals(placeOf(3));
    }
  });

  it('places tasks of a group together, or apart, as memberOf asks, one by one', () => {
    const apart = aRequest({
      count: 3,
      constraints: [{ type: 'memberOf', expression: 'not(task:group == service:web)' }],
    });
    const { placed, refused } = place({ instances: [anInstance(1), anInstance(2)] }, [apart], { seed: 1 });
    expect(new Set(placed.map((p) => p.instance)).size).to.equal(2);
    expect(refused).to.have.length(1);
    const together = aRequest({
      group: 'service:side',
      constraints: [{ type: 'memberOf', expression: 'task:group == service:web' }],
    });
    const both = place({ instances: inZones(5) }, [aRequest(), together], { seed: 1 }).placed;
    expect(both[0]?.instance).to.equal(both[1]?.instance);
  });

  it('gives GPUs by id, each once', () => {
    const gpus = ['g1', 'g2', 'g3'].map((gpuId) => ({ gpuId }));
    const instances = [
      anInstance(1, {
        resources: { gpus },
        tasks: [{ holds: { cpuUnits: 0, memoryMiB: 0, gpuIds: ['g2'] } }],
      }),
    ];
    const { placed, refused } = place({ instances }, [aRequest({ gpuCount: 1, count: 3 })], { seed: 1 });
    expect(placed.map((p) => p.gpuIds)).to.deep.equal([['g1'], ['g3']]);
    expect(refused[0]).to.include({ count: 1, reason: 'RESOURCE:GPU' });
  });

  it('lets a later request see what an earlier one took', () => {
    const ports = [{ port: 80, protocol: 'tcp' as const }];
    const other = aRequest({ group: 'service:b', needs: { ports } });
    const { placed, refused } = place(
      { instances: [anInstance(1)] },
      [aRequest({ needs: { ports } }), other],
      { seed: 1 },
    );
    expect(placed.map((p) => p.request)).to.deep.equal([0]);
    expect(refused[0]).to.include({ request: 1, reason: 'RESOURCE:PORTS' });
  });

  it('answers for each of several requests of one shape, though it places them as one group', () => {
    const two = aRequest({ count: 2, needs: { memoryMiB: 4096 } });
    const { placed, refused } = place(
      { instances: [anInstance(1), anInstance(2)] },
      [two, { ...two, count: 1 }, two],
      { seed: 1 },
    );
    expect(placed.map((p) => p.request)).to.deep.equal([0, 0, 1, 2]);
    expect(refused).to.have.length(1);
    expect(refused[0]).to.include({ request: 2, count: 1 });
  });

  it('keeps to the instances that are named', () => {
    const request = aRequest({ count: 20, onlyInstances: [idOf(2), idOf(3)] });
    expect([...new Set(placedOn(inZones(6), request))].sort()).to.deep.equal([idOf(2), idOf(3)]);
  });

  it('places nothing for a count of 0', () => {
    expect(place({ instances: inZones(2) }, [aRequest({ count: 0 })], { seed: 1 })).to.deep.equal({
      placed: [],
      refused: [],
    });
  });

  it('does not touch the view', () => {
    const instances = [anInstance(1, { tasks: [aHeldTask()] })];
    const before = JSON.stringify(instances);
    place({ instances }, [aRequest({ count: 5 })], { seed: 1 });
    expect(JSON.stringify(instances)).to.equal(before);
  });
});
