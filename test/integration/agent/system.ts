import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { TestEngine } from '../../support/docker.js';
import { eventually } from '../../support/eventually.js';
import { TestRegistry } from '../../support/registry.js';
import { startTestServer, type TestServer } from '../../unit/control-plane/support/server.js';
import { AgentProcess, removeTraces } from './rig.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const cli = `import('${root}packages/cli/src/main.ts').then((m) => m.main(process.argv.slice(1)))`;

/** A control plane on the store in memory, one agent on the real engine, and a registry that it pulls from. */
export class WholeSystem {
  readonly engine: TestEngine;
  readonly agent = new AgentProcess();
  readonly server: TestServer;
  readonly registry: TestRegistry;
  readonly #images: string[] = [];

  private constructor(server: TestServer, registry: TestRegistry, engine: TestEngine) {
    this.server = server;
    this.registry = registry;
    this.engine = engine;
  }

  static async start(
    flags: readonly string[] = [],
    variables: Readonly<Record<string, string>> = {},
    { engine = new TestEngine(), registry = new TestRegistry() } = {},
  ): Promise<WholeSystem> {
    const system = new WholeSystem(await startTestServer(), await registry.start(), engine);
    const endpoints = ['--endpoints', system.server.endpoint];
    system.agent.spawn([...endpoints, ...flags], { ECS_IMAGE_PULL_BEHAVIOR: 'default', ...variables });
    try {
      await eventually(async () => (await system.instances()).length === 1, {
        withinMs: 20_000,
        state: () => system.agent.log,
      });
    } catch (thrown) {
      // A process that nobody ends keeps the test runner from ending.
      await system.close();
      throw thrown;
    }
    return system;
  }

  async close(): Promise<void> {
    const [instance = ''] = await this.instances();
    this.registry.release();
    await this.agent.close();
    await removeTraces(this.engine, instance);
    for (const image of this.#images) await this.engine.ask('DELETE', `/images/${image}?force=true`);
    await this.registry.stop();
    await this.server.stop();
  }

  /** Ids of the instances that take tasks. */
  async instances(): Promise<readonly string[]> {
    const { containerInstanceArns = [] } = await this.server.ecs.ListContainerInstances({});
    if (containerInstanceArns.length === 0) return [];
    const asked = { containerInstances: containerInstanceArns };
    const { containerInstances = [] } = await this.server.ecs.DescribeContainerInstances(asked);
    const connected = containerInstances.filter((i) => i.agentConnected);
    return connected.map((i) => i.containerInstanceArn?.split('/')[2] ?? '');
  }

  /** Moves the tag `live` to a new image, whose containers see VERSION; gives its name and digest. */
  async push(
    name: string,
    version: string,
    extraBytes?: number,
  ): Promise<{ readonly image: string; readonly digest: string }> {
    const digest = await this.registry.push(name, 'live', version, extraBytes);
    const image = `${this.registry.host}/${name}:live`;
    this.#images.push(image, `${this.registry.host}/${name}@${digest}`);
    return { image, digest };
  }

  /** What the command `longshore` prints. */
  async longshore(...words: readonly string[]): Promise<string> {
    const node = ['--import=tsx', '--conditions=source', '-e', cli, '--', ...words];
    const endpoint = ['--endpoint', this.server.endpoint];
    return (await promisify(execFile)(process.execPath, [...node, ...endpoint], { cwd: root })).stdout;
  }
}
