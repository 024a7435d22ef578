import { expect } from 'chai';
import { startTestServer, type TestServer } from './support/server.js';
import { SimAgent } from './support/sim-agent.js';

describe('a RunTask of more tasks than one transaction holds', () => {
  let test: TestServer;
  let agents: readonly SimAgent[];

  before(async () => {
    test = await startTestServer();
    agents = await Promise.all(
      [1, 2, 3, 4].map((n) =>
        new SimAgent({
          endpoint: test.endpoint,
          name: `many-${n}`,
          resources: { cpuUnits: 8000, memoryMiB: 400 },
        }).start(),
      ),
    );
    const containerDefinitions = [{ name: 'app', image: 'busybox:1.36', cpu: 1, memory: 8 }];
    await test.ecs.RegisterTaskDefinition({ family: 'many', containerDefinitions });
  });

  after(async () => {
    await Promise.all(agents.map((agent) => agent.stop()));
    await test.stop();
  });

  const run = (count: number, clientToken: string) =>
    test.ecs.RunTask({
      taskDefinition: 'many',
      clientToken,
      tags: [{ key: 'longshore:count', value: String(count) }],
    });

  it('starts each of them once, whatever token it came under, and says so again', async () => {
    const first = await run(130, 'one-hundred-and-thirty');
    const arns = (first.tasks ?? []).map((t) => t.taskArn);
    expect(new Set(arns).size).to.equal(130);
    expect(first.failures).to.deep.equal([]);
    const again = await run(130, 'one-hundred-and-thirty');
    expect((again.tasks ?? []).map((t) => t.taskArn)).to.have.members(arns);
    expect(test.server.context.store.tasks.size).to.equal(130);
  });

  it('answers a task or a failure for each where not all find a place', async () => {
    // 200 fit, 130 are there.
    const { tasks = [], failures = [] } = await run(100, 'one-hundred');
    expect(tasks).to.have.length(70);
    expect(failures).to.have.length(30);
  });
});
