import type { Task } from '@longshore/model';
import { expect } from 'chai';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/needs.js';
import { WholeSystem } from './system.js';

describe('version consistency', function () {
  this.timeout(120_000);
  needs('docker');
  let system: WholeSystem;
  before(async () => {
    system = await WholeSystem.start();
  });
  after(() => system.close());

  const running = (count: number, isOf: (task: Task) => boolean = () => true): Promise<readonly Task[]> =>
    eventually(
      async () => {
        const { taskArns = [] } = await system.server.ecs.ListTasks({ serviceName: 'web' });
        const { tasks = [] } = await system.server.ecs.DescribeTasks({ tasks: taskArns });
        const found = tasks.filter((t) => t.lastStatus === 'RUNNING' && isOf(t));
        if (found.length !== count || tasks.length !== count)
          throw new Error(`${found.length} of ${tasks.length} tasks run, not ${count}`);
        return found;
      },
      { withinMs: 40_000, state: () => system.agent.log.slice(-4000) },
    );

  async function versionIn(task: Task | undefined, name: string): Promise<string> {
    const container = task?.containers?.find((c) => c.name === name)?.runtimeId ?? '';
    return (await system.engine.exec(container, 'echo $VERSION')).output;
  }

  it('one digest runs through a deployment though the tag moves on, but for the container that opts out', async () => {
    const { ecs } = system.server;
    const app = await system.push('app', 'one');
    const side = await system.push('side', 'one');
    const container = { memory: 16, command: ['sleep', '3600'], stopTimeout: 2 };
    await ecs.RegisterTaskDefinition({
      family: 'web',
      containerDefinitions: [
        { ...container, name: 'app', image: app.image },
        { ...container, name: 'side', image: side.image, versionConsistency: 'disabled' },
      ],
    });
    await ecs.CreateService({ serviceName: 'web', taskDefinition: 'web', desiredCount: 1 });
    const [first] = await running(1);
    const app2 = await system.push('app', 'two');
    await system.push('side', 'two');
    await ecs.UpdateService({ service: 'web', desiredCount: 2 });
    const second = (await running(2)).find((t) => t.taskArn !== first?.taskArn);
    expect(await versionIn(first, 'app')).to.equal('one');
    expect(await versionIn(second, 'app')).to.equal('one');
    expect(await versionIn(second, 'side')).to.equal('two');
    expect(second?.containers?.find((c) => c.name === 'app')?.imageDigest).to.equal(app.digest);
    const deployments = await ecs.ListServiceDeployments({ service: 'web' });
    const { serviceRevisions } = await ecs.DescribeServiceRevisions({
      serviceRevisionArns: [deployments.serviceDeployments?.[0]?.targetServiceRevisionArn ?? ''],
    });
    expect(serviceRevisions?.[0]?.containerImages).to.deep.equal([
      { containerName: 'app', image: app.image, imageDigest: app.digest },
      { containerName: 'side', image: side.image },
    ]);
    await ecs.UpdateService({ service: 'web', forceNewDeployment: true });
    const old = new Set([first?.taskArn, second?.taskArn]);
    for (const task of await running(2, (t) => !old.has(t.taskArn))) {
      expect(await versionIn(task, 'app')).to.equal('two');
      expect(task.containers?.find((c) => c.name === 'app')?.imageDigest).to.equal(app2.digest);
    }
  });
});
