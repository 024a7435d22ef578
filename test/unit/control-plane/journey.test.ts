import { expect } from 'chai';
import { eventually } from '../../support/eventually.js';
import { startTestServer, type TestServer } from './support/server.js';
import { SimAgent } from './support/sim-agent.js';

const web = {
  family: 'web',
  containerDefinitions: [{ name: 'app', image: 'busybox:1.36', cpu: 128, memory: 256, essential: true }],
};

describe('a task from RunTask to STOPPED', () => {
  let test: TestServer;
  let agent: SimAgent;

  before(async () => {
    test = await startTestServer();
    await test.ecs.CreateCluster({});
    agent = await new SimAgent({ endpoint: test.endpoint }).start();
    await test.ecs.RegisterTaskDefinition(web);
  });

  after(async () => {
    await agent.stop();
    await test.stop();
  });

  it('runs within milliseconds and stops when asked', async () => {
    const { tasks, failures } = await test.ecs.RunTask({ taskDefinition: 'web' });
    expect(failures).to.deep.equal([]);
    expect(tasks?.[0]?.lastStatus).to.equal('PENDING');
    const arn = tasks?.[0]?.taskArn ?? '';
    const running = await eventually(async () => {
      const answer = await test.ecs.DescribeTasks({ tasks: [arn] });
      expect(answer.tasks?.[0]?.lastStatus).to.equal('RUNNING');
      return answer.tasks?.[0];
    });
    expect(running?.connectivity).to.equal('CONNECTED');
    expect((await test.ecs.ListTasks({})).taskArns).to.deep.equal([arn]);
    const stopped = await test.ecs.StopTask({ task: arn, reason: 'enough' });
    expect(stopped.task?.desiredStatus).to.equal('STOPPED');
    await eventually(async () => {
      const answer = await test.ecs.DescribeTasks({ tasks: [arn] });
      expect(answer.tasks?.[0]?.lastStatus).to.equal('STOPPED');
      expect(answer.tasks?.[0]?.stoppedReason).to.equal('enough');
    });
    expect((await test.ecs.ListTasks({})).taskArns).to.deep.equal([]);
    expect((await test.ecs.ListTasks({ desiredStatus: 'STOPPED' })).taskArns).to.deep.equal([arn]);
  });
});
