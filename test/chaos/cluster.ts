import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@longshore/kit';
import { type Channel, type EcsClient, ecsClient, openChannel } from '@longshore/rpc';
import { build } from '../e2e/dev-cluster.js';
import { freePort, TestEtcd } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { ChaosProcess } from './process.js';
import type { Planned } from './schedule.js';

export const serverNames = ['server-a', 'server-b'] as const;
export const agentNames = ['agent-1', 'agent-2', 'agent-3'] as const;
/** What an instance has: eight tasks of 16 MiB. */
export const instanceMemoryMiB = 128;

/** etcd, two servers, three agents on the machine's engine, each with links of its own to both servers. */
export class ChaosCluster {
  readonly etcd: TestEtcd;
  readonly folder: string;
  readonly processes = new Map<string, ChaosProcess>();
  readonly ecs: EcsClient;
  readonly #links: ReadonlyMap<string, readonly TcpProxy[]>;
  readonly #channel: Channel;

  private constructor(
    etcd: TestEtcd,
    folder: string,
    ports: readonly number[],
    links: ReadonlyMap<string, readonly TcpProxy[]>,
  ) {
    this.etcd = etcd;
    this.folder = folder;
    this.#links = links;
    this.#channel = openChannel({ endpoints: ports.map((port) => `127.0.0.1:${port}`) });
    this.ecs = ecsClient(this.#channel);
  }

  static async start(): Promise<ChaosCluster> {
    build();
    const folder = mkdtempSync(join(tmpdir(), 'longshore-chaos-'));
    const etcd = await TestEtcd.start();
    const ports = [await freePort(), await freePort()];
    const links = new Map<string, readonly TcpProxy[]>();
    for (const name of agentNames)
      links.set(name, await Promise.all(ports.map((port) => TcpProxy.start({ port }))));
    const cluster = new ChaosCluster(etcd, folder, ports, links);
    for (const [i, name] of serverNames.entries()) await cluster.#addServer(name, ports[i] ?? 0);
    for (const [i, name] of agentNames.entries()) cluster.#addAgent(name, i + 1);
    return cluster;
  }

  async #addServer(name: string, port: number): Promise<void> {
    const http = await freePort();
    this.#add(name, 'packages/control-plane/bin/longshore-server.js', {
      'etcd-endpoints': this.etcd.endpoint.replace('http://', ''),
      'grpc-listen': `127.0.0.1:${port}`,
      'http-listen': `127.0.0.1:${http}`,
      'replica-name': name,
      'instance-timeout': '4s',
      // Some of the silences are longer than both together: then a service replaces what runs on unheard.
      'replace-after': '2s',
      dev: '',
    });
  }

  #addAgent(name: string, k: number): void {
    const endpoints = (this.#links.get(name) ?? []).map((link) => `127.0.0.1:${link.port}`);
    const dataDir = join(this.folder, 'data', name);
    mkdirSync(dataDir, { recursive: true });
    const flags = {
      endpoints: endpoints.join(','),
      'data-dir': dataDir,
      'instance-name': name,
      'instance-cpu': '1024',
      'instance-memory': String(instanceMemoryMiB),
      'dynamic-ports': `${21_000 + k * 100}-${21_099 + k * 100}`,
      'awsvpc-cidr': `172.29.${k}.0/24`,
      'introspection-port': '0',
      'metadata-port': '0',
      'metrics-port': '0',
      'bind-ip': `127.0.0.${10 + k}`,
      'shared-engine': '',
    };
    this.#add(name, 'packages/agent/bin/longshore-agent.js', flags, {
      ECS_IMAGE_PULL_BEHAVIOR: 'prefer-cached',
    });
  }

  #add(
    name: string,
    script: string,
    flags: Readonly<Record<string, string>>,
    env: Readonly<Record<string, string>> = {},
  ): void {
    const args = Object.entries(flags).flatMap(([flag, value]) =>
      value === '' ? [`--${flag}`] : [`--${flag}`, value],
    );
    const process = new ChaosProcess({ name, script, args, env, logFile: join(this.folder, `${name}.log`) });
    this.processes.set(name, process);
    process.run();
  }

  /** What nobody asked for: programs that ended by themselves. */
  get surprises(): readonly string[] {
    return [...this.processes.values()].flatMap((process) => process.surprises);
  }

  async untilThreeInstances(): Promise<void> {
    await eventually(
      async () => {
        const { containerInstanceArns = [] } = await this.ecs.ListContainerInstances({});
        const told = await this.ecs.DescribeContainerInstances({ containerInstances: containerInstanceArns });
        const connected = (told.containerInstances ?? []).filter((i) => i.agentConnected);
        return connected.length === agentNames.length;
      },
      { withinMs: 60_000, everyMs: 200, state: () => this.folder },
    );
  }

  /** Does it, waits, and takes it back. */
  async suffer({ fault, forMs }: Planned): Promise<void> {
    const { kind, target } = fault;
    if (kind === 'kill' || kind === 'freeze') return await this.#strike(kind, target, forMs);
    const links = this.#links.get(target) ?? [];
    for (const link of links) {
      if (kind === 'cut') link.cut();
      else if (kind === 'refuse') link.refuse(true);
      else link.pause(kind === 'mute' ? 'toServer' : kind === 'deafen' ? 'toClient' : 'both');
    }
    await systemClock.sleep(forMs);
    for (const link of links) {
      link.refuse(false);
      link.resume();
    }
  }

  async #strike(kind: 'kill' | 'freeze', target: string, forMs: number): Promise<void> {
    const { etcd } = this;
    const process = this.processes.get(target);
    if (kind === 'freeze') (process ?? etcd).freeze();
    else await (process ?? etcd).kill();
    await systemClock.sleep(forMs);
    if (kind === 'freeze') (process ?? etcd).thaw();
    else await (process ?? etcd).run();
  }

  /** Ends everything and takes away what it made on the engine; the folder with the logs stays where `keep` says so. */
  async stop(instances: readonly string[], keep: boolean): Promise<void> {
    this.#channel.close();
    await Promise.all([...this.processes.values()].map((process) => process.stop()));
    for (const links of this.#links.values()) for (const link of links) await link.stop();
    await this.etcd.stop();
    for (const instance of instances) removeFromEngine(instance);
    if (!keep) rmSync(this.folder, { recursive: true, force: true });
  }
}

function removeFromEngine(instance: string): void {
  const label = `label=longshore.instance=${instance}`;
  const kinds = [
    { list: ['ps', '-aq'], remove: ['rm', '-f', '-v'] },
    { list: ['network', 'ls', '-q'], remove: ['network', 'rm'] },
    { list: ['volume', 'ls', '-q'], remove: ['volume', 'rm', '-f'] },
  ];
  for (const { list, remove } of kinds) {
    const ids = docker([...list, '--filter', label])
      .split(/\s+/)
      .filter(Boolean);
    if (ids.length > 0) docker([...remove, ...ids]);
  }
}

function docker(args: readonly string[]): string {
  return execFileSync('docker', args, { encoding: 'utf8', timeout: 60_000 });
}
