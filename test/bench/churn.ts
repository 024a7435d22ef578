import { messageOf } from '@longshore/kit';
import type { BenchOptions, Figures } from './main.js';
import { BenchCluster } from './support/cluster.js';
import { Crowd, crowdCluster, families, registerFamilies } from './support/crowd.js';
import { round, setUp } from './support/figures.js';
import {
  type Asked,
  addIds,
  type ChurnTold,
  Durations,
  type Fingerprint,
  isSame,
  type Moment,
  noFingerprint,
} from './support/load.js';
import { LoadProcess } from './support/load-processes.js';
import { type Usage, usageOf } from './support/programs.js';
import { untilRuns, untilSettled } from './support/settle.js';

export const description =
  'steady state: tasks started and stopped among many that run, some that fit nowhere';

interface Sizes {
  readonly instances: number;
  /** RunTask and StopTask of one task each, a second. */
  readonly rate: number;
  /** That run before, and stay about as many. */
  readonly tasks: number;
  /** That are timed; so many at the same rate come before. */
  readonly seconds: number;
  readonly warmUpSeconds: number;
}

/** Held where the run is at least of this size. */
const bars = { instances: 5000, rate: 200, runTaskP99Ms: 50, deliveryP99Ms: 100, placeableWaitMaxMs: 1000 };

/** Fits on no instance. */
const unplaceable = 'nowhere';
const placeWithinSeconds = 3;
/** Steady is what comes after: until then the engine that runs us compiles what it has not met before. */
const warmUpSeconds = 20;
/** Families that take no static port: every instance takes them as long as it has room. */
const plain = families.filter((family) => family !== 'port');

/** `--instances`, `--rate`, `--tasks`, `--seconds`; `--short` asserts and says little about time. */
export async function run(options: BenchOptions): Promise<Figures> {
  const short = options.short === true;
  const sizes: Sizes = {
    instances: numberOf(options.instances, short ? 20 : 5000),
    rate: numberOf(options.rate, short ? 40 : 200),
    tasks: numberOf(options.tasks, short ? 300 : 100_000),
    seconds: numberOf(options.seconds, short ? 4 : 60),
    warmUpSeconds: short ? 1 : warmUpSeconds,
  };
  console.log(
    `churn on ${setUp()}: ${sizes.rate} tasks a second among ${sizes.tasks} on ${sizes.instances} instances`,
  );
  const cluster = await BenchCluster.start();
  const ends: (() => Promise<void>)[] = [() => cluster.stop()];
  try {
    await registerFamilies(cluster);
    await registerUnplaceable(cluster);
    const joinedMs = Date.now();
    const crowd = await Crowd.start(cluster, sizes.instances, sizes.tasks / sizes.instances, {
      goesBehind: true,
    });
    console.log(`  ${sizes.instances} agents joined in ${round((Date.now() - joinedMs) / 1000, 1)} s`);
    ends.unshift(() => crowd.end());
    const requester = LoadProcess.start();
    ends.unshift(() => requester.end());
    const figures = await measure({ cluster, crowd, requester, sizes }).catch(async (thrown: unknown) => {
      // What an agent has met says more than that nothing moves.
      const met = await crowd.told().then(() => undefined, messageOf);
      throw met === undefined ? thrown : new Error(met, { cause: thrown });
    });
    for (const [name, value] of Object.entries(figures)) console.log(`  ${name.padEnd(22)} ${String(value)}`);
    return figures;
  } finally {
    for (const end of ends) await end();
  }
}

interface Stage {
  readonly cluster: BenchCluster;
  readonly crowd: Crowd;
  readonly requester: LoadProcess;
  readonly sizes: Sizes;
}

async function measure(stage: Stage): Promise<Figures> {
  const { cluster, crowd, sizes } = stage;
  await fill(stage);
  await crowd.moments();
  const before = usages(stage);
  const beganMs = Date.now();
  const told = await churn(stage);
  const seconds = (Date.now() - beganMs) / 1000;
  const after = usages(stage);
  await settled(cluster, told, sizes.tasks);
  const moments = await crowd.moments();
  await check(stage, told, moments);
  const figures = {
    ...sizes,
    started: told.started.length,
    stopped: told.stopped.length,
    refused: told.refused,
    waitedInVain: told.waiting.length,
    ...callsOf(told),
    ...waitsOf(told, moments),
    serverCpuPercent: percent(before.server, after.server, seconds),
    etcdCpuPercent: percent(before.etcd, after.etcd, seconds),
    agentsCpuPercent: percent(before.agents, after.agents, seconds),
    requesterCpuPercent: percent(before.requester, after.requester, seconds),
    serverRssMiB: round(after.server.rssMiB),
  };
  return { ...figures, missed: missedBy(figures) };
}

async function registerUnplaceable({ client }: BenchCluster): Promise<void> {
  const main = { name: 'main', image: 'busybox:1.36', memory: 4_000_000, essential: true };
  await client.RegisterTaskDefinition({
    family: unplaceable,
    networkMode: 'bridge',
    containerDefinitions: [main],
  });
}

/** A static port on half of the instances, the rest by size. */
async function fill({ cluster, requester, sizes }: Stage): Promise<void> {
  const beganMs = Date.now();
  const ports = Math.floor(sizes.instances / 2);
  const rest = sizes.tasks - ports;
  const groups = plain.map((family, i) => {
    const share = Math.floor(rest / plain.length) + (i < rest % plain.length ? 1 : 0);
    return { family, group: `before-${i}`, tasks: share };
  });
  const told = await requester.ask({
    do: 'requests',
    endpoints: [cluster.server.endpoint],
    cluster: crowdCluster,
    groups: [{ family: 'port', group: 'ports', tasks: ports }, ...groups],
    perCall: 500,
    atOnce: 4,
    remember: true,
  });
  if (told.kind !== 'requests' || told.problems.length > 0)
    throw new Error(`before the churn: ${JSON.stringify(told).slice(0, 500)}`);
  await untilRuns(cluster.client, crowdCluster, sizes.tasks);
  console.log(`  ${sizes.tasks} tasks run after ${round((Date.now() - beganMs) / 1000, 1)} s`);
}

async function churn({ cluster, requester, sizes }: Stage): Promise<ChurnTold> {
  const told = await requester.ask({
    do: 'churn',
    endpoints: [cluster.server.endpoint],
    cluster: crowdCluster,
    rate: sizes.rate,
    seconds: sizes.seconds,
    warmUpSeconds: sizes.warmUpSeconds,
    families: plain,
    unplaceable,
    placeWithinSeconds,
  });
  if (told.kind !== 'churn') throw new Error(`the process of requests says ${told.kind}`);
  if (told.problems.length > 0) throw new Error(`the churn has met: ${told.problems.join('; ')}`);
  return told;
}

/** What was stopped is gone, what waited in vain has given up, all else runs. */
async function settled({ client }: BenchCluster, told: ChurnTold, tasks: number): Promise<void> {
  await untilRuns(client, crowdCluster, tasks + told.started.length - told.stopped.length);
  const waiting = new Set(told.waiting);
  await untilSettled(async () => {
    const some = [...waiting].slice(0, 100);
    if (some.length === 0) return undefined;
    const { tasks: found = [] } = await client.DescribeTasks({ cluster: crowdCluster, tasks: some });
    for (const { taskArn = '', lastStatus } of found)
      if (lastStatus === 'STOPPED') waiting.delete(taskArn.slice(-32));
    return `${waiting.size} tasks that fit nowhere still wait`;
  });
}

/** Every task once: on one agent, stopped if asked to and not else, and the server says the same as the agents. */
async function check({ crowd }: Stage, told: ChurnTold, moments: readonly Moment[]): Promise<void> {
  await crowd.told();
  const seen = new Map<string, Moment>();
  for (const moment of moments) {
    if (seen.has(moment.task)) throw new Error(`task ${moment.task} was given to two agents`);
    if (moment.times > 1) throw new Error(`task ${moment.task} was started ${moment.times} times`);
    seen.set(moment.task, moment);
  }
  const unheard = told.started.filter(([task]) => !seen.get(task));
  if (unheard.length > 0) throw new Error(`${unheard.length} tasks were started that no agent heard of`);
  const asked = new Set(told.stopped.map(([task]) => task));
  const ended = moments.filter((m) => m.stoppedAtMs > 0);
  const unasked = ended.filter((m) => !asked.has(m.task));
  if (unasked.length > 0) throw new Error(`${unasked.length} tasks were stopped that nobody asked to`);
  if (ended.length !== asked.size) throw new Error(`${ended.length} of ${asked.size} tasks were stopped`);
  if (told.waiting.some((task) => seen.has(task))) throw new Error('what fits nowhere was given to an agent');
  const held: Fingerprint = addIds(
    noFingerprint,
    (await crowd.held()).flatMap(([, tasks]) => tasks),
  );
  if (!isSame(held, told.left))
    throw new Error(`${told.left.count} tasks should be left, the agents hold ${held.count}`);
}

function callsOf(told: ChurnTold): Figures {
  const figures: Record<string, number> = {};
  for (const [operation, pairs] of Object.entries(told.calls)) {
    const took = new Durations();
    took.merge(pairs);
    const name = operation[0]?.toLowerCase() + operation.slice(1);
    figures[`${name}P50Ms`] = took.percentileMs(50);
    figures[`${name}P99Ms`] = took.percentileMs(99);
  }
  return figures;
}

/** From when a call was due to what came of it at the agents. */
function waitsOf(told: ChurnTold, moments: readonly Moment[]) {
  const at = new Map(moments.map((moment) => [moment.task, moment]));
  const [delivery, running, stopping] = [new Durations(), new Durations(), new Durations()];
  const isTimed = ([, dueAtMs]: Asked): boolean => dueAtMs >= told.measuredFromMs;
  for (const [task, dueAtMs] of told.started.filter(isTimed)) {
    const moment = at.get(task);
    if (moment) delivery.add(moment.heardAtMs - dueAtMs);
    if (moment && moment.runningAtMs > 0) running.add(moment.runningAtMs - dueAtMs);
  }
  for (const [task, dueAtMs] of told.stopped.filter(isTimed))
    stopping.add((at.get(task)?.stoppedAtMs ?? 0) - dueAtMs);
  return {
    deliveryP50Ms: delivery.percentileMs(50),
    deliveryP99Ms: delivery.percentileMs(99),
    placeableWaitMaxMs: delivery.percentileMs(100),
    runningP50Ms: running.percentileMs(50),
    runningP99Ms: running.percentileMs(99),
    stoppedP50Ms: stopping.percentileMs(50),
    stoppedP99Ms: stopping.percentileMs(99),
  };
}

function missedBy(figures: Figures): readonly string[] {
  if (Number(figures.instances) < bars.instances || Number(figures.rate) < bars.rate) return [];
  const held = ['runTaskP99Ms', 'deliveryP99Ms', 'placeableWaitMaxMs'] as const;
  return held
    .filter((name) => Number(figures[name]) > bars[name])
    .map((name) => `${name} over ${bars[name]}`);
}

function usages({ cluster, crowd, requester }: Stage) {
  const agents = crowd.processes.map((p) => usageOf(p.pid));
  return {
    server: usageOf(cluster.server.program.pid),
    etcd: usageOf(cluster.etcd.pid),
    agents: {
      cpuSeconds: agents.reduce((sum, a) => sum + a.cpuSeconds, 0),
      rssMiB: agents.reduce((sum, a) => sum + a.rssMiB, 0),
    },
    requester: usageOf(requester.pid),
  };
}

function percent(before: Usage, after: Usage, seconds: number): number {
  return round(((after.cpuSeconds - before.cpuSeconds) / seconds) * 100);
}

function numberOf(option: BenchOptions[string] | undefined, otherwise: number): number {
  return typeof option === 'number' ? option : otherwise;
}
