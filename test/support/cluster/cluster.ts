import { FakeClock, type Random, seededRandom } from '@longshore/kit';
import type { EcsServiceOperations, Service, TaskDefinition } from '@longshore/model';
import { MemoryBackend } from '@longshore/store';
import type { OperationName } from '../../../packages/control-plane/src/api/operation.js';
import { type Config, parseConfig } from '../../../packages/control-plane/src/config/config.js';
import { mergeSources } from '../../../packages/control-plane/src/config/sources.js';
import { Auditor } from './auditor.js';
import { SimHost, type SimHostParts, type TaskFate } from './host.js';
import { SimReplica } from './replica.js';

export interface SimClusterOptions {
  readonly seed: number;
  readonly replicas?: number;
  readonly hosts?: number;
  readonly flags?: Readonly<Record<string, string>>;
  readonly resources?: SimHostParts['resources'];
  /** Whether every change is checked: false where the cluster is large and its time is measured. */
  readonly audited?: boolean;
}

const defaultFate: TaskFate = { startsAfterMs: 200, stopsAfterMs: 300 };
const zones = ['us-east-1a', 'us-east-1b', 'us-east-1c'];

/**
 * A whole cluster in one process: replicas on one store in memory, hosts that run tasks in their heads, one clock that
 * only the test moves, one seed for everything that is random. The same seed plays the same story.
 */
export class SimCluster {
  readonly clock = new FakeClock();
  readonly random: Random;
  readonly backend: MemoryBackend;
  readonly config: Config;
  readonly auditor: Auditor;
  readonly replicas: SimReplica[] = [];
  readonly hosts: SimHost[] = [];
  /** By `family:revision`; what is not here runs on for ever. */
  readonly fates = new Map<string, TaskFate>();
  readonly #resources: SimHostParts['resources'];
  #names = 0;

  private constructor({ seed, flags, resources }: SimClusterOptions) {
    this.random = seededRandom(seed);
    this.config = configOf(flags ?? {});
    this.backend = new MemoryBackend({ clock: this.clock });
    this.#resources = resources;
    const { backend, clock, random } = this;
    this.auditor = new Auditor({ backend, clock, random, healthyAfterMs: this.config.healthyAfterMs });
  }

  static async open(options: SimClusterOptions): Promise<SimCluster> {
    const cluster = new SimCluster(options);
    await cluster.while(cluster.auditor.start(options.audited ?? true));
    for (let i = 0; i < (options.replicas ?? 1); i++) await cluster.addReplica();
    await cluster.until(() => cluster.replicas.some((r) => r.leader.leads), 20_000);
    for (let i = 0; i < (options.hosts ?? 3); i++) cluster.addHost();
    await cluster.advance(1000);
    return cluster;
  }

  async addReplica(): Promise<SimReplica> {
    const { backend, clock, random, config } = this;
    const name = `replica-${++this.#names}`;
    const replica = new SimReplica({ name, backend, clock, random, config });
    this.replicas.push(replica);
    await this.while(replica.start());
    return replica;
  }

  addHost(parts: Partial<SimHostParts> = {}): SimHost {
    const n = this.hosts.length;
    const host = new SimHost({
      name: `host-${n + 1}`,
      clock: this.clock,
      random: this.random,
      dispatcher: () => this.#anyReplica()?.dispatcher,
      fateOf: (definition) => this.fates.get(definition) ?? defaultFate,
      zone: zones[n % zones.length] ?? '',
      resources: this.#resources,
      ...parts,
    });
    this.hosts.push(host);
    host.start();
    return host;
  }

  /** Stops everything; nothing may be called afterwards. */
  async close(): Promise<void> {
    await this.while(Promise.all(this.hosts.map((host) => host.stop())));
    await this.while(Promise.all(this.replicas.map((replica) => replica.stop())));
    await this.while(this.auditor.stop());
  }

  advance(ms: number): Promise<void> {
    return this.clock.advance(ms);
  }

  /** Moves the clock on until the promise has settled. */
  async while<T>(promise: Promise<T>): Promise<T> {
    let isOver = false;
    const over = (): void => {
      isOver = true;
    };
    promise.then(over, over);
    for (let i = 0; i < 10_000 && !isOver; i++) await this.advance(i < 5 ? 0 : 50);
    return await promise;
  }

  /** Moves the clock on until the check holds. Throws with the cluster's state when it does not in time. */
  async until(check: () => boolean | Promise<boolean>, withinMs: number, everyMs = 100): Promise<void> {
    const endMs = this.clock.monotonicMs() + withinMs;
    while (!(await check())) {
      if (this.clock.monotonicMs() >= endMs)
        throw new Error(`not within ${withinMs} ms:\n${this.describe()}`);
      await this.advance(everyMs);
    }
  }

  call<N extends OperationName>(
    name: N,
    request: EcsServiceOperations[N]['request'],
  ): Promise<EcsServiceOperations[N]['response']> {
    const replica = this.#anyReplica();
    if (!replica) throw new Error('no replica lives');
    return this.while(replica.call(name, request));
  }

  /** Registers a revision; `fate` is what becomes of its tasks. */
  async define(family: string, fate?: TaskFate, overrides: Partial<TaskDefinition> = {}): Promise<string> {
    const { taskDefinition } = await this.call('RegisterTaskDefinition', {
      family,
      containerDefinitions: [{ name: 'app', image: 'busybox:1.36', cpu: 100, memory: 100 }],
      ...overrides,
    });
    const name = `${family}:${taskDefinition?.revision ?? 0}`;
    if (fate) this.fates.set(name, fate);
    return name;
  }

  async service(name: string): Promise<Service> {
    const { services = [] } = await this.call('DescribeServices', { services: [name] });
    const [service] = services;
    if (!service) throw new Error(`there is no service ${name}`);
    return service;
  }

  /** As the waiter services-stable has it. */
  async isStable(name: string): Promise<boolean> {
    const { deployments = [], runningCount, desiredCount } = await this.service(name);
    return deployments.length === 1 && runningCount === desiredCount;
  }

  stable(name: string, withinMs = 300_000): Promise<void> {
    return this.until(() => this.isStable(name), withinMs);
  }

  /** The replica that leads, if one does. */
  get leader(): SimReplica | undefined {
    return this.replicas.find((replica) => replica.isAlive && replica.leader.leads);
  }

  hostOf(instance: string): SimHost | undefined {
    return this.hosts.find((host) => host.instance === instance);
  }

  #anyReplica(): SimReplica | undefined {
    const alive = this.replicas.filter((replica) => replica.isAlive);
    return alive[Math.floor(this.random.next() * alive.length)];
  }

  /** What there is, for a test that gives up. */
  describe(): string {
    const { store } = this.auditor;
    const tasks = [...store.tasks.inCluster('default')].map(
      (t) =>
        `  task ${t.id.slice(0, 8)} ${t.service}/${t.deployment.slice(0, 4)} ${t.family}:${t.definitionRevision} on ${this.hostOf(t.instance)?.name ?? t.instance} ${t.lastStatus} wants ${t.desiredStatus}`,
    );
    const services = [...store.list({ kind: 'service', names: [], path: 'live/services/' })].map(
      ({ key, value }) =>
        `  service ${key.names[1]} ${value.status} ${value.primaryDeployment.slice(0, 4)} ${JSON.stringify(value.throttle ?? {})}`,
    );
    const deployments = [...store.list({ kind: 'deployment', names: [], path: 'live/deployments/' })].map(
      ({ key, value }) =>
        `  deployment ${key.names[2]?.slice(0, 4)} ${value.status} ${value.rolloutState} ${value.deploymentStatus} ${value.lifecycleStage} failed ${value.failureCount}`,
    );
    const replicas = this.replicas.map((r) => `  ${r.name} alive ${r.isAlive} leads ${r.leader.leads}`);
    const hosts = this.hosts.map((h) => `  ${h.name} ${h.instance.slice(0, 8)} connected ${h.isConnected}`);
    const at = `at ${Math.round(this.clock.monotonicMs())} ms`;
    return [at, ...replicas, ...hosts, ...services, ...deployments, ...tasks].join('\n');
  }
}

function configOf(flags: Readonly<Record<string, string>>): Config {
  const said = mergeSources({ flags: { 'memory-store': 'true', ...flags }, variables: {} });
  if (!said.ok) throw new Error(said.problems.join('\n'));
  const config = parseConfig(said.value);
  if (!config.ok) throw new Error(config.problems.join('\n'));
  return config.value;
}
