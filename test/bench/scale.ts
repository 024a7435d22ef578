import type { BenchOptions, Figures } from './main.js';
import { BareEtcd } from './support/bare-etcd.js';
import { BenchCluster } from './support/cluster.js';
import { Crowd, crowdCluster, families, registerFamilies } from './support/crowd.js';
import { median, round, setUp } from './support/figures.js';
import { addIds, isSame, noFingerprint } from './support/load.js';
import { usageOf } from './support/programs.js';

export const description = 'the headline: a server, etcd and simulated agents; placements, delivery, memory';

interface Sizes {
  readonly instances: number;
  readonly tasks: number;
}

const servicesCount = 100;

/** `--instances`, `--tasks`; `--short` asserts and says little about time. */
export async function run(options: BenchOptions): Promise<Figures> {
  const short = options.short === true;
  const sizes: Sizes = {
    instances: numberOf(options.instances, short ? 50 : 500),
    tasks: numberOf(options.tasks, short ? 5_000 : 50_000),
  };
  console.log(
    `scale on ${setUp()}: ${sizes.instances} instances, ${sizes.tasks} tasks of ${servicesCount} services`,
  );
  const cluster = await BenchCluster.start();
  const ends: (() => Promise<void>)[] = [() => cluster.stop()];
  try {
    await registerFamilies(cluster);
    const joinedMs = performance.now();
    const crowd = await Crowd.start(cluster, sizes.instances, sizes.tasks / sizes.instances, {
      rejoin: true,
    });
    ends.unshift(() => crowd.end());
    console.log(`  ${sizes.instances} agents joined in ${seconds(performance.now() - joinedMs)} s`);
    const figures = await measure({ cluster, crowd, sizes });
    print(figures);
    return figures;
  } finally {
    for (const end of ends) await end();
  }
}

interface Measured {
  readonly cluster: BenchCluster;
  readonly crowd: Crowd;
  readonly sizes: Sizes;
}

async function measure({ cluster, crowd, sizes }: Measured): Promise<Figures> {
  const cpuSeconds = (): readonly number[] => [
    usageOf(cluster.server.program.pid).cpuSeconds,
    usageOf(cluster.etcd.pid).cpuSeconds,
    sum(crowd.processes.map((p) => usageOf(p.pid).cpuSeconds)),
  ];
  const before = cpuSeconds();
  const beganMs = Date.now();
  await createServices(cluster, sizes);
  const samples = await untilRunning(cluster, sizes.tasks);
  const [serverCpu = 0, etcdCpu = 0, agentsCpu = 0] = cpuSeconds().map((s, i) => s - (before[i] ?? 0));
  await checkServices(cluster, sizes);
  const seen = await crowd.told();
  await checkDelivered(cluster, seen.delivered);
  return {
    ...sizes,
    ...paceOf(samples, beganMs, sizes.tasks),
    allRunningSeconds: round(((samples.at(-1)?.atMs ?? beganMs) - beganMs) / 1000, 1),
    deliveryP50Ms: seen.delivery.percentileMs(50),
    deliveryP99Ms: seen.delivery.percentileMs(99),
    serverCpuSeconds: round(serverCpu, 1),
    serverRssMiB: round(usageOf(cluster.server.program.pid).rssMiB),
    etcdCpuSeconds: round(etcdCpu, 1),
    etcdRssMiB: round(usageOf(cluster.etcd.pid).rssMiB),
    agentsCpuSeconds: round(agentsCpu, 1),
    agentsRssMiB: round(sum(crowd.processes.map((p) => usageOf(p.pid).rssMiB))),
    ...(await commitsOf(cluster)),
    ...(await stored(cluster)),
  };
}

/** How the server's commits have ended, from its metrics. */
async function commitsOf({ server }: BenchCluster): Promise<Figures> {
  const text = await (await fetch(`${server.http}/metrics`)).text();
  const count = (outcome: string): number =>
    Number(new RegExp(`^longshore_commits_total\\{outcome="${outcome}"\\} (\\d+)`, 'm').exec(text)?.[1] ?? 0);
  return { commits: count('committed'), conflicts: count('conflict') };
}

interface ServiceSize {
  readonly serviceName: string;
  readonly taskDefinition: string;
  readonly desiredCount: number;
}

/** The first service asks for a static port, on as many as half of the instances. */
function servicesOf({ instances, tasks }: Sizes): readonly ServiceSize[] {
  const ports = Math.min(Math.floor(instances / 2), Math.floor(tasks / servicesCount));
  const rest = tasks - ports;
  const others = servicesCount - 1;
  return Array.from({ length: servicesCount }, (_, i) => {
    const serviceName = `service-${i}`;
    if (i === 0) return { serviceName, taskDefinition: 'port', desiredCount: ports };
    const desiredCount = Math.floor(rest / others) + (i <= rest % others ? 1 : 0);
    return { serviceName, taskDefinition: families[i % 10] ?? 'size-0', desiredCount };
  });
}

/** Two of the templates of ECS's console, in turns: "AZ balanced spread" and "AZ balanced binpack". */
const strategies = [
  [
    { type: 'spread' as const, field: 'attribute:ecs.availability-zone' },
    { type: 'spread' as const, field: 'instanceId' },
  ],
  [
    { type: 'spread' as const, field: 'attribute:ecs.availability-zone' },
    { type: 'binpack' as const, field: 'memory' },
  ],
];

async function createServices({ client }: BenchCluster, sizes: Sizes): Promise<void> {
  const answers = servicesOf(sizes).map((service, i) =>
    client.CreateService(
      { ...service, cluster: crowdCluster, placementStrategy: strategies[i % strategies.length] ?? [] },
      { timeoutMs: 60_000 },
    ),
  );
  await Promise.all(answers);
}

/** What DescribeServices shows in the end. */
async function checkServices({ client }: BenchCluster, sizes: Sizes): Promise<void> {
  const wanted = servicesOf(sizes);
  for (let i = 0; i < wanted.length; i += 10) {
    const some = wanted.slice(i, i + 10);
    const names = some.map((s) => s.serviceName);
    const { services = [] } = await client.DescribeServices({ cluster: crowdCluster, services: names });
    for (const [n, { serviceName, desiredCount }] of some.entries()) {
      const { runningCount, pendingCount } = services[n] ?? {};
      if (runningCount !== desiredCount || pendingCount !== 0)
        throw new Error(
          `${serviceName}: ${runningCount} of ${desiredCount} run, ${pendingCount} are pending`,
        );
    }
  }
}

/** Every task in etcd has been delivered, and nothing else. */
async function checkDelivered(cluster: BenchCluster, delivered: typeof noFingerprint): Promise<void> {
  const bare = new BareEtcd(cluster.etcd.endpoint, '/longshore/');
  try {
    let stored = noFingerprint;
    for await (const ids of bare.names(`live/tasks/${crowdCluster}/`)) stored = addIds(stored, ids);
    if (!isSame(stored, delivered))
      throw new Error(`${stored.count} tasks are stored, ${delivered.count} were delivered`);
  } finally {
    bare.close();
  }
}

interface Sample {
  readonly atMs: number;
  readonly placed: number;
}

/** A cluster that moves nothing for so long is stuck. */
const stuckAfterMs = 60_000;
const sampleMs = 250;

/** How many were placed, and when, until all are RUNNING. Throws where nothing moves any more. */
async function untilRunning({ client }: BenchCluster, tasks: number): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  let last = '';
  let movedMs = Date.now();
  let toldMs = movedMs;
  for (;;) {
    const asked = { clusters: [crowdCluster] };
    const { clusters = [] } = await client.DescribeClusters(asked, { timeoutMs: 60_000 });
    const { runningTasksCount = 0, pendingTasksCount = 0 } = clusters[0] ?? {};
    samples.push({ atMs: Date.now(), placed: runningTasksCount + pendingTasksCount });
    if (runningTasksCount === tasks) return samples;
    const state = `${runningTasksCount} tasks of ${tasks} run, ${pendingTasksCount} are pending`;
    if (state !== last) movedMs = Date.now();
    last = state;
    if (Date.now() > movedMs + stuckAfterMs) throw new Error(`stuck: ${state}`);
    if (Date.now() > toldMs + 20_000) {
      toldMs = Date.now();
      console.log(`  ${state}`);
    }
    await new Promise((resolve) => setTimeout(resolve, sampleMs));
  }
}

/** Placements a second from first to last, and of the last tenth beside the first. */
function paceOf(samples: readonly Sample[], beganMs: number, tasks: number): Figures {
  const when = (part: number): number => {
    const wanted = part * tasks;
    const next = samples.findIndex((s) => s.placed >= wanted);
    const { atMs, placed } = samples[next] ?? { atMs: beganMs, placed: 0 };
    const before = samples[next - 1] ?? { atMs: beganMs, placed: 0 };
    if (placed === before.placed) return atMs;
    return before.atMs + ((atMs - before.atMs) * (wanted - before.placed)) / (placed - before.placed);
  };
  const perSecond = (from: number, to: number): number =>
    ((to - from) * tasks * 1000) / (when(to) - when(from));
  const first = perSecond(0, 0.1);
  const last = perSecond(0.9, 1);
  return {
    placementsPerSecond: round((tasks * 1000) / (when(1) - beganMs)),
    firstDecilePerSecond: round(first),
    lastDecilePerSecond: round(last),
    lastToFirstDecile: round(last / first, 2),
    decilesPerSecond: Array.from({ length: 10 }, (_, n) => round(perSecond(n / 10, (n + 1) / 10))),
  };
}

async function stored(cluster: BenchCluster): Promise<Figures> {
  const bare = new BareEtcd(cluster.etcd.endpoint, '/longshore/');
  try {
    const values = await bare.sizes(`live/tasks/${crowdCluster}/`, 1000);
    return {
      taskRecordBytes: median(values),
      etcdDbMiB: round((await bare.databaseBytes()) / 2 ** 20),
    };
  } finally {
    bare.close();
  }
}

function print(figures: Figures): void {
  for (const [name, value] of Object.entries(figures)) console.log(`  ${name.padEnd(22)} ${String(value)}`);
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

function seconds(ms: number): number {
  return round(ms / 1000, 1);
}

function numberOf(option: BenchOptions[string] | undefined, otherwise: number): number {
  return typeof option === 'number' ? option : otherwise;
}
