import type { BenchOptions, Figures } from './main.js';
import { BareEtcd } from './support/bare-etcd.js';
import { BenchCluster } from './support/cluster.js';
import { Crowd, crowdCluster, families, registerFamilies } from './support/crowd.js';
import { median, round, setUp } from './support/figures.js';
import { Durations, isSame, type RequestsTold, type Told } from './support/load.js';
import { LoadProcess } from './support/load-processes.js';
import { usageOf } from './support/programs.js';

export const description = 'the headline: a server, etcd and simulated agents; placements, delivery, memory';

interface Sizes {
  readonly instances: number;
  readonly tasks: number;
  /** Tasks that one RunTask asks for, and calls at once. */
  readonly perCall: number;
  readonly atOnce: number;
}

const groups = 100;

/** `--instances`, `--tasks`, `--per-call`, `--at-once`; `--short` asserts and says little about time. */
export async function run(options: BenchOptions): Promise<Figures> {
  const short = options.short === true;
  const sizes: Sizes = {
    instances: numberOf(options.instances, short ? 50 : 500),
    tasks: numberOf(options.tasks, short ? 5_000 : 50_000),
    perCall: numberOf(options.perCall, 500),
    atOnce: numberOf(options.atOnce, 4),
  };
  console.log(`scale on ${setUp()}: ${sizes.instances} instances, ${sizes.tasks} tasks, ${groups} groups`);
  const cluster = await BenchCluster.start();
  const ends: (() => Promise<void>)[] = [() => cluster.stop()];
  try {
    await registerFamilies(cluster);
    const joinedMs = performance.now();
    const crowd = await Crowd.start(cluster, sizes.instances, sizes.tasks / sizes.instances);
    ends.unshift(() => crowd.end());
    console.log(`  ${sizes.instances} agents joined in ${seconds(performance.now() - joinedMs)} s`);
    const requester = LoadProcess.start();
    ends.unshift(() => requester.end());
    const figures = await measure({ cluster, crowd, requester, sizes });
    print(figures);
    return figures;
  } finally {
    for (const end of ends) await end();
  }
}

interface Measured {
  readonly cluster: BenchCluster;
  readonly crowd: Crowd;
  readonly requester: LoadProcess;
  readonly sizes: Sizes;
}

async function measure({ cluster, crowd, requester, sizes }: Measured): Promise<Figures> {
  const usedBefore = usageOf(cluster.server.program.pid);
  const beganMs = Date.now();
  const asking = requester.ask({
    do: 'requests',
    endpoints: [cluster.server.endpoint],
    cluster: crowdCluster,
    groups: groupsOf(sizes),
    perCall: sizes.perCall,
    atOnce: sizes.atOnce,
  });
  const [told, running] = await Promise.all([asking.then(answered), untilRunning(cluster, sizes.tasks)]);
  const seen = await crowd.told();
  if (told.asked.count !== sizes.tasks || !isSame(told.asked, seen.delivered))
    throw new Error(`${told.asked.count} tasks were placed, ${seen.delivered.count} were delivered`);
  const server = usageOf(cluster.server.program.pid);
  const calls = new Durations();
  calls.merge(told.calls);
  return {
    ...sizes,
    ...paceOf(told, beganMs),
    allRunningSeconds: round((running - beganMs) / 1000, 1),
    runTaskP50Ms: calls.percentileMs(50),
    runTaskP99Ms: calls.percentileMs(99),
    deliveryP50Ms: seen.delivery.percentileMs(50),
    deliveryP99Ms: seen.delivery.percentileMs(99),
    serverCpuSeconds: round(server.cpuSeconds - usedBefore.cpuSeconds, 1),
    serverRssMiB: round(server.rssMiB),
    etcdCpuSeconds: round(usageOf(cluster.etcd.pid).cpuSeconds, 1),
    etcdRssMiB: round(usageOf(cluster.etcd.pid).rssMiB),
    agentsCpuSeconds: round(sum(crowd.processes.map((p) => usageOf(p.pid).cpuSeconds)), 1),
    agentsRssMiB: round(sum(crowd.processes.map((p) => usageOf(p.pid).rssMiB))),
    requesterCpuSeconds: round(usageOf(requester.pid).cpuSeconds, 1),
    ...(await stored(cluster)),
  };
}

function answered(told: Told): RequestsTold {
  if (told.kind !== 'requests') throw new Error(`the process of requests says ${told.kind}`);
  if (told.problems.length > 0) throw new Error(`requests have met: ${told.problems.slice(0, 5).join('; ')}`);
  return told;
}

/** The first group asks for a static port, as many as half of the instances can give. */
function groupsOf({ instances, tasks }: Sizes) {
  const ports = Math.min(Math.floor(instances / 2), Math.floor(tasks / groups));
  const rest = tasks - ports;
  const others = groups - 1;
  return Array.from({ length: groups }, (_, i) => {
    if (i === 0) return { family: 'port', group: 'group-0', tasks: ports };
    const share = Math.floor(rest / others) + (i <= rest % others ? 1 : 0);
    return { family: families[i % 10] ?? 'size-0', group: `group-${i}`, tasks: share };
  });
}

/** A cluster that moves nothing for so long is stuck. */
const stuckAfterMs = 30_000;

/** Wall milliseconds at which DescribeClusters shows all of them RUNNING. Throws where nothing moves any more. */
async function untilRunning({ client }: BenchCluster, tasks: number): Promise<number> {
  let last = '';
  let movedMs = Date.now();
  for (;;) {
    const { clusters = [] } = await client.DescribeClusters({ clusters: [crowdCluster] });
    const { runningTasksCount = 0, pendingTasksCount = 0 } = clusters[0] ?? {};
    if (runningTasksCount === tasks) return Date.now();
    const state = `${runningTasksCount} tasks of ${tasks} run, ${pendingTasksCount} are pending`;
    if (state !== last) movedMs = Date.now();
    last = state;
    if (Date.now() > movedMs + stuckAfterMs) throw new Error(`stuck: ${state}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Placements a second from first to last, and of the last tenth beside the first. */
function paceOf({ answers }: RequestsTold, beganMs: number): Figures {
  const total = answers.reduce((n, [, count]) => n + count, 0);
  const last = answers.at(-1)?.[0] ?? beganMs;
  const when = (part: number): number => {
    let placed = 0;
    for (const [ms, count] of answers) {
      placed += count;
      if (placed >= part * total) return ms;
    }
    return last;
  };
  const first = total / 10 / ((when(0.1) - beganMs) / 1000);
  const final = total / 10 / ((last - when(0.9)) / 1000);
  return {
    placementsPerSecond: round(total / ((last - beganMs) / 1000)),
    firstDecilePerSecond: round(first),
    lastDecilePerSecond: round(final),
    lastToFirstDecile: round(final / first, 2),
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
