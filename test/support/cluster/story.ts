import type { Random } from '@longshore/kit';
import { SimCluster } from './cluster.js';
import type { TaskFate } from './host.js';

/** What a story ended with: nothing may be wrong. */
export interface StoryEnd {
  readonly faults: readonly string[];
  /** What was done, in order, for whoever replays the seed. */
  readonly log: readonly string[];
}

/** For whoever reads that it failed, and wants to see it fail again; undefined: nothing was wrong. */
export function failureOf(seed: number, { faults, log }: StoryEnd): string | undefined {
  if (faults.length === 0) return undefined;
  return `seed ${seed} (LONGSHORE_SEED=${seed} plays it again):\n${[...log, ...faults].join('\n')}`;
}

const good: TaskFate = { startsAfterMs: 300, stopsAfterMs: 400 };
const bads: readonly TaskFate[] = [
  { startsAfterMs: 200, exitsAfterMs: 1500, stopsAfterMs: 200 },
  { startsAfterMs: 200, failsToStart: true, stopsAfterMs: 200 },
];
const percentages = [
  { minimumHealthyPercent: 100, maximumPercent: 200 },
  { minimumHealthyPercent: 50, maximumPercent: 100 },
  { minimumHealthyPercent: 0, maximumPercent: 100 },
  { minimumHealthyPercent: 50, maximumPercent: 200 },
  { minimumHealthyPercent: 100, maximumPercent: 150 },
] as const;

/** Plays one story: a service goes through what its seed has in store, then everything is mended and must settle. */
export async function playStory(seed: number): Promise<StoryEnd> {
  const sim = await SimCluster.open({
    seed,
    replicas: 1 + (seed % 2),
    hosts: 2 + (seed % 3),
    flags: { 'healthy-after': '3s', 'instance-timeout': '6s', 'replace-after': '6s' },
    resources: { cpuUnits: 1200, memoryMiB: 1200 },
  });
  const story = new Story(sim, sim.random);
  try {
    await story.play();
    return { faults: [...sim.auditor.breaches, ...story.doubleStarts()], log: story.log };
  } catch (thrown) {
    const message = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    return { faults: [...sim.auditor.breaches, message], log: story.log };
  } finally {
    await sim.close();
  }
}

class Story {
  readonly log: string[] = [];
  readonly #sim: SimCluster;
  readonly #random: Random;

  constructor(sim: SimCluster, random: Random) {
    this.#sim = sim;
    this.#random = random;
  }

  async play(): Promise<void> {
    const sim = this.#sim;
    await sim.define('web', good);
    const desiredCount = 1 + this.#below(6);
    const percent = this.#pick(percentages);
    const deploymentConfiguration = {
      ...percent,
      deploymentCircuitBreaker: { enable: true, rollback: true },
    };
    this.#say(`create ${desiredCount} tasks, ${JSON.stringify(percent)}`);
    await sim.call('CreateService', {
      serviceName: 'web',
      taskDefinition: 'web',
      desiredCount,
      deploymentConfiguration,
    });
    const steps = 3 + this.#below(5);
    for (let i = 0; i < steps; i++) {
      await sim.advance(this.#below(12_000));
      await this.#step();
    }
    await this.#settle();
  }

  async #step(): Promise<void> {
    const steps = [
      () => this.#update(good),
      () => this.#update(good),
      () => this.#update(this.#pick(bads)),
      () => this.#scale(),
      () => this.#crash(),
      () => this.#cut(),
      () => this.#mend(),
      () => this.#killLeader(),
      () => this.#drain(),
      () => this.#stopTask(),
      () => this.#force(),
    ];
    await this.#pick(steps)();
  }

  async #update(fate: TaskFate): Promise<void> {
    const definition = await this.#sim.define('web', fate);
    this.#say(`update to ${definition}, which ${fate === good ? 'works' : 'fails'}`);
    await this.#sim.call('UpdateService', { service: 'web', taskDefinition: definition });
  }

  async #force(): Promise<void> {
    this.#say('force a new deployment');
    await this.#sim.call('UpdateService', { service: 'web', forceNewDeployment: true });
  }

  async #scale(): Promise<void> {
    const desiredCount = this.#below(8);
    this.#say(`scale to ${desiredCount}`);
    await this.#sim.call('UpdateService', { service: 'web', desiredCount });
  }

  async #crash(): Promise<void> {
    const host = this.#pick(this.#sim.hosts);
    const [task] = host.tasks.keys();
    if (task === undefined) return;
    this.#say(`task ${task} exits on ${host.name}`);
    host.crash(task);
  }

  async #stopTask(): Promise<void> {
    const { taskArns = [] } = await this.#sim.call('ListTasks', { serviceName: 'web' });
    const task = taskArns[0];
    if (task === undefined) return;
    this.#say(`stop ${task}`);
    await this.#sim.call('StopTask', { task });
  }

  async #cut(): Promise<void> {
    const host = this.#pick(this.#sim.hosts);
    this.#say(`cut ${host.name} off`);
    host.cut();
  }

  async #mend(): Promise<void> {
    this.#say('mend every link');
    for (const host of this.#sim.hosts) host.mend();
  }

  async #killLeader(): Promise<void> {
    const { leader } = this.#sim;
    if (!leader) return;
    this.#say(`kill ${leader.name}, which leads`);
    leader.kill();
    await this.#sim.addReplica();
  }

  async #drain(): Promise<void> {
    const host = this.#pick(this.#sim.hosts);
    if (host.instance === '') return;
    const status = this.#random.next() < 0.5 ? 'DRAINING' : 'ACTIVE';
    this.#say(`${host.name} becomes ${status}`);
    await this.#sim.call('UpdateContainerInstancesState', { containerInstances: [host.instance], status });
  }

  /** Whatever happened: with links, hosts and a definition that works, the service gets what it wants. */
  async #settle(): Promise<void> {
    const sim = this.#sim;
    await this.#mend();
    const containerInstances = sim.hosts.map((h) => h.instance).filter((id) => id !== '');
    await sim.call('UpdateContainerInstancesState', { containerInstances, status: 'ACTIVE' });
    await this.#update(good);
    // One task at 50/100 can neither go first nor come second: that is ECS's, and an event says so.
    const deploymentConfiguration = { minimumHealthyPercent: 100, maximumPercent: 200 };
    await sim.call('UpdateService', { service: 'web', deploymentConfiguration });
    await sim.until(() => this.#isSettled(), 300_000, 1000);
  }

  async #isSettled(): Promise<boolean> {
    const { desiredCount, runningCount, deployments = [] } = await this.#sim.service('web');
    const [only] = deployments;
    return (
      deployments.length === 1 &&
      only?.rolloutState === 'COMPLETED' &&
      runningCount === desiredCount &&
      // Every stop is counted and gone to the history.
      this.#sim.auditor.store.tasks.size === desiredCount
    );
  }

  /** No host ever started a task a second time. */
  doubleStarts(): readonly string[] {
    const all = this.#sim.hosts.flatMap((host) => host.started);
    return all.length === new Set(all).size ? [] : ['a task was started twice'];
  }

  #say(text: string): void {
    this.log.push(`${Math.round(this.#sim.clock.monotonicMs())} ms: ${text}`);
  }

  #below(n: number): number {
    return Math.floor(this.#random.next() * n);
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#below(items.length)] as T;
  }
}
