import type { Task } from '@longshore/model';
import { expect } from 'chai';
import { TestEngine } from '../../support/docker.js';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/needs.js';
import { TestRegistry } from '../../support/registry.js';
import { startTestServer, type TestServer } from '../../unit/control-plane/support/server.js';
import { AgentProcess, removeTraces } from './rig.js';

describe('version consistency', function () {
  this.timeout(120_000);
  needs('docker');
  const engine = new TestEngine();
  let server: TestServer;
  let registry: TestRegistry;
  let agent: AgentProcess;
  const made: string[] = [];

  before(async () => {
    server = await startTestServer();
    registry = await new TestRegistry(engine).start();
    agent = new AgentProcess();
    agent.spawn(['--endpoints', server.endpoint], { ECS_IMAGE_PULL_BEHAVIOR: 'default' });
    await eventually(async () => (await instances()).length === 1, {
      withinMs: 20_000,
      state: () => agent.log,
    });
  });
  after(async () => {
    const [instance = ''] = await instances();
    await agent.close();
    await removeTraces(engine, instance.split('/')[2] ?? '');
    for (const image of made) await engine.ask('DELETE', `/images/${image}?force=true`);
    await registry.stop();
    await server.stop();
  });

  async function instances(): Promise<readonly string[]> {
    return (await server.ecs.ListContainerInstances({})).containerInstanceArns ?? [];
  }

  /** The image that the next pull of the tag gives. */
  async function push(name: string, version: string): Promise<string> {
    const digest = await registry.push(name, 'live', version);
    made.push(`${registry.host}/${name}:live`, `${registry.host}/${name}@${digest}`);
    return digest;
  }

  const running = (count: number, isOf: (task: Task) => boolean = () => true): Promise<readonly Task[]> =>
    eventually(
      async () => {
        const { taskArns = [] } = await server.ecs.ListTasks({ serviceName: 'web' });
        const { tasks = [] } = await server.ecs.DescribeTasks({ tasks: taskArns });
        const found = tasks.filter((t) => t.lastStatus === 'RUNNING' && isOf(t));
        if (found.length !== count || tasks.length !== count)
          throw new Error(`${found.length} of ${tasks.length} tasks run, not ${count}`);
        return found;
      },
      { withinMs: 40_000, state: () => agent.log.slice(-4000) },
    );

  async function versionIn(task: Task | undefined, name: string): Promise<string> {
    const container = task?.containers?.find((c) => c.name === name)?.runtimeId ?? '';
    return (await engine.exec(container, 'echo $VERSION')).output;
  }

  it('one digest runs through a deployment though the tag moves on, but for the container that opts out', async () => {
    const v1 = await push('app', 'one');
    await push('side', 'one');
    const container = { memory: 16, command: ['sleep', '3600'], stopTimeout: 2 };
    await server.ecs.RegisterTaskDefinition({
      family: 'web',
      containerDefinitions: [
        { ...container, name: 'app', image: `${registry.host}/app:live` },
        { ...container, name: 'side', image: `${registry.host}/side:live`, versionConsistency: 'disabled' },
      ],
    });
    await server.ecs.CreateService({ serviceName: 'web', taskDefinition: 'web', desiredCount: 1 });
    const [first] = await running(1);
    const v2 = await push('app', 'two');
    await push('side', 'two');
    await server.ecs.UpdateService({ service: 'web', desiredCount: 2 });
    const second = (await running(2)).find((t) => t.taskArn !== first?.taskArn);
    expect(await versionIn(first, 'app')).to.equal('one');
    expect(await versionIn(second, 'app')).to.equal('one');
    expect(await versionIn(second, 'side')).to.equal('two');
    expect(second?.containers?.find((c) => c.name === 'app')?.imageDigest).to.equal(v1);
    const deployments = await server.ecs.ListServiceDeployments({ service: 'web' });
    const { serviceRevisions } = await server.ecs.DescribeServiceRevisions({
      serviceRevisionArns: [deployments.serviceDeployments?.[0]?.targetServiceRevisionArn ?? ''],
    });
    expect(serviceRevisions?.[0]?.containerImages).to.deep.equal([
      { containerName: 'app', image: `${registry.host}/app:live`, imageDigest: v1 },
      { containerName: 'side', image: `${registry.host}/side:live` },
    ]);
    await server.ecs.UpdateService({ service: 'web', forceNewDeployment: true });
    const old = new Set([first?.taskArn, second?.taskArn]);
    for (const task of await running(2, (t) => !old.has(t.taskArn))) {
      expect(await versionIn(task, 'app')).to.equal('two');
      expect(task.containers?.find((c) => c.name === 'app')?.imageDigest).to.equal(v2);
    }
  });
});
