import { PrivateEngine } from '../support/private-engine.js';
import type { BenchOptions, Figures } from './main.js';
import { BenchCluster } from './support/cluster.js';
import { Crowd } from './support/crowd.js';
import { round, setUp } from './support/figures.js';
import { type Usage, usageOf } from './support/programs.js';
import { idle } from './support/raw-docker.js';

export const description = 'at rest: processor and memory of the server by agents, of the agent by tasks';

const settledAfterMs = 30_000;

interface AtRest {
  /** Of one core. */
  readonly cpuPercent: number;
  readonly rssMiB: number;
}

/**
 * `--agents 0,1000,5000`, `--tasks 0,20`, `--seconds`: how long each is watched; a minute holds what each agent says of
 * its host, its poll comes every four. Needs root and dockerd for tasks.
 */
export async function run(options: BenchOptions): Promise<Figures> {
  const short = options.short === true;
  const seconds = numberOf(options.seconds, short ? 2 : 60);
  const agents = listOf(options.agents, short ? [0, 10] : [0, 1000, 5000]);
  const tasks = listOf(options.tasks, short ? [0, 2] : [0, 20]);
  console.log(`rest on ${setUp()}, ${seconds} s each, from /proc`);
  const figures: Record<string, AtRest> = {};
  for (const count of agents) {
    const rest = await serverAtRest(count, seconds);
    console.log(`  server, ${count} agents: ${rest.cpuPercent} % of a core, ${rest.rssMiB} MiB`);
    figures[`server${count}Agents`] = rest;
  }
  if (tasks.length > 0) Object.assign(figures, await agentAtRest(tasks, seconds));
  return figures;
}

async function serverAtRest(agents: number, seconds: number): Promise<AtRest> {
  const cluster = await BenchCluster.start();
  try {
    const crowd = await Crowd.start(cluster, agents, 1, { processes: agents === 0 ? 0 : 2 });
    try {
      const rest = await watch(cluster.server.program.pid, seconds);
      const { clusters = [] } = await cluster.client.DescribeClusters({ clusters: ['default'] });
      const joined = clusters[0]?.registeredContainerInstancesCount ?? 0;
      if (joined !== agents) throw new Error(`${joined} instances of ${agents} are registered`);
      return rest;
    } finally {
      await crowd.end();
    }
  } finally {
    await cluster.stop();
  }
}

async function agentAtRest(tasks: readonly number[], seconds: number): Promise<Record<string, AtRest>> {
  const engine = await PrivateEngine.start({ bridge: true });
  const figures: Record<string, AtRest> = {};
  try {
    const cluster = await BenchCluster.start();
    try {
      const agent = await cluster.addAgent(engine.url);
      const main = { name: 'main', image: idle.image, command: idle.command, memory: idle.memoryMiB };
      await cluster.client.RegisterTaskDefinition({ family: 'rest', containerDefinitions: [main] });
      let running = 0;
      for (const count of tasks) {
        running = await upTo(cluster, running, count);
        const rest = await watch(agent.program.pid, seconds);
        console.log(`  agent, ${count} tasks: ${rest.cpuPercent} % of a core, ${rest.rssMiB} MiB`);
        figures[`agent${count}Tasks`] = rest;
      }
    } finally {
      await cluster.stop();
    }
  } finally {
    await engine.close();
  }
  return figures;
}

async function upTo({ client }: BenchCluster, running: number, count: number): Promise<number> {
  if (count <= running) return running;
  const tags = [{ key: 'longshore:count', value: String(count - running) }];
  const { failures = [] } = await client.RunTask({ taskDefinition: 'rest', tags });
  if (failures.length > 0) throw new Error(`not placed: ${JSON.stringify(failures[0])}`);
  for (;;) {
    const { clusters = [] } = await client.DescribeClusters({ clusters: ['default'] });
    if (clusters[0]?.runningTasksCount === count) return count;
    await pause(100);
  }
}

/**
 * After whatever came before has settled: V8 tidies up the heap of a start, or of a burst, for some 25 s (0.3 s of
 * processor), which is not what rest costs.
 */
async function watch(pid: number, seconds: number): Promise<AtRest> {
  await pause(seconds < settledAfterMs / 1000 ? 3000 : settledAfterMs);
  const before: Usage = usageOf(pid);
  const startedMs = performance.now();
  await pause(seconds * 1000);
  const after = usageOf(pid);
  const elapsed = (performance.now() - startedMs) / 1000;
  const cpuPercent = round(((after.cpuSeconds - before.cpuSeconds) / elapsed) * 100, 2);
  return { cpuPercent, rssMiB: round(after.rssMiB) };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function listOf(option: BenchOptions[string] | undefined, otherwise: readonly number[]): readonly number[] {
  if (option === undefined) return otherwise;
  return String(option)
    .split(',')
    .filter((text) => text !== '' && text !== 'none')
    .map(Number);
}

function numberOf(option: BenchOptions[string] | undefined, otherwise: number): number {
  return typeof option === 'number' ? option : otherwise;
}
