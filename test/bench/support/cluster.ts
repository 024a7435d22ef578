import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Channel,
  type EcsClient,
  ecsClient,
  type LongshoreClient,
  longshoreClient,
  openChannel,
} from '@longshore/rpc';
import { freePort, TestEtcd } from '../../support/etcd.js';
import { eventually } from '../../support/eventually.js';
import { buildPrograms, Program } from './programs.js';

/** A real etcd and real servers, in processes of their own. */
export class BenchCluster {
  readonly etcds: readonly TestEtcd[];
  readonly servers: BenchServer[] = [];
  readonly #agents: BenchAgent[] = [];
  #channel: Channel | undefined;
  #client: EcsClient | undefined;

  private constructor(etcds: readonly TestEtcd[]) {
    this.etcds = etcds;
  }

  /** Ready to answer. */
  static async start(
    flags: readonly string[] = [],
    sizes: { readonly etcds?: number; readonly servers?: number } = {},
  ): Promise<BenchCluster> {
    buildPrograms();
    const { etcds = 1, servers = 1 } = sizes;
    const cluster = new BenchCluster(etcds === 1 ? [await TestEtcd.start()] : await startEtcds(etcds));
    try {
      await Promise.all(Array.from({ length: servers }, () => cluster.addServer(flags)));
    } catch (thrown) {
      await cluster.stop();
      throw thrown;
    }
    return cluster;
  }

  get client(): EcsClient {
    this.#client ??= ecsClient(this.#open());
    return this.#client;
  }

  get longshore(): LongshoreClient {
    return longshoreClient(this.#open());
  }

  #open(): Channel {
    this.#channel ??= openChannel({ endpoints: this.servers.map((s) => s.endpoint) });
    return this.#channel;
  }

  get etcd(): TestEtcd {
    const [etcd] = this.etcds;
    if (!etcd) throw new Error('no etcd runs');
    return etcd;
  }

  get server(): BenchServer {
    const [server] = this.servers;
    if (!server) throw new Error('no server runs');
    return server;
  }

  async addServer(flags: readonly string[] = []): Promise<BenchServer> {
    const server = await BenchServer.start(this.etcds, flags);
    this.servers.push(server);
    return server;
  }

  /** On a Docker Engine; joined. */
  async addAgent(dockerHost: string, variables: Readonly<Record<string, string>> = {}): Promise<BenchAgent> {
    const agent = new BenchAgent(this.server.endpoint, dockerHost, variables);
    this.#agents.push(agent);
    await agent.program.says('"msg":"registered"');
    return agent;
  }

  async stop(): Promise<void> {
    this.#channel?.close();
    await Promise.all(this.#agents.map((agent) => agent.stop()));
    await Promise.all(this.servers.map((server) => server.program.end()));
    await Promise.all(this.etcds.map((etcd) => etcd.stop()));
  }
}

/** Members of one etcd. */
async function startEtcds(count: number): Promise<readonly TestEtcd[]> {
  const peers: string[] = [];
  for (let i = 0; i < count; i++) peers.push(`http://127.0.0.1:${await freePort()}`);
  const together = peers.map((peer, i) => `member-${i}=${peer}`).join(',');
  return await Promise.all(
    peers.map((peer, i) => {
      const own = [
        `--name=member-${i}`,
        `--listen-peer-urls=${peer}`,
        `--initial-advertise-peer-urls=${peer}`,
      ];
      return TestEtcd.start({ flags: [...own, `--initial-cluster=${together}`] });
    }),
  );
}

export class BenchServer {
  /** Of its gRPC door. */
  readonly endpoint: string;
  readonly http: string;
  readonly #args: readonly string[];
  #program: Program;

  private constructor(endpoint: string, http: string, args: readonly string[]) {
    this.endpoint = endpoint;
    this.http = `http://${http}`;
    this.#args = [...args, '--grpc-listen', endpoint, '--http-listen', http];
    this.#program = this.#run();
  }

  static async start(etcds: readonly TestEtcd[], flags: readonly string[]): Promise<BenchServer> {
    const [grpc, http] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
    const endpoints = etcds.map((etcd) => etcd.endpoint.replace('http://', '')).join(',');
    const server = new BenchServer(grpc, http, [
      '--etcd-endpoints',
      endpoints,
      '--log-level',
      'warn',
      ...flags,
    ]);
    await server.#ready();
    return server;
  }

  get program(): Program {
    return this.#program;
  }

  /** After its end, on the same addresses. */
  async startAgain(): Promise<void> {
    this.#program = this.#run();
    await this.#ready();
  }

  /** Whether the controllers run here. */
  async leads(): Promise<boolean> {
    const metrics = await (await fetch(`${this.http}/metrics`)).text();
    return /^longshore_leader\{.*\} 1$/m.test(metrics);
  }

  #run(): Program {
    // As the units that we ship run it.
    const NODE_OPTIONS = '--max-old-space-size=4096 --max-semi-space-size=64';
    return Program.start('packages/control-plane/bin/longshore-server.js', this.#args, { NODE_OPTIONS });
  }

  async #ready(): Promise<void> {
    try {
      await eventually(async () => (await fetch(`${this.http}/readyz`)).status === 200, {
        withinMs: 60_000,
        state: () => this.#program.log.slice(-3000),
      });
    } catch (thrown) {
      await this.#program.end('SIGKILL');
      throw thrown;
    }
  }
}

/** `longshore-agent` on a Docker Engine. */
export class BenchAgent {
  readonly program: Program;
  readonly #dataDir = mkdtempSync(join(tmpdir(), 'longshore-bench-agent-'));

  constructor(endpoint: string, dockerHost: string, variables: Readonly<Record<string, string>>) {
    const ports = ['--introspection-port', '0', '--metadata-port', '0', '--metrics-port', '0'];
    const flags = ['--endpoints', endpoint, '--data-dir', this.#dataDir, ...ports];
    this.program = Program.start('packages/agent/bin/longshore-agent.js', flags, {
      DOCKER_HOST: dockerHost,
      ECS_IMAGE_PULL_BEHAVIOR: 'prefer-cached',
      ...variables,
    });
  }

  async stop(): Promise<void> {
    await this.program.end();
    rmSync(this.#dataDir, { recursive: true, force: true });
  }
}
