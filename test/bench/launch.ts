import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ContainerDefinition, fromTimestamp, type Task, type Timestamp } from '@longshore/model';
import { PrivateEngine } from '../support/private-engine.js';
import type { BenchOptions, Figures } from './main.js';
import { BenchCluster } from './support/cluster.js';
import { inTurns, median, ratioOf, round, setUp } from './support/figures.js';
import { idle, RawDocker } from './support/raw-docker.js';
import { StartedTasks } from './support/started-tasks.js';

export const description =
  'real engines: tasks through the whole system beside plain dockerode and Swarm mode';

/** What tasks in bridge mode are on. */
const network = 'bridge';
const swarmAddress = '10.97.0.1';

interface Rig {
  readonly cluster: BenchCluster;
  readonly started: StartedTasks;
  readonly raw: RawDocker;
}

/** `--pairs`, `--tasks`, `--one` (pairs of one task), `--no-swarm`, `--no-many`. Needs root and dockerd. */
export async function run(options: BenchOptions): Promise<Figures> {
  const short = options.short === true;
  const pairs = numberOf(options.pairs, short ? 1 : 7);
  const tasks = numberOf(options.tasks, short ? 4 : 40);
  const onePairs = numberOf(options.one, short ? 2 : 15);
  console.log(`launch on ${setUp()}, Docker ${dockerVersion()}, busybox, bridge networks`);
  return withEngine(async (engine) => {
    const rig = await startRig(engine);
    try {
      const one = await benchOne(rig, onePairs);
      const chain = await benchChain(rig, Math.min(pairs, 7));
      const many = options.noMany === true ? {} : await benchMany(rig, { pairs, tasks });
      const swarm = options.noSwarm === true ? {} : await benchSwarm(rig, { pairs, tasks });
      return { ...one, ...chain, ...many, ...swarm };
    } finally {
      await rig.started.stop();
      await rig.cluster.stop();
    }
  });
}

async function withEngine<T>(act: (engine: PrivateEngine) => Promise<T>): Promise<T> {
  const engine = await PrivateEngine.start({ bridge: true });
  try {
    return await act(engine);
  } finally {
    await engine.close();
  }
}

async function startRig(engine: PrivateEngine): Promise<Rig> {
  const cluster = await BenchCluster.start();
  try {
    await cluster.addAgent(engine.url, { LONGSHORE_INSTANCE_CPU: '65536' });
    const { client } = cluster;
    await client.RegisterTaskDefinition(definition('one', [container('main')]));
    await client.RegisterTaskDefinition(
      definition('chain', [container('first'), container('second', 'first'), container('third', 'second')]),
    );
    const raw = new RawDocker(engine.engine.socket);
    const rig = { cluster, raw, started: new StartedTasks(cluster.longshore, 'default') };
    await launch(rig, 'one', 1);
    await raw.runLike('longshore.task');
    await stopAll(cluster);
    return rig;
  } catch (thrown) {
    await cluster.stop();
    throw thrown;
  }
}

function container(name: string, after?: string): ContainerDefinition {
  return {
    name,
    image: idle.image,
    command: idle.command,
    memory: idle.memoryMiB,
    // The engine's own weight, as the plain containers have it: without `cpu` ECS gives 2 shares of 1024, with which what
    // runs inside, beginning with its set-up, waits for everybody else.
    cpu: 1024,
    essential: true,
    ...(after === undefined ? {} : { dependsOn: [{ containerName: after, condition: 'START' }] }),
  };
}

function definition(family: string, containerDefinitions: readonly ContainerDefinition[]) {
  return { family, networkMode: 'bridge' as const, containerDefinitions };
}

/** Where the time of one launch goes, in milliseconds from the request, as cluster and engine say themselves. */
interface Stages {
  readonly answered: number;
  readonly pullStarted: number;
  readonly pullStopped: number;
  readonly engineCreated: number;
  readonly engineStarted: number;
  readonly running: number;
}

/** From the request until DescribeTasks shows all of them RUNNING; every task once. */
async function launch(rig: Rig, family: string, count: number): Promise<number> {
  return (await launched(rig, family, count)).tookMs;
}

interface Launched {
  readonly tookMs: number;
  readonly beganWallMs: number;
  readonly answeredMs: number;
  readonly tasks: readonly Task[];
}

async function launched({ cluster, started }: Rig, family: string, count: number): Promise<Launched> {
  const { client } = cluster;
  const startedMs = performance.now();
  const tags = count > 10 ? [{ key: 'longshore:count', value: String(count) }] : [];
  const { tasks = [], failures = [] } = await client.RunTask({
    taskDefinition: family,
    tags,
    ...(count > 10 ? {} : { count }),
  });
  if (failures.length > 0 || tasks.length !== count)
    throw new Error(`${tasks.length} tasks of ${count}: ${JSON.stringify(failures)}`);
  const answeredMs = performance.now() - startedMs;
  const arns = tasks.map((t) => t.taskArn ?? '');
  await started.until(arns, 120_000);
  for (;;) {
    const shown = (await client.DescribeTasks({ tasks: arns })).tasks ?? [];
    checkAlive(shown);
    if (shown.filter((t) => t.lastStatus === 'RUNNING').length === count) {
      const tookMs = performance.now() - startedMs;
      return { tookMs, beganWallMs: Date.now() - tookMs, answeredMs, tasks: shown };
    }
    await pause(5);
  }
}

async function stagesOf(raw: RawDocker, launch: Launched): Promise<Stages> {
  const [task] = launch.tasks;
  const { createdMs, startedMs } = await raw.times('longshore.task');
  const since = (wallMs: number): number => wallMs - launch.beganWallMs;
  const at = (time: Timestamp | undefined): number => (time ? since(fromTimestamp(time)) : Number.NaN);
  return {
    answered: launch.answeredMs,
    pullStarted: at(task?.pullStartedAt),
    pullStopped: at(task?.pullStoppedAt),
    engineCreated: since(createdMs),
    engineStarted: since(startedMs),
    running: launch.tookMs,
  };
}

function checkAlive(tasks: readonly Task[]): void {
  const dead = tasks.find((t) => t.lastStatus === 'STOPPED');
  if (dead) throw new Error(`task ${dead.taskArn} stopped: ${dead.stoppedReason}`);
}

/** Stops every task and waits until the cluster has seen it. */
async function stopAll(cluster: BenchCluster): Promise<void> {
  const { client } = cluster;
  for (;;) {
    const { taskArns = [] } = await client.ListTasks({ desiredStatus: 'RUNNING' });
    if (taskArns.length === 0) break;
    await Promise.all(taskArns.map((task) => client.StopTask({ task })));
  }
  for (;;) {
    const { clusters = [] } = await client.DescribeClusters({ clusters: ['default'] });
    const [found] = clusters;
    if ((found?.runningTasksCount ?? 0) + (found?.pendingTasksCount ?? 0) === 0) return;
    await pause(50);
  }
}

async function benchOne(rig: Rig, pairs: number): Promise<Figures> {
  const stages: Stages[] = [];
  const measured = await inTurns(
    pairs,
    () => ourOne(rig, stages),
    () => rawOne(rig),
  );
  const differences = measured.map(([ours, theirs]) => ours - theirs);
  const figures = {
    oneTaskMs: round(median(measured.map(([ours]) => ours)), 1),
    oneRawMs: round(median(measured.map(([, theirs]) => theirs)), 1),
    oneTaskOverRawMs: round(median(differences), 1),
    oneTaskOverRawLowestMs: round(Math.min(...differences), 1),
    oneTaskOverRawHighestMs: round(Math.max(...differences), 1),
  };
  console.log(
    `  one task: ${figures.oneTaskMs} ms, plain create + start ${figures.oneRawMs} ms, over it ${figures.oneTaskOverRawMs} ms (${figures.oneTaskOverRawLowestMs} to ${figures.oneTaskOverRawHighestMs}), ${pairs} pairs`,
  );
  const at = mediansOf(stages);
  console.log(
    `    ${Object.entries(at)
      .map(([name, ms]) => `${name} at ${ms}`)
      .join(', ')} ms`,
  );
  return { ...figures, oneTaskStagesMs: at };
}

function mediansOf(stages: readonly Stages[]): Stages {
  const of = (name: keyof Stages): number => round(median(stages.map((s) => s[name])), 1);
  return {
    answered: of('answered'),
    pullStarted: of('pullStarted'),
    pullStopped: of('pullStopped'),
    engineCreated: of('engineCreated'),
    engineStarted: of('engineStarted'),
    running: of('running'),
  };
}

async function ourOne(rig: Rig, stages: Stages[]): Promise<number> {
  const { cluster, raw } = rig;
  const launch = await launched(rig, 'one', 1);
  const ms = launch.tookMs;
  stages.push(await stagesOf(raw, launch));
  await stopAll(cluster);
  await raw.clear('longshore.task');
  return ms;
}

async function rawOne({ raw }: Rig): Promise<number> {
  const ms = await raw.runMany(1, 1, network);
  if ((await raw.running('longshore.bench')) !== 1) throw new Error('the plain container does not run');
  await raw.clear('longshore.bench');
  return ms;
}

/** Three containers, each after the one before, beside the same by hand. */
async function benchChain(rig: Rig, pairs: number): Promise<Figures> {
  const ours = async (): Promise<number> => {
    const ms = await launch(rig, 'chain', 1);
    await stopAll(rig.cluster);
    await rig.raw.clear('longshore.task');
    return ms;
  };
  const byHand = async (): Promise<number> => {
    const ms = await rig.raw.runMany(3, 1, network);
    await rig.raw.clear('longshore.bench');
    return ms;
  };
  const measured = await inTurns(pairs, ours, byHand);
  const figures = {
    chainTaskMs: round(median(measured.map(([a]) => a)), 1),
    chainRawMs: round(median(measured.map(([, b]) => b)), 1),
    chainOverRawMs: round(median(measured.map(([a, b]) => a - b)), 1),
  };
  console.log(
    `  three containers in a chain: ${figures.chainTaskMs} ms, by hand ${figures.chainRawMs} ms, over it ${figures.chainOverRawMs} ms, ${pairs} pairs`,
  );
  return figures;
}

interface Many {
  readonly pairs: number;
  readonly tasks: number;
}

async function benchMany(rig: Rig, { pairs, tasks }: Many): Promise<Figures> {
  const { raw } = rig;
  const searched: [number, number][] = [];
  for (const atOnce of [2, 4, 8, 16, 32].filter((n) => n <= tasks)) {
    searched.push([atOnce, await raw.runMany(tasks, atOnce, network)]);
    await raw.clear('longshore.bench');
  }
  const [best] = searched.reduce((a, b) => (b[1] < a[1] ? b : a));
  console.log(
    `    plain, so many at a time: ${searched.map(([n, ms]) => `${n}: ${round(ms)} ms`).join(', ')}`,
  );
  const theirs = async (): Promise<number> => {
    const ms = await raw.runMany(tasks, best, network);
    if ((await raw.running('longshore.bench')) !== tasks) throw new Error('a plain container does not run');
    await raw.clear('longshore.bench');
    return ms;
  };
  const measured = await inTurns(pairs, () => ourMany(rig, tasks), theirs);
  const ratio = ratioOf(measured);
  const figures = {
    tasks,
    rawBestParallelism: best,
    manyTasksMs: round(median(measured.map(([a]) => a))),
    manyRawMs: round(median(measured.map(([, b]) => b))),
    launchRatioToRaw: ratio,
  };
  console.log(
    `  ${tasks} tasks: ${figures.manyTasksMs} ms, plain, ${best} at a time: ${figures.manyRawMs} ms, ratio ${ratio.median} (${ratio.lowest} to ${ratio.highest}), ${pairs} pairs`,
  );
  return figures;
}

async function ourMany(rig: Rig, tasks: number): Promise<number> {
  const { cluster, raw } = rig;
  const ms = await launch(rig, 'one', tasks);
  if ((await raw.running('longshore.task')) !== tasks) throw new Error('not every task has one container');
  await stopAll(cluster);
  await raw.clear('longshore.task');
  return ms;
}

/** On an engine of its own: `swarm init` changes an engine's networks. */
async function benchSwarm(rig: Rig, { pairs, tasks }: Many): Promise<Figures> {
  return withEngine(async (engine) => {
    const pid = readFileSync(join(engine.directory, 'pid'), 'utf8').trim();
    const ip = (...args: string[]): unknown =>
      execFileSync('nsenter', [`--net=/proc/${pid}/ns/net`, 'ip', ...args], { stdio: 'pipe' });
    ip('link', 'set', 'lo', 'up');
    ip('address', 'add', `${swarmAddress}/32`, 'dev', 'lo');
    const swarm = new RawDocker(engine.engine.socket);
    await swarm.swarmInit(swarmAddress);
    await swarm.swarmService(1);
    const measured = await inTurns(
      pairs,
      () => ourMany(rig, tasks),
      () => swarm.swarmService(tasks),
    );
    const ratio = ratioOf(measured);
    const figures = {
      swarmMs: round(median(measured.map(([, b]) => b))),
      besideSwarmMs: round(median(measured.map(([a]) => a))),
      launchRatioToSwarm: ratio,
    };
    console.log(
      `  ${tasks} tasks beside Swarm: ${figures.besideSwarmMs} ms, service create: ${figures.swarmMs} ms, ratio ${ratio.median} (${ratio.lowest} to ${ratio.highest}), ${pairs} pairs`,
    );
    return figures;
  });
}

function dockerVersion(): string {
  return execFileSync('dockerd', ['--version'], { encoding: 'utf8' }).trim().replace('Docker version ', '');
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function numberOf(option: BenchOptions[string] | undefined, otherwise: number): number {
  return typeof option === 'number' ? option : otherwise;
}
