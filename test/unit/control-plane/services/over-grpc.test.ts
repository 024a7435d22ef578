import { expect } from 'chai';
import { eventually } from '../../../support/eventually.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { SimAgent } from '../support/sim-agent.js';

describe('a service', () => {
  let test: TestServer;
  let agents: SimAgent[];

  before(async () => {
    test = await startTestServer({ flags: { 'healthy-after': '50ms' } });
    agents = await Promise.all(
      ['a', 'b'].map((name) =>
        new SimAgent({
          endpoint: test.endpoint,
          name,
          resources: { cpuUnits: 8000, memoryMiB: 4000 },
        }).start(),
      ),
    );
    const app = { name: 'app', image: 'busybox:1.36', cpu: 100, memory: 100 };
    for (let i = 0; i < 2; i++)
      await test.ecs.RegisterTaskDefinition({ family: 'web', containerDefinitions: [app] });
  });

  after(async () => {
    await Promise.all(agents.map((a) => a.stop()));
    await test.stop();
  });

  async function described() {
    const { services = [] } = await test.ecs.DescribeServices({ services: ['web'] });
    return services[0];
  }

  async function stable(definition: string, count: number): Promise<void> {
    await eventually(async () => {
      const service = await described();
      return (
        service?.deployments?.length === 1 &&
        service.runningCount === count &&
        service.taskDefinition?.endsWith(definition) === true
      );
    });
  }

  it('is created, keeps its count, rolls out, scales and goes', async () => {
    const { service } = await test.ecs.CreateService({
      serviceName: 'web',
      taskDefinition: 'web:1',
      desiredCount: 3,
    });
    expect(service?.status).to.equal('ACTIVE');
    await stable('web:1', 3);
    const { taskArns = [] } = await test.ecs.ListTasks({ serviceName: 'web' });
    expect(taskArns).to.have.length(3);
    await test.ecs.StopTask({ task: taskArns[0] ?? '' });
    await stable('web:1', 3);
    await test.ecs.UpdateService({ service: 'web', taskDefinition: 'web:2' });
    await stable('web:2', 3);
    await test.ecs.UpdateService({ service: 'web', desiredCount: 1 });
    await stable('web:2', 1);
    await eventually(
      async () => (await described())?.events?.[0]?.message === '(service web) has reached a steady state.',
    );
    await test.ecs.UpdateService({ service: 'web', desiredCount: 0 });
    await stable('web:2', 0);
    await test.ecs.DeleteService({ service: 'web' });
    await eventually(async () => (await described())?.status === 'INACTIVE');
  });
});
