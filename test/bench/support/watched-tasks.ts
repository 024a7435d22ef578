import { type Channel, type EcsClient, ecsClient, openChannel, RpcError } from '@longshore/rpc';
import type { BenchCluster } from './cluster.js';
import { type Crowd, crowdCluster, families } from './crowd.js';
import { untilSettled } from './settle.js';

const plain = families.filter((family) => family !== 'port');
const askEveryMs = 20;
/** A call is sent again for so long: longer than any of the recoveries may take. */
const patienceMs = 60_000;

interface Wanted {
  readonly name: string;
  desiredCount: number;
}

/** Services and single tasks of which it is known at any time what has to run, beside what the agents hold. */
export class Watched {
  readonly client: EcsClient;
  readonly #channel: Channel;
  readonly #crowd: Crowd;
  readonly #services: readonly Wanted[];
  /** Ids of tasks that RunTask has answered. */
  readonly #asked = new Set<string>();
  #turn = 0;

  private constructor(channel: Channel, crowd: Crowd, services: readonly Wanted[]) {
    this.#channel = channel;
    this.client = ecsClient(channel);
    this.#crowd = crowd;
    this.#services = services;
  }

  /** All of them run. */
  static async start(cluster: BenchCluster, crowd: Crowd, tasks: number): Promise<Watched> {
    const endpoints = cluster.servers.map((server) => server.endpoint);
    const channel = openChannel({ endpoints, cluster: crowdCluster, retryForMs: patienceMs });
    const services = plain.map((family, i) => ({
      name: `keeps-${family}`,
      family,
      desiredCount: Math.floor(tasks / plain.length) + (i < tasks % plain.length ? 1 : 0),
    }));
    const watched = new Watched(channel, crowd, services);
    for (const { name: serviceName, family: taskDefinition, desiredCount } of services)
      await watched.client.CreateService({ serviceName, taskDefinition, desiredCount });
    await watched.untilAllRun();
    return watched;
  }

  close(): void {
    this.#channel.close();
  }

  get desired(): number {
    return this.#services.reduce((sum, { desiredCount }) => sum + desiredCount, this.#asked.size);
  }

  /** Has a service want one task more; resolves when it has its place. */
  async oneMore(): Promise<void> {
    const service = this.#services[this.#turn++ % this.#services.length];
    if (!service) throw new Error('there is no service');
    service.desiredCount++;
    const request = { service: service.name, desiredCount: service.desiredCount };
    await again(() => this.client.UpdateService(request));
    await untilSettled(
      async () => {
        const { services = [] } = await this.client.DescribeServices({ services: [service.name] });
        const { runningCount = 0, pendingCount = 0 } = services[0] ?? {};
        const placed = runningCount + pendingCount;
        return placed >= service.desiredCount ? undefined : `${service.name}: ${placed} have a place`;
      },
      { everyMs: askEveryMs },
    );
  }

  /**
   * A task by RunTask. Asked for again while it is refused since every agent is between two sessions: all may have hung
   * on the server that was killed.
   */
  async runOne(): Promise<void> {
    const request = { taskDefinition: plain[0] ?? '', group: 'single' };
    for (const untilMs = Date.now() + patienceMs; ; ) {
      const { tasks = [], failures = [] } = await this.client.RunTask(request, { timeoutMs: patienceMs });
      const arn = tasks[0]?.taskArn;
      if (arn !== undefined) {
        this.#asked.add(arn.slice(-32));
        return;
      }
      if (failures.some(({ reason }) => reason !== 'AGENT') || Date.now() > untilMs)
        throw new Error(`no task was started: ${JSON.stringify(failures)}`);
      await new Promise((resolve) => setTimeout(resolve, askEveryMs));
    }
  }

  /** Until every service counts what it wants, and what was asked for by itself runs too. */
  async untilAllRun(): Promise<void> {
    await untilSettled(
      async () => {
        const { services = [] } = await this.client.DescribeServices({
          services: this.#services.map(({ name }) => name),
        });
        const behind = services.filter((s) => s.runningCount !== s.desiredCount || s.pendingCount !== 0);
        if (behind.length > 0) {
          const running = services.reduce((sum, s) => sum + (s.runningCount ?? 0), 0);
          return `${running} tasks of services run; behind: ${behind.map((s) => s.serviceName).join(', ')}`;
        }
        const idle = await this.#notRunning();
        return idle.length === 0 ? undefined : `${idle.length} single tasks do not run`;
      },
      { everyMs: askEveryMs },
    );
  }

  /** What the agents hold, but the lost one. Throws where a task is on two. */
  async held(lost?: number): Promise<ReadonlySet<string>> {
    const ids = new Set<string>();
    for (const [agent, tasks] of await this.#crowd.held()) {
      if (agent === lost) continue;
      for (const task of tasks) {
        if (ids.has(task)) throw new Error(`task ${task} runs on two instances`);
        ids.add(task);
      }
    }
    return ids;
  }

  /**
   * What runs is what should: on one agent each, as many as are wanted, and the control plane lists the same. `kept`
   * are tasks that had no reason to end.
   */
  async audit(kept: Iterable<string>, lost?: number): Promise<void> {
    const mustRun = [...kept, ...this.#asked];
    await untilSettled(async () => {
      const held = await this.held(lost);
      const onLost = new Set((await this.#crowd.held()).find(([agent]) => agent === lost)?.[1]);
      const missing = mustRun.filter((task) => !held.has(task) && !onLost.has(task));
      if (missing.length > 0) return `${missing.length} tasks are lost, the first ${missing[0]}`;
      const listed = (await this.#listed()).filter((task) => !onLost.has(task));
      const unheld = listed.filter((task) => !held.has(task));
      if (unheld.length > 0) return `${unheld.length} tasks are listed that no agent holds`;
      if (listed.length !== held.size) return `${listed.length} tasks are listed, ${held.size} run`;
      const wanted = this.desired - [...this.#asked].filter((task) => onLost.has(task)).length;
      if (held.size === wanted) return undefined;
      return `${held.size} tasks run, ${wanted} are wanted; services say: ${await this.#saidByServices()}`;
    });
    await this.#crowd.told();
  }

  async #saidByServices(): Promise<string> {
    const { services = [] } = await this.client.DescribeServices({
      services: this.#services.map(({ name }) => name),
    });
    const said = services.map((s) => [
      `${s.runningCount} of ${s.desiredCount} run, ${s.pendingCount} pending`,
      s.events?.[0]?.message ?? '',
    ]);
    return said.map((words) => words.join(', ')).join('; ');
  }

  async #notRunning(): Promise<readonly string[]> {
    const asked = [...this.#asked];
    const idle: string[] = [];
    for (let i = 0; i < asked.length; i += 100) {
      const { tasks = [] } = await this.client.DescribeTasks({ tasks: asked.slice(i, i + 100) });
      const running = new Set(
        tasks.filter((t) => t.lastStatus === 'RUNNING').map((t) => t.taskArn?.slice(-32)),
      );
      idle.push(...asked.slice(i, i + 100).filter((task) => !running.has(task)));
    }
    return idle;
  }

  async #listed(): Promise<readonly string[]> {
    const ids: string[] = [];
    let nextToken: string | undefined;
    do {
      const answer = await this.client.ListTasks({ maxResults: 100, ...(nextToken ? { nextToken } : {}) });
      ids.push(...(answer.taskArns ?? []).map((arn) => arn.slice(-32)));
      nextToken = answer.nextToken;
    } while (nextToken);
    return ids;
  }
}

/** A call that does the same however often it is carried out, until it is answered. */
async function again<T>(call: () => Promise<T>): Promise<T> {
  for (const untilMs = Date.now() + patienceMs; ; )
    try {
      return await call();
    } catch (thrown) {
      if (!(thrown instanceof RpcError) || !thrown.retryable || Date.now() > untilMs) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, askEveryMs));
    }
}
