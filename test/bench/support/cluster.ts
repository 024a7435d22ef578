import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EcsClient, ecsClient, openChannel } from '@longshore/rpc';
import { freePort, TestEtcd } from '../../support/etcd.js';
import { eventually } from '../../support/eventually.js';
import { buildPrograms, Program } from './programs.js';

/** A real etcd and real servers, in processes of their own. */
export class BenchCluster {
  readonly etcd: TestEtcd;
  readonly servers: BenchServer[] = [];
  readonly #agents: BenchAgent[] = [];
  #client: EcsClient | undefined;
  #close: () => void = () => undefined;

  private constructor(etcd: TestEtcd) {
    this.etcd = etcd;
  }

  /** Ready to answer. */
  static async start(flags: readonly string[] = []): Promise<BenchCluster> {
    buildPrograms();
    const cluster = new BenchCluster(await TestEtcd.start());
    try {
      await cluster.addServer(flags);
    } catch (thrown) {
      await cluster.stop();
      throw thrown;
    }
    return cluster;
  }

  get client(): EcsClient {
    if (!this.#client) {
      const endpoints = this.servers.map((s) => s.endpoint);
      const channel = openChannel({ endpoints });
      this.#close = () => channel.close();
      this.#client = ecsClient(channel);
    }
    return this.#client;
  }

  get server(): BenchServer {
    const [server] = this.servers;
    if (!server) throw new Error('no server runs');
    return server;
  }

  async addServer(flags: readonly string[] = []): Promise<BenchServer> {
    const server = await BenchServer.start(this.etcd, flags);
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
    this.#close();
    await Promise.all(this.#agents.map((agent) => agent.stop()));
    await Promise.all(this.servers.map((server) => server.program.end()));
    await this.etcd.stop();
  }
}

export class BenchServer {
  readonly program: Program;
  /** Of its gRPC door. */
  readonly endpoint: string;
  readonly http: string;

  private constructor(program: Program, endpoint: string, http: string) {
    this.program = program;
    this.endpoint = endpoint;
    this.http = http;
  }

  static async start(etcd: TestEtcd, flags: readonly string[]): Promise<BenchServer> {
    const [grpc, http] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
    const own = ['--etcd-endpoints', etcd.endpoint.replace('http://', ''), '--grpc-listen', grpc];
    const args = [...own, '--http-listen', http, '--log-level', 'warn', ...flags];
    const program = Program.start('packages/control-plane/bin/longshore-server.js', args);
    const server = new BenchServer(program, grpc, `http://${http}`);
    try {
      await eventually(async () => (await fetch(`${server.http}/readyz`)).status === 200, {
        withinMs: 60_000,
        state: () => program.log.slice(-3000),
      });
    } catch (thrown) {
      await program.end('SIGKILL');
      throw thrown;
    }
    return server;
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
