import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { silentLogger, systemClock, systemRandom } from '@longshore/kit';
import type { ContainerDefinition, TaskDefinition, TaskReport } from '@longshore/model';
import { RpcServer } from '@longshore/rpc';
import { TestEngine } from '../../support/docker.js';
import { eventually } from '../../support/eventually.js';
import { FakeControlPlane } from '../../unit/agent/fake-control-plane.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const start = `import('${root}packages/agent/src/main.ts').then((m) => m.main(process.argv.slice(1)))`;

/** As whom a process runs; absent: as the test does. */
export interface User {
  readonly uid?: number;
  readonly gid?: number;
}

/** A real agent process, with a data directory that outlives it and no endpoints of its own unless told to. */
export class AgentProcess {
  readonly directory = mkdtempSync(join(tmpdir(), 'longshore-agent-'));
  #agent: ChildProcess | undefined;
  #log = '';

  get log(): string {
    return this.#log;
  }

  get pid(): number | undefined {
    return this.#agent?.pid;
  }

  spawn(flags: readonly string[], variables: Readonly<Record<string, string>>, user: User = {}): void {
    const ports = ['--introspection-port', '0', '--metadata-port', '0', '--metrics-port', '0'];
    const node = ['--import=tsx', '--conditions=source', '-e', start, '--'];
    const all = [...ports, '--data-dir', this.directory, ...flags];
    this.#agent = spawn(process.execPath, [...node, ...all], {
      ...user,
      cwd: root,
      env: { ...process.env, ECS_IMAGE_PULL_BEHAVIOR: 'prefer-cached', ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (chunk: Buffer): void => {
      this.#log += chunk.toString();
    };
    this.#agent.stdout?.on('data', keep);
    this.#agent.stderr?.on('data', keep);
  }

  /** SIGKILL, or what is said; resolves when the process is gone. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> {
    const agent = this.#agent;
    if (!agent || agent.exitCode !== null || agent.signalCode !== null) return agent?.exitCode ?? null;
    const gone = new Promise<number | null>((resolve) => agent.once('exit', resolve));
    agent.kill(signal);
    return gone;
  }

  /** Resolves with the code that the process has ended with by itself. */
  async ended(): Promise<number | null> {
    const agent = this.#agent;
    if (!agent || agent.exitCode !== null) return agent?.exitCode ?? null;
    return new Promise((resolve) => agent.once('exit', resolve));
  }

  async close(): Promise<void> {
    // Goodbye takes the rules in iptables along; what does not say it in time is ended.
    const late = new Promise<undefined>((resolve) => systemClock.timer(12_000, () => resolve(undefined)));
    const gone = await Promise.race([this.kill('SIGTERM'), late]);
    if (gone === undefined) await this.kill();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** A real agent process on the real engine, with a control plane in memory at the other end of a real connection. */
export class AgentRig {
  readonly plane = new FakeControlPlane();
  readonly engine: TestEngine;
  readonly #process = new AgentProcess();
  readonly #flags: readonly string[];
  readonly #user: User;
  /** Of the next process. */
  variables: Readonly<Record<string, string>>;
  readonly #server: RpcServer<undefined>;
  constructor(
    flags: readonly string[] = [],
    variables: Readonly<Record<string, string>> = {},
    engine = new TestEngine(),
    user: User = {},
  ) {
    this.engine = engine;
    this.#flags = flags;
    this.#user = user;
    this.variables = variables;
    // Instances of test runs never share a name: the label is what clean-up goes by.
    this.plane.instance = systemRandom.hexId();
    const { plane } = this;
    this.#server = new RpcServer({
      listen: { host: '127.0.0.1', port: 0 },
      authorize: () => undefined,
      logger: silentLogger,
    });
    this.#server.serve('AgentService', {
      Register: (request) => plane.register(request),
      Poll: (request, call) => plane.poll(request, { signal: AbortSignal.any([call.signal, call.draining]) }),
      Report: (request) => plane.report(request),
      ReportUtilisation: () => plane.reportUtilisation(),
      TaskProtection: () => plane.taskProtection(),
    });
  }

  get log(): string {
    return this.#process.log;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get directory(): string {
    return this.#process.directory;
  }

  async start(): Promise<this> {
    await this.#server.start();
    await this.startAgent();
    return this;
  }

  async startAgent(): Promise<void> {
    const sessions = this.plane.session;
    this.spawn();
    try {
      await eventually(() => this.plane.session > sessions && this.plane.reports.some((r) => r.complete), {
        withinMs: 20_000,
        state: () => this.log,
      });
    } catch (thrown) {
      // A process that nobody ends keeps the test runner from ending.
      await this.kill();
      throw thrown;
    }
  }

  /** Starts the process without waiting for it to join. */
  spawn(): void {
    const endpoint = ['--endpoints', `127.0.0.1:${this.#server.port}`];
    this.#process.spawn([...endpoint, ...this.#flags], this.variables, this.#user);
  }

  /** SIGKILL, or what is said; resolves when the process is gone. */
  kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> {
    return this.#process.kill(signal);
  }

  ended(): Promise<number | null> {
    return this.#process.ended();
  }

  definition(
    containers: readonly (Partial<ContainerDefinition> & { readonly name: string })[],
    overrides: Partial<TaskDefinition> = {},
  ): TaskDefinition {
    return {
      family: 'it',
      revision: 1,
      networkMode: 'bridge',
      containerDefinitions: containers.map((c) => ({
        image: 'busybox:1.36',
        essential: true,
        memory: 16,
        command: ['sleep', '3600'],
        dockerLabels: this.engine.labels,
        stopTimeout: 1,
        ...c,
      })),
      ...overrides,
    };
  }

  reaches(id: string, status: string): Promise<TaskReport> {
    return eventually(
      () => {
        const report = this.plane.states.get(id);
        if (report?.lastStatus !== status) throw new Error(`task is ${report?.lastStatus}, not ${status}`);
        return report;
      },
      { withinMs: 30_000, state: () => ({ report: this.plane.states.get(id), log: this.log.slice(-4000) }) },
    );
  }

  /** The containers of this run, by what the engine lists. */
  containers(): Promise<readonly ListedContainer[]> {
    return containersOf(this.engine, this.plane.instance);
  }

  async close(): Promise<void> {
    await this.#process.close();
    await this.#server.stop();
    await removeTraces(this.engine, this.plane.instance);
    await this.engine.cleanUp();
  }
}

export interface ListedContainer {
  readonly Id: string;
  readonly State: string;
  readonly Created: number;
}

const madeBy = (instance: string): string =>
  `filters=${encodeURIComponent(JSON.stringify({ label: [`longshore.instance=${instance}`] }))}`;

async function containersOf(engine: TestEngine, instance: string): Promise<readonly ListedContainer[]> {
  const answer = await engine.ask<ListedContainer[]>('GET', `/containers/json?all=true&${madeBy(instance)}`);
  return answer.body;
}

/** What an agent has made in the engine. */
export async function removeTraces(engine: TestEngine, instance: string): Promise<void> {
  for (const { Id } of await containersOf(engine, instance))
    await engine.ask('DELETE', `/containers/${Id}?force=true&v=true`);
  for (const name of ['longshore', 'longshore-awsvpc'])
    await engine.ask('DELETE', `/networks/${name}-${instance.slice(0, 12)}`);
  // Those of a task go with its containers, hours after it has stopped; shared ones outlive it.
  const { body } = await engine.ask<{ Volumes: { Name: string }[] | null }>(
    'GET',
    `/volumes?${madeBy(instance)}`,
  );
  for (const { Name } of body.Volumes ?? []) await engine.ask('DELETE', `/volumes/${Name}`);
}
