import { cpus, totalmem } from 'node:os';
import type { PlacementStrategy } from '@longshore/model';
import {
  compileQuery,
  HeldLedger,
  type HeldTask,
  type InstanceView,
  matchesQuery,
  type Placement,
  PlacementMemo,
  type PlacementRequest,
  place,
} from '@longshore/scheduler';
import { type Line, writePlot } from './support/plot.js';
import { type SmallRoundFigures, smallRoundKinds, timeSmallRounds } from './support/small-rounds.js';

export const name = 'place';
export const description = 'the placement engine alone: instances x tasks x strategies';

export interface PlaceBenchOptions {
  /** A matrix of small sizes: asserts, and says little about time. */
  readonly short?: boolean;
  /** A file for the SVG that shows how the cost of one placement grows. */
  readonly plot?: string;
}

interface Cell {
  readonly instances: number;
  readonly tasks: number;
  readonly strategy: string;
  readonly milliseconds: number;
  readonly placementsPerSecond: number;
}

type Figures = Readonly<Record<string, number | string | readonly Cell[] | readonly SmallRoundFigures[]>>;

const zoneSpread: PlacementStrategy = { type: 'spread', field: 'attribute:ecs.availability-zone' };
const strategies: Readonly<Record<string, readonly PlacementStrategy[]>> = {
  'spread-binpack': [zoneSpread, { type: 'binpack', field: 'memory' }],
  'spread-spread': [zoneSpread, { type: 'spread', field: 'instanceId' }],
  binpack: [{ type: 'binpack', field: 'cpu' }],
  random: [{ type: 'random' }],
};
const zones = ['a', 'b', 'c'];
const taskNeeds = { cpuUnits: 64, memoryMiB: 64 };

/** Runs the matrix, prints it, and answers with the figures; throws when a placement was wrong. */
export function run(options: PlaceBenchOptions = {}): Figures {
  const short = options.short === true;
  const sizes = short ? [20, 50] : [100, 1000, 5000];
  const taskCounts = short ? [100, 5000] : [1000, 10_000, 100_000];
  const [mostInstances, mostTasks] = [sizes.at(-1) ?? 0, taskCounts.at(-1) ?? 0];
  const setUp = `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
  console.log(`place on ${setUp}; processor time, median of ${repeats(short)} runs`);
  const cells: Cell[] = [];
  for (const instances of sizes)
    for (const tasks of taskCounts)
      for (const strategy of Object.keys(strategies)) {
        const cell = timeGroup({ instances, tasks, strategy, short });
        cells.push(cell);
        console.log(
          `${String(instances).padStart(6)} instances ${String(tasks).padStart(7)} tasks  ${strategy.padEnd(15)} ${cell.milliseconds.toFixed(1).padStart(8)} ms  ${Math.round(cell.placementsPerSecond).toLocaleString('en')}/s`,
        );
      }
  const different = timeDifferent(mostInstances, short ? 100 : 1000, short);
  const rounds = timeRounds(mostInstances, mostTasks);
  const smallRounds = printSmallRounds(mostInstances, short);
  if (typeof options.plot === 'string') plotGrowth(options.plot, cells, sizes);
  const headline = cells.find(
    (cell) =>
      cell.instances === mostInstances && cell.tasks === mostTasks && cell.strategy === 'spread-binpack',
  );
  const figures: Figures = {
    bench: name,
    instances: mostInstances,
    tasks: mostTasks,
    identicalSeconds: (headline?.milliseconds ?? 0) / 1000,
    placementsPerSecond: Math.round(headline?.placementsPerSecond ?? 0),
    differentRequestsSeconds: different / 1000,
    ...rounds,
    smallRounds,
    matrix: cells,
  };
  console.log(`different requests with constraints: ${different.toFixed(0)} ms`);
  console.log(
    `rounds of ${rounds.tasksPerRound}: median ${rounds.roundMedianMs.toFixed(2)} ms, last to first decile ${rounds.lastToFirstDecile.toFixed(2)}`,
  );
  if (!short) assertBars(figures);
  return figures;
}

/** Seconds of one core, at the full size. */
function assertBars(figures: Figures): void {
  const bars = { identicalSeconds: 1, differentRequestsSeconds: 1, lastToFirstDecile: 1.5 } as const;
  for (const [figure, bar] of Object.entries(bars))
    if (Number(figures[figure]) >= bar)
      throw new Error(`${figure} is ${Number(figures[figure])}: it is to stay below ${bar}`);
}

/** Microseconds a placement by tasks, a line for each number of instances; spread over zones, then binpack. */
function plotGrowth(file: string, cells: readonly Cell[], sizes: readonly number[]): void {
  const lines = sizes.map((instances): Line => {
    const own = cells.filter((c) => c.instances === instances && c.strategy === 'spread-binpack');
    return {
      name: `${instances} instances`,
      points: own.map((c) => [c.tasks, (c.milliseconds * 1000) / c.tasks] as const),
    };
  });
  writePlot(file, {
    title: 'place: one placement, spread by zone, then binpack',
    x: 'tasks placed at once',
    y: 'microseconds a placement',
    lines,
  });
}

function repeats(short: boolean): number {
  return short ? 1 : 5;
}

function timeGroup(cell: Pick<Cell, 'instances' | 'tasks' | 'strategy'> & { short: boolean }): Cell {
  const { instances, tasks, strategy, short } = cell;
  const view = { instances: cluster(instances, tasks) };
  const request = aRequest({ count: tasks, strategies: strategies[strategy] ?? [] });
  assertRight(view.instances, [request], place(view, [request], { seed: 1 }));
  const times = Array.from({ length: repeats(short) }, (_, seed) =>
    timed(() => place(view, [request], { seed })),
  );
  const milliseconds = median(times);
  return { instances, tasks, strategy, milliseconds, placementsPerSecond: (tasks / milliseconds) * 1000 };
}

/** As many shapes as requests, each with two constraints, required attributes and strategies. */
function timeDifferent(instances: number, count: number, short: boolean): number {
  const view = { instances: cluster(instances, count) };
  const requests = Array.from({ length: count }, (_, n) =>
    aRequest({
      group: `service:s${n}`,
      needs: { cpuUnits: 1 + (n % 64), memoryMiB: 64, ports: [{ port: 1000 + n, protocol: 'tcp' }] },
      requiredAttributes: [{ name: 'ecs.capability.a' }, { name: `ecs.capability.${n % 20}` }],
      constraints: [
        { type: 'distinctInstance' },
        {
          type: 'memberOf',
          expression: `(attribute:rack in [r${n % 40}, r${(n + 1) % 40}, r7] or attribute:type =~ t[${n % 9}-9].*) and runningTasksCount < ${n + 1} and not(task:group == service:s${n + 1})`,
        },
      ],
      strategies: strategies['spread-binpack'] ?? [],
    }),
  );
  assertRight(view.instances, requests, place(view, requests, { seed: 1 }));
  return median(
    Array.from({ length: repeats(short) }, (_, seed) => timed(() => place(view, requests, { seed }))),
  );
}

/** As the control plane works: a cluster that fills round by round, the ledgers brought up to date in between. */
function timeRounds(
  instances: number,
  tasks: number,
): {
  readonly tasksPerRound: number;
  readonly roundMedianMs: number;
  readonly lastToFirstDecile: number;
} {
  const tasksPerRound = Math.max(1, tasks / 100);
  const memo = new PlacementMemo();
  const view = { instances: cluster(instances, tasks) };
  const ledgers = new Map(view.instances.map(({ id, held }) => [id, held as HeldLedger]));
  const request = aRequest({ count: tasksPerRound, strategies: strategies['spread-binpack'] ?? [] });
  const task: HeldTask = {
    group: 'service:web',
    family: 'web',
    holds: taskNeeds,
    lastStatus: 'RUNNING',
    desiredStatus: 'RUNNING',
  };
  const times: number[] = [];
  for (let round = 0; round < 100; round++) {
    let placement: Placement = { placed: [], refused: [] };
    times.push(
      timed(() => {
        placement = place(view, [request], { seed: round, memo });
      }),
    );
    assertRight(view.instances, [request], placement);
    for (const { instance } of placement.placed) ledgers.get(instance)?.add(task);
  }
  return {
    tasksPerRound,
    roundMedianMs: median(times),
    // The first rounds run code that is not compiled yet: both deciles are taken after them.
    lastToFirstDecile: median(times.slice(10, 20)) / median(times.slice(90)),
  };
}

/** Microseconds a round of two tasks, on a board that is kept beside one that is made for the round. */
function printSmallRounds(instances: number, short: boolean): readonly SmallRoundFigures[] {
  const sizes = short ? { batches: 1, rounds: 20 } : { batches: 9, rounds: 100 };
  return smallRoundKinds.map((kind) => {
    const figures = timeSmallRounds(cluster(instances, 40 * instances), kind, sizes);
    const { freshUs, keptUs, ratio } = figures;
    console.log(
      `rounds of 2 on ${instances} instances, ${kind.name.padEnd(28)} fresh ${freshUs} us, kept ${keptUs} us, ratio ${ratio.median} (${ratio.lowest} to ${ratio.highest})`,
    );
    return figures;
  });
}

/** Big enough together for `tasks` of the size that the matrix places, with room to choose. */
function cluster(count: number, tasks: number): InstanceView[] {
  const room = 64 * Math.ceil((2 * tasks) / count + 2);
  return Array.from({ length: count }, (_, n) => {
    const attributes = [
      { name: 'ecs.availability-zone', value: zones[n % zones.length] as string },
      { name: 'rack', value: `r${n % 40}` },
      { name: 'type', value: `t${n % 10}.large` },
      { name: 'ecs.capability.a' },
      ...Array.from({ length: 20 }, (_, k) => ({ name: `ecs.capability.${k}` })),
    ];
    return {
      id: n.toString(16).padStart(32, '0'),
      status: 'ACTIVE',
      agentConnected: true,
      impairedReason: '',
      agentVersion: '1.0.0',
      registeredAtMs: 0,
      attributes,
      resources: {
        cpuUnits: room + (n % 7),
        memoryMiB: room + (n % 5),
        reservedTcpPorts: [22, 2375, 2376],
        reservedUdpPorts: [],
        gpus: [],
        dynamicPortFirst: 32768,
        dynamicPortLast: 60999,
      },
      held: new HeldLedger(),
    };
  });
}

function aRequest(options: Partial<PlacementRequest>): PlacementRequest {
  return {
    count: 1,
    group: 'service:web',
    family: 'web',
    needs: taskNeeds,
    gpuCount: 0,
    requiredAttributes: [],
    constraints: [],
    strategies: [],
    ...options,
  };
}

/** Every task once, nothing over-committed, no port twice, zones even, every constraint kept. */
function assertRight(
  instances: readonly InstanceView[],
  requests: readonly PlacementRequest[],
  { placed, refused }: Placement,
): void {
  const wanted = requests.reduce((sum, { count }) => sum + count, 0);
  assert(placed.length === wanted && refused.length === 0, `${placed.length} of ${wanted} tasks were placed`);
  const byId = new Map(instances.map((instance) => [instance.id, instance]));
  const given = new Map<string, { cpu: number; memory: number; ports: Set<number> }>();
  const perZone = new Map<string, number>();
  for (const view of instances) bump(perZone, zoneOf(view), view.held.runningTasks);
  for (const { request, instance } of placed) {
    const { needs, constraints } = requests[request] as PlacementRequest;
    const view = byId.get(instance) as InstanceView;
    const sum = given.get(instance) ?? {
      cpu: view.held.cpuUnits,
      memory: view.held.memoryMiB,
      ports: new Set(),
    };
    sum.cpu += needs.cpuUnits;
    sum.memory += needs.memoryMiB;
    for (const { port } of needs.ports ?? []) {
      assert(!sum.ports.has(port), `port ${port} was given twice`);
      sum.ports.add(port);
    }
    given.set(instance, sum);
    const { cpuUnits, memoryMiB } = view.resources;
    assert(sum.cpu <= cpuUnits && sum.memory <= memoryMiB, `${instance} is over-committed`);
    for (const { expression } of constraints)
      assert(holdsOn(view, expression), `${expression} does not hold`);
    bump(perZone, zoneOf(view), 1);
  }
  if (requests.length > 1 || requests[0]?.strategies[0] !== zoneSpread) return;
  const counts = [...perZone.values()];
  assert(Math.max(...counts) - Math.min(...counts) <= 1, `zones are uneven: ${counts.join(', ')}`);
}

function zoneOf(view: InstanceView): string {
  return view.attributes[0]?.value ?? '';
}

function bump(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

function holdsOn(view: InstanceView, expression: string | undefined): boolean {
  if (expression === undefined) return true;
  const query = compileQuery(expression);
  return query.kind === 'query' && matchesQuery(query, view);
}

function assert(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(`the placement is wrong: ${otherwise}`);
}

/** Milliseconds of processor time, not of the wall: what else runs on the machine must not count. */
function timed(work: () => void): number {
  const started = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1000;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
