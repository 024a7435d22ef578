import type { RunTaskRequest, StartTaskRequest, StopTaskRequest, Task } from '@longshore/model';
import { rangeOf } from '@longshore/store';
import { expect } from 'chai';
import { eventually } from '../../support/eventually.js';
import { startTestServer, type TestServer } from './support/server.js';
import { SimAgent } from './support/sim-agent.js';

const someId = '0123456789abcdef0123456789abcdef';

async function refused(call: Promise<unknown>): Promise<{ readonly code: string; readonly message: string }> {
  try {
    await call;
  } catch (thrown) {
    return thrown as { code: string; message: string };
  }
  throw new Error('the call was not refused');
}

describe('operations on tasks', () => {
  let test: TestServer;
  let agent: SimAgent;

  before(async () => {
    test = await startTestServer();
    agent = await new SimAgent({
      endpoint: test.endpoint,
      resources: { cpuUnits: 8000, memoryMiB: 4000 },
    }).start();
    const app = { name: 'app', image: 'busybox:1.36', cpu: 100, memory: 100 };
    await test.ecs.RegisterTaskDefinition({
      family: 'web',
      containerDefinitions: [app],
      tags: [{ key: 'team', value: 'blue' }],
    });
    await test.ecs.RegisterTaskDefinition({
      family: 'huge',
      containerDefinitions: [{ ...app, memory: 100_000 }],
    });
    await test.ecs.RegisterTaskDefinition({
      family: 'own-address',
      networkMode: 'awsvpc',
      containerDefinitions: [app],
    });
    await test.ecs.RegisterTaskDefinition({ family: 'old', containerDefinitions: [app] });
    await test.ecs.DeregisterTaskDefinition({ taskDefinition: 'old:1' });
    await test.ecs.CreateCluster({ clusterName: 'empty' });
  });

  after(async () => {
    await agent.stop();
    await test.stop();
  });

  afterEach(async () => {
    const { taskArns = [] } = await test.ecs.ListTasks({});
    await Promise.all(taskArns.map((task) => test.ecs.StopTask({ task })));
    await eventually(() => test.server.context.store.tasks.size === 0);
  });

  const bad: readonly {
    readonly name: string;
    readonly request: RunTaskRequest;
    readonly code: string;
    readonly says: RegExp;
  }[] = [
    {
      name: 'no task definition',
      request: {},
      code: 'ClientException',
      says: /TaskDefinition can not be blank/,
    },
    {
      name: 'an unknown one',
      request: { taskDefinition: 'nope' },
      code: 'ClientException',
      says: /TaskDefinition not found/,
    },
    {
      name: 'an unknown revision',
      request: { taskDefinition: 'web:9' },
      code: 'ClientException',
      says: /TaskDefinition not found/,
    },
    {
      name: 'an inactive one',
      request: { taskDefinition: 'old:1' },
      code: 'ClientException',
      says: /inactive/,
    },
    {
      name: 'an unknown cluster',
      request: { cluster: 'nope', taskDefinition: 'web' },
      code: 'ClusterNotFoundException',
      says: /Cluster not found\./,
    },
    {
      name: 'a cluster without instances',
      request: { cluster: 'empty', taskDefinition: 'web' },
      code: 'InvalidParameterException',
      says: /No Container Instances were found in your cluster\./,
    },
    {
      name: 'count 0',
      request: { taskDefinition: 'web', count: 0 },
      code: 'InvalidParameterException',
      says: /Count must be between 1 and 10/,
    },
    {
      name: 'count 11',
      request: { taskDefinition: 'web', count: 11 },
      code: 'InvalidParameterException',
      says: /between 1 and 10, but was 11/,
    },
    {
      name: 'Fargate',
      request: { taskDefinition: 'web', launchType: 'FARGATE' },
      code: 'ClientException',
      says: /^launch type FARGATE is not available in this cluster: use EC2 or EXTERNAL$/,
    },
    {
      name: 'a capacity provider',
      request: { taskDefinition: 'web', capacityProviderStrategy: [{ capacityProvider: 'x' }] },
      code: 'InvalidParameterException',
      says: /capacity provider was not found: x/,
    },
    {
      name: 'a platform version',
      request: { taskDefinition: 'web', platformVersion: '1.4.0' },
      code: 'InvalidParameterException',
      says: /platform version/,
    },
    {
      name: 'a client token with a space',
      request: { taskDefinition: 'web', clientToken: 'a b' },
      code: 'InvalidParameterException',
      says: /clientToken/,
    },
    {
      name: 'a long startedBy',
      request: { taskDefinition: 'web', startedBy: 'x'.repeat(129) },
      code: 'InvalidParameterException',
      says: /startedBy must be at most 128/,
    },
    {
      name: "a service's group",
      request: { taskDefinition: 'web', group: 'service:web' },
      code: 'InvalidParameterException',
      says: /Invalid namespace for group/,
    },
    {
      name: 'tags of a service',
      request: { taskDefinition: 'web', propagateTags: 'SERVICE' },
      code: 'InvalidParameterException',
      says: /propagateTags/,
    },
    {
      name: 'an unknown option tag',
      request: { taskDefinition: 'web', tags: [{ key: 'longshore:speed', value: '9' }] },
      code: 'InvalidParameterException',
      says: /longshore:speed/,
    },
    {
      name: 'a wrong expression',
      request: {
        taskDefinition: 'web',
        placementConstraints: [{ type: 'memberOf', expression: 'attribute:x ==' }],
      },
      code: 'InvalidParameterException',
      says: /column/,
    },
    {
      name: 'an override of no container',
      request: { taskDefinition: 'web', overrides: { containerOverrides: [{ name: 'db' }] } },
      code: 'InvalidParameterException',
      says: /db is not a container in the TaskDefinition/,
    },
    {
      name: 'overrides of 9,000 characters',
      request: {
        taskDefinition: 'web',
        overrides: { containerOverrides: [{ name: 'app', command: ['x'.repeat(9000)] }] },
      },
      code: 'InvalidParameterException',
      says: /at most 8192/,
    },
    {
      name: 'an own address without a network',
      request: { taskDefinition: 'own-address' },
      code: 'InvalidParameterException',
      says: /^Network Configuration must be provided when networkMode 'awsvpc' is specified\.$/,
    },
    {
      name: 'a public address',
      request: {
        taskDefinition: 'own-address',
        networkConfiguration: { awsvpcConfiguration: { subnets: ['s'], assignPublicIp: 'ENABLED' } },
      },
      code: 'InvalidParameterException',
      says: /Assign public IP is not supported/,
    },
    {
      name: 'a network that the definition has no use for',
      request: { taskDefinition: 'web', networkConfiguration: { awsvpcConfiguration: { subnets: ['s'] } } },
      code: 'InvalidParameterException',
      says: /^Network Configuration is not valid for the given networkMode of this task definition\.$/,
    },
  ];
  for (const c of bad)
    it(`RunTask refuses ${c.name} and leaves nothing behind`, async () => {
      const { store } = test.server.context;
      const before = store.count(rangeOf('task'));
      const error = await refused(test.ecs.RunTask(c.request));
      expect(error.code).to.equal(c.code);
      expect(error.message).to.match(c.says);
      await store.barrier();
      expect(store.count(rangeOf('task'))).to.equal(before);
    });

  const badStart: readonly [string, StartTaskRequest, RegExp][] = [
    ['no instance', { taskDefinition: 'web' }, /Container instances can not be empty/],
    ['eleven instances', { taskDefinition: 'web', containerInstances: Array(11).fill(someId) }, /at most 10/],
    [
      'a long startedBy',
      { taskDefinition: 'web', containerInstances: [someId], startedBy: 'x'.repeat(37) },
      /at most 36/,
    ],
  ];
  for (const [name, request, says] of badStart)
    it(`StartTask refuses ${name}`, async () => {
      expect((await refused(test.ecs.StartTask(request))).message).to.match(says);
    });

  const badStop: readonly [string, StopTaskRequest, RegExp][] = [
    ['no task', {}, /Task can not be blank/],
    ['an unknown one', { task: someId }, /The referenced task was not found\./],
    ['a malformed one', { task: 'x' }, /length should be one of \[32,36\]/],
  ];
  for (const [name, request, says] of badStop)
    it(`StopTask refuses ${name}`, async () => {
      expect((await refused(test.ecs.StopTask(request))).message).to.match(says);
    });

  it('a task that fits nowhere is a failure with its reason, not an exception', async () => {
    const { tasks, failures } = await test.ecs.RunTask({ taskDefinition: 'huge', count: 2 });
    expect(tasks).to.deep.equal([]);
    expect(failures?.map((f) => f.reason)).to.deep.equal(['RESOURCE:MEMORY', 'RESOURCE:MEMORY']);
    expect(failures?.[0]?.detail).to.match(/memory/i);
    expect(failures?.[0]?.arn).to.contain(agent.instance);
  });

  it('an attribute that no instance has is no fault of the request: its expression is met nowhere', async () => {
    const { tasks, failures } = await test.ecs.RunTask({
      taskDefinition: 'web',
      placementConstraints: [{ type: 'memberOf', expression: 'attribute:nobody-has == this' }],
    });
    expect(tasks).to.deep.equal([]);
    expect(failures?.map((f) => f.reason)).to.deep.equal(['MemberOf placement constraint unsatisfied.']);
  });

  it('starts what fits and says why the rest does not', async () => {
    const runs = await Promise.all(
      Array.from({ length: 5 }, () => test.ecs.RunTask({ taskDefinition: 'web', count: 10 })),
    );
    const placed = runs.flatMap((r) => r.tasks ?? []);
    const failed = runs.flatMap((r) => r.failures ?? []);
    expect(placed).to.have.length(40);
    expect(failed.map((f) => f.reason)).to.deep.equal(Array(10).fill('RESOURCE:MEMORY'));
  });

  it('the same client token gives the same tasks, on repetition and side by side', async () => {
    const request: RunTaskRequest = { taskDefinition: 'web', count: 3, clientToken: 'once' };
    const runs = await Promise.all([1, 2, 3].map(() => test.ecs.RunTask(request)));
    const ids = runs.map((r) => r.tasks?.map((t) => t.taskArn));
    expect(ids[0]).to.have.length(3);
    expect(ids[1]).to.deep.equal(ids[0]);
    expect(ids[2]).to.deep.equal(ids[0]);
    expect((await test.ecs.ListTasks({})).taskArns).to.have.members(ids[0] ?? []);
  });

  it('a client token with other parameters is a ConflictException that names the tasks', async () => {
    const first = await test.ecs.RunTask({ taskDefinition: 'web', clientToken: 'twice' });
    const error = await refused(test.ecs.RunTask({ taskDefinition: 'web', count: 2, clientToken: 'twice' }));
    expect(error.code).to.equal('ConflictException');
    expect(error).to.have.property('resourceIds').deep.equal([first.tasks?.[0]?.taskArn]);
  });

  it('a client token is remembered when its task has long stopped', async () => {
    const { tasks = [] } = await test.ecs.RunTask({ taskDefinition: 'web', clientToken: 'thrice' });
    const task = tasks[0]?.taskArn ?? '';
    await test.ecs.StopTask({ task });
    await eventually(() => test.server.context.store.tasks.size === 0);
    const again = await test.ecs.RunTask({ taskDefinition: 'web', clientToken: 'thrice' });
    expect(again.tasks?.map((t) => t.taskArn)).to.deep.equal([task]);
    expect(again.tasks?.[0]?.lastStatus).to.equal('STOPPED');
  });

  it('a client token gives its tasks also where they, or others since, took the last room', async () => {
    const app = { name: 'app', image: 'busybox:1.36', memory: 3000 };
    await test.ecs.RegisterTaskDefinition({ family: 'wide', containerDefinitions: [app] });
    const request: RunTaskRequest = { taskDefinition: 'wide', clientToken: 'no-room' };
    const runs = await Promise.all(Array.from({ length: 6 }, () => test.ecs.RunTask(request)));
    const [arn = ''] = runs.flatMap((r) => r.tasks ?? []).map((t) => t.taskArn ?? '');
    for (const { tasks, failures } of runs) {
      expect(failures).to.deep.equal([]);
      expect(tasks?.map((t) => t.taskArn)).to.deep.equal([arn]);
    }
    await test.ecs.StopTask({ task: arn });
    await eventually(() => test.server.context.store.tasks.size === 0);
    const other = await test.ecs.RunTask({ taskDefinition: 'wide' });
    expect(other.tasks).to.have.length(1);
    const again = await test.ecs.RunTask(request);
    expect(again.failures).to.deep.equal([]);
    expect(again.tasks?.map((t) => [t.taskArn, t.lastStatus])).to.deep.equal([[arn, 'STOPPED']]);
  });

  it('propagates the tags of the definition where asked, and ECS its own', async () => {
    const { tasks = [] } = await test.ecs.RunTask({
      taskDefinition: 'web',
      propagateTags: 'TASK_DEFINITION',
      enableECSManagedTags: true,
      tags: [{ key: 'mine', value: '1' }],
    });
    const asked = await test.ecs.DescribeTasks({ tasks: [tasks[0]?.taskArn ?? ''], include: ['TAGS'] });
    expect(asked.tasks?.[0]?.tags).to.have.deep.members([
      { key: 'team', value: 'blue' },
      { key: 'mine', value: '1' },
      { key: 'aws:ecs:clusterName', value: 'default' },
    ]);
    const unasked = await test.ecs.DescribeTasks({ tasks: [tasks[0]?.taskArn ?? ''] });
    expect(unasked.tasks?.[0]?.tags).to.deep.equal([]);
  });

  /** The mode that the task's agent is told for log configurations without one. */
  const modeOf = (arn: string | undefined): string | undefined => {
    const task = test.server.context.store.tasks.get('default', arn?.split('/').at(-1) ?? '');
    return task && test.server.context.store.tasks.record(task).logDriverMode;
  };

  it('a task has the log driver mode that its account had when it was started, in ECS non-blocking', async () => {
    const app = { name: 'app', image: 'busybox:1.36', memory: 100 };
    const logConfiguration = { logDriver: 'json-file' } as const;
    await test.ecs.RegisterTaskDefinition({
      family: 'logs',
      containerDefinitions: [{ ...app, logConfiguration }],
    });
    const name = 'defaultLogDriverMode';
    const run = async (taskDefinition = 'logs'): Promise<string | undefined> =>
      (await test.ecs.RunTask({ taskDefinition })).tasks?.[0]?.taskArn;
    const first = await run();
    expect(modeOf(first)).to.equal('non-blocking');
    await test.ecs.PutAccountSettingDefault({ name, value: 'blocking' });
    expect(modeOf(await run())).to.equal('blocking');
    await test.ecs.PutAccountSetting({ name, value: 'non-blocking' });
    const { tasks } = await test.ecs.StartTask({
      taskDefinition: 'logs',
      containerInstances: [agent.instance],
    });
    expect(modeOf(tasks?.[0]?.taskArn)).to.equal('non-blocking');
    await test.ecs.DeleteAccountSetting({ name });
    expect(modeOf(await run())).to.equal('blocking');
    // Nothing to say: no container of the definition has a log configuration.
    expect(modeOf(await run('web'))).to.equal('');
    await test.ecs.CreateService({ serviceName: 'logs', taskDefinition: 'logs', desiredCount: 1 });
    let started: readonly string[] | undefined;
    await eventually(async () => {
      started = (await test.ecs.ListTasks({ serviceName: 'logs' })).taskArns;
      return started?.length === 1;
    });
    expect(modeOf(started?.[0])).to.equal('blocking');
    await test.ecs.DeleteService({ service: 'logs', force: true });
    await test.ecs.PutAccountSettingDefault({ name, value: 'non-blocking' });
    expect(modeOf(first)).to.equal('non-blocking');
  });

  describe('in awsvpc mode have their interface', () => {
    const networkConfiguration = { awsvpcConfiguration: { subnets: ['subnet-7', 'subnet-8'] } };
    const taskDefinition = 'own-address';
    const details = [{ name: 'subnetId', value: 'subnet-7' }];
    /** That the task is born with the one attachment, and keeps it to its end. */
    const expectBorn = async (task: Task | undefined): Promise<void> => {
      const [attachment, ...others] = task?.attachments ?? [];
      expect(others).to.deep.equal([]);
      expect(attachment?.id).to.match(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      expect(attachment).to.deep.include({ type: 'ElasticNetworkInterface', details });
      const arn = task?.taskArn ?? '';
      // The agent has it from its assignment.
      const id = arn.split('/').at(-1) ?? '';
      await eventually(() => agent.tasks.has(id));
      expect(agent.tasks.get(id)?.assignment.attachments[0]?.id).to.equal(attachment?.id);
      const again = (await test.ecs.DescribeTasks({ tasks: [arn] })).tasks?.[0]?.attachments;
      expect(again?.map((a) => a.id)).to.deep.equal([attachment?.id]);
    };

    it('from the answer of RunTask on, PRECREATED and with its subnet', async () => {
      const { tasks = [] } = await test.ecs.RunTask({ taskDefinition, networkConfiguration, count: 2 });
      expect(tasks.map((t) => [t.lastStatus, t.attachments?.[0]?.status])).to.deep.equal(
        Array(2).fill(['PROVISIONING', 'PRECREATED']),
      );
      expect(new Set(tasks.map((t) => t.attachments?.[0]?.id)).size).to.equal(2);
      for (const task of tasks) await expectBorn(task);
    });

    it('from the answer of StartTask on', async () => {
      const containerInstances = [agent.instance];
      const { tasks } = await test.ecs.StartTask({
        taskDefinition,
        networkConfiguration,
        containerInstances,
      });
      expect(tasks?.[0]?.attachments?.[0]?.status).to.equal('PRECREATED');
      await expectBorn(tasks?.[0]);
    });

    it('as tasks of a service too', async () => {
      const serviceName = 'own-address';
      await test.ecs.CreateService({ serviceName, taskDefinition, networkConfiguration, desiredCount: 1 });
      await eventually(async () => (await test.ecs.ListTasks({ serviceName })).taskArns?.length === 1);
      const { taskArns = [] } = await test.ecs.ListTasks({ serviceName });
      await expectBorn((await test.ecs.DescribeTasks({ tasks: taskArns })).tasks?.[0]);
      await test.ecs.DeleteService({ service: serviceName, force: true });
    });

    it('while they wait for a place, until they are STOPPED without one', async () => {
      const app = { name: 'app', image: 'busybox:1.36', memory: 100_000 };
      await test.ecs.RegisterTaskDefinition({
        family: 'huge-address',
        networkMode: 'awsvpc',
        containerDefinitions: [app],
      });
      const { tasks } = await test.ecs.RunTask({
        taskDefinition: 'huge-address',
        networkConfiguration,
        tags: [{ key: 'longshore:place-within', value: '10m' }],
      });
      const [attachment] = tasks?.[0]?.attachments ?? [];
      expect(attachment).to.deep.include({ status: 'PRECREATED', details });
      const stopped = await test.ecs.StopTask({ task: tasks?.[0]?.taskArn });
      expect(stopped.task?.attachments).to.deep.equal([{ ...attachment, status: 'DELETED' }]);
    });

    it('which the others have not', async () => {
      const { tasks } = await test.ecs.RunTask({ taskDefinition: 'web' });
      expect(tasks?.[0]?.attachments).to.deep.equal([]);
    });
  });

  it('StartTask starts on the instances that it names, and says which are missing', async () => {
    const answer = await test.ecs.StartTask({
      taskDefinition: 'web',
      containerInstances: [agent.instance, someId],
      startedBy: 'me',
    });
    expect(answer.tasks).to.have.length(1);
    expect(answer.tasks?.[0]?.containerInstanceArn).to.contain(agent.instance);
    expect(answer.failures?.map((f) => f.reason)).to.deep.equal(['MISSING']);
    expect((await test.ecs.ListTasks({ startedBy: 'me' })).taskArns).to.have.length(1);
  });

  it('waits for room where asked, in order of priority, and runs as soon as there is some', async () => {
    const full = await Promise.all(
      Array.from({ length: 4 }, () => test.ecs.RunTask({ taskDefinition: 'web', count: 10 })),
    );
    const wait = (priority: string) =>
      test.ecs.RunTask({
        taskDefinition: 'web',
        tags: [
          { key: 'longshore:place-within', value: '1m' },
          { key: 'longshore:priority', value: priority },
        ],
      });
    const low = await wait('1');
    const high = await wait('5');
    expect(low.failures).to.deep.equal([]);
    expect(low.tasks?.[0]?.lastStatus).to.equal('PROVISIONING');
    const explained = await test.longshore.ExplainTask({ task: high.tasks?.[0]?.taskArn });
    expect(explained.reasons?.join()).to.match(/has waited for a place/);
    expect(explained.refusals?.[0]?.reason).to.equal('RESOURCE:MEMORY');
    await test.ecs.StopTask({ task: full[0]?.tasks?.[0]?.taskArn });
    const arn = high.tasks?.[0]?.taskArn ?? '';
    await eventually(async () => {
      const { tasks = [] } = await test.ecs.DescribeTasks({ tasks: [arn] });
      expect(tasks[0]?.lastStatus).to.equal('RUNNING');
    });
    const { tasks = [] } = await test.ecs.DescribeTasks({ tasks: [low.tasks?.[0]?.taskArn ?? ''] });
    expect(tasks[0]?.lastStatus).to.equal('PROVISIONING');
    await test.ecs.StopTask({ task: low.tasks?.[0]?.taskArn });
  });

  it('gives up a task whose time to wait has passed', async () => {
    const { tasks = [] } = await test.ecs.RunTask({
      taskDefinition: 'huge',
      tags: [{ key: 'longshore:place-within', value: '300ms' }],
    });
    await eventually(async () => {
      const answer = await test.ecs.DescribeTasks({ tasks: [tasks[0]?.taskArn ?? ''] });
      expect(answer.tasks?.[0]).to.include({ lastStatus: 'STOPPED', stopCode: 'TaskFailedToStart' });
    });
  });

  it('starts more than ten where the tag asks for it', async () => {
    const tags = [{ key: 'longshore:count', value: '35' }];
    expect((await test.ecs.RunTask({ taskDefinition: 'web', tags })).tasks).to.have.length(35);
  });

  it('DescribeTasks tells what it knows and names what is missing', async () => {
    const { tasks = [] } = await test.ecs.RunTask({ taskDefinition: 'web' });
    const foreign = `arn:aws:ecs:us-east-1:999999999999:task/default/${someId}`;
    const answer = await test.ecs.DescribeTasks({ tasks: [someId, tasks[0]?.taskArn ?? '', foreign] });
    expect(answer.tasks).to.have.length(1);
    expect(answer.failures).to.deep.equal([
      { arn: `arn:aws:ecs:us-east-1:123456789012:task/default/${someId}`, reason: 'MISSING' },
      { arn: foreign, reason: 'MISSING' },
    ]);
  });

  it('DescribeTasks takes at most 100', async () => {
    expect((await refused(test.ecs.DescribeTasks({ tasks: Array(101).fill(someId) }))).message).to.match(
      /at most 100/,
    );
    expect((await refused(test.ecs.DescribeTasks({}))).message).to.match(/Tasks cannot be empty/);
  });

  it('ListTasks filters, and its pages neither repeat nor skip', async () => {
    await test.ecs.RunTask({ taskDefinition: 'web', count: 10, startedBy: 'pages' });
    await test.ecs.RunTask({ taskDefinition: 'web', count: 2, launchType: 'EXTERNAL' });
    const seen: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await test.ecs.ListTasks({ maxResults: 3, nextToken });
      expect(page.taskArns?.length).to.be.at.most(3);
      seen.push(...(page.taskArns ?? []));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(new Set(seen).size).to.equal(12);
    expect(seen).to.have.length(12);
    const count = async (request: object) => (await test.ecs.ListTasks(request)).taskArns?.length;
    expect(await count({ startedBy: 'pages' })).to.equal(10);
    expect(await count({ family: 'web' })).to.equal(12);
    expect(await count({ family: 'we' })).to.equal(0);
    expect(await count({ launchType: 'EXTERNAL' })).to.equal(2);
    expect(await count({ containerInstance: agent.instance })).to.equal(12);
    expect(await count({ desiredStatus: 'PENDING' })).to.equal(0);
  });

  it('ListTasks walks through the stopped by pages, living and history alike', async () => {
    const { tasks = [] } = await test.ecs.RunTask({ taskDefinition: 'web', count: 7, startedBy: 'gone' });
    await Promise.all(tasks.map((t) => test.ecs.StopTask({ task: t.taskArn })));
    const list = async () => {
      const seen: string[] = [];
      let nextToken: string | undefined;
      do {
        const page = await test.ecs.ListTasks({
          startedBy: 'gone',
          desiredStatus: 'STOPPED',
          maxResults: 2,
          nextToken,
        });
        seen.push(...(page.taskArns ?? []));
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
      return seen;
    };
    const wanted = tasks.map((t) => t.taskArn);
    expect(await list()).to.have.members(wanted);
    await eventually(() => test.server.context.store.tasks.size === 0);
    expect(await list()).to.have.members(wanted);
  });

  const badList: readonly [string, object, string, RegExp][] = [
    ['a page of none', { maxResults: 0 }, 'InvalidParameterException', /maxResults/],
    ['a token of something else', { nextToken: 'xyz' }, 'InvalidParameterException', /Invalid token/],
    [
      'startedBy beside another filter',
      { startedBy: 'x', family: 'y' },
      'InvalidParameterException',
      /only filter/,
    ],
    ['an unknown service', { serviceName: 'nope' }, 'ServiceNotFoundException', /Service not found/],
  ];
  for (const [name, request, code, says] of badList)
    it(`ListTasks refuses ${name}`, async () => {
      const error = await refused(test.ecs.ListTasks(request));
      expect(error.code).to.equal(code);
      expect(error.message).to.match(says);
    });

  it('explains where tasks would go, and starts nothing', async () => {
    const fits = await test.longshore.ExplainPlacement({ request: { taskDefinition: 'web', count: 2 } });
    expect(fits.containerInstances).to.deep.equal([agent.instance, agent.instance]);
    const huge = await test.longshore.ExplainPlacement({ request: { taskDefinition: 'huge' } });
    expect(huge.refusals?.[0]).to.include({ reason: 'RESOURCE:MEMORY', couldEverFit: false });
    expect((await test.ecs.ListTasks({})).taskArns).to.deep.equal([]);
  });

  it('protects no standalone task', async () => {
    const { tasks = [] } = await test.ecs.RunTask({ taskDefinition: 'web' });
    const answer = await test.ecs.UpdateTaskProtection({
      cluster: 'default',
      tasks: [tasks[0]?.taskArn ?? '', someId],
      protectionEnabled: true,
    });
    expect(answer.failures?.map((f) => f.reason)).to.deep.equal(['TASK_NOT_VALID', 'MISSING']);
  });
});
