import {
  aContainerRecord,
  agentProtocol,
  aTaskReport,
  type PollResponse,
  type RegisterRequest,
  someResources,
} from '@longshore/model';
import { type AgentClient, agentClient, type Channel, openChannel } from '@longshore/rpc';
import { keyOf } from '@longshore/store';
import { expect } from 'chai';
import { eventually } from '../../support/eventually.js';
import { newBackend, startTestServer, type TestServer } from './support/server.js';
import { SimAgent } from './support/sim-agent.js';

async function refused(call: Promise<unknown>): Promise<{ readonly code: string; readonly message: string }> {
  try {
    await call;
  } catch (thrown) {
    return thrown as { code: string; message: string };
  }
  throw new Error('the call was not refused');
}

const app = { name: 'app', image: 'busybox:1.36', memory: 64 };

describe('the dispatcher', () => {
  let test: TestServer;
  let channel: Channel;
  let client: AgentClient;
  let agents: SimAgent[] = [];

  const anAgent = (options: Partial<ConstructorParameters<typeof SimAgent>[0]> = {}): SimAgent => {
    const agent = new SimAgent({ endpoint: test.endpoint, ...options });
    agents.push(agent);
    return agent;
  };

  const registration = (given: Partial<RegisterRequest>): RegisterRequest => ({
    protocol: agentProtocol,
    cluster: 'default',
    instance: '',
    previousNonce: '',
    nonce: 'n1',
    joinAsNew: false,
    name: 'host-1',
    agentVersion: '0.1.0',
    dockerVersion: '20.10.24',
    attributes: [{ name: 'com.amazonaws.ecs.capability.docker-remote-api.1.18' }],
    resources: someResources(),
    tags: [],
    epoch: '',
    agentHash: '',
    ...given,
  });

  const run = async (count = 1): Promise<readonly string[]> => {
    const { tasks = [], failures } = await test.ecs.RunTask({ taskDefinition: 'web', count });
    expect(failures).to.deep.equal([]);
    return tasks.map((t) => t.taskArn?.split('/')[2] ?? '');
  };

  const taskIds = (answer: PollResponse): readonly string[] => answer.assignments.map((a) => a.task);

  beforeEach(async () => {
    test = await startTestServer({ flags: { 'instance-timeout': '1s' } });
    channel = openChannel({ endpoints: [test.endpoint], balance: 'one' });
    client = agentClient(channel);
    await test.ecs.RegisterTaskDefinition({ family: 'web', containerDefinitions: [app] });
  });

  afterEach(async () => {
    await Promise.all(agents.map((agent) => agent.stop()));
    agents = [];
    channel.close();
    await test.stop();
  });

  describe('registration', () => {
    it('makes the default cluster when the first agent joins', async () => {
      await anAgent().register();
      expect((await test.ecs.ListClusters({})).clusterArns).to.have.length(1);
    });

    it('finds the instance again that an unanswered registration made', async () => {
      const first = await client.Register(registration({ nonce: 'same' }));
      const again = await client.Register(registration({ nonce: 'same' }));
      expect(again.instance).to.equal(first.instance);
      expect(again.session).to.be.greaterThan(first.session);
    });

    it('lets an instance come back with the last nonce, or with the one whose answer was lost', async () => {
      const { instance } = await client.Register(registration({ nonce: 'n1' }));
      await client.Register(registration({ instance, previousNonce: 'n1', nonce: 'n2' }));
      await client.Register(registration({ instance, previousNonce: 'n1', nonce: 'n2' }));
      await client.Register(registration({ instance, previousNonce: 'n2', nonce: 'n3' }));
    });

    it('refuses an instance whose id cannot stand in a key', async () => {
      const error = await refused(client.Register(registration({ instance: '../../live/tasks' })));
      expect(error).to.include({ code: 'InvalidParameterException' });
    });

    it("refuses a copy of an instance's disk, with the other host's name", async () => {
      const { instance } = await client.Register(registration({ nonce: 'n1' }));
      await client.Register(registration({ instance, previousNonce: 'n1', nonce: 'n2' }));
      const copy = registration({ instance, previousNonce: 'n1', nonce: 'c1', name: 'clone' });
      const error = await refused(client.Register(copy));
      expect(error.code).to.equal('ClientException');
      expect(error.message).to.contain('belongs to host host-1');
      const joined = await client.Register({ ...copy, instance: '', previousNonce: '', joinAsNew: true });
      expect(joined.instance).not.to.equal(instance);
    });

    it('after a restore an instance whose nonce the store has forgotten comes back, and a copy of it does not', async () => {
      const { store } = test.server.context;
      const { instance, epoch } = await client.Register(registration({ nonce: 'n1' }));
      // The backup is from here; the instance went on to nonce n7 meanwhile.
      const key = keyOf('epoch');
      const revision = store.get(key)?.revision ?? 0;
      const restored = { put: key, value: { epoch: 'restored', createdAtMs: 1 } };
      await store.commit({ expect: [{ key, revision }], write: [restored] });
      const returning = { instance, epoch, previousNonce: 'n7', nonce: 'n8' };
      expect((await client.Register(registration(returning))).epoch).to.equal('restored');
      const copy = registration({ ...returning, previousNonce: 'n5', nonce: 'n6' });
      expect((await refused(client.Register(copy))).message).to.contain('a copy or was rolled back');
    });

    it('refuses an instance that was deregistered, until it joins as a new one', async () => {
      const first = await client.Register(registration({ nonce: 'n1' }));
      await test.ecs.DeregisterContainerInstance({ containerInstance: first.instance, force: true });
      const again = registration({
        instance: first.instance,
        previousNonce: 'n1',
        nonce: 'n2',
        epoch: first.epoch,
      });
      expect((await refused(client.Register(again))).message).to.contain('was deregistered');
      const foreign = await client.Register({ ...again, epoch: 'of another store' });
      expect(foreign.instance).to.equal(first.instance);
    });

    const versions: readonly [string, { major: number; minor: number }, RegExp | undefined][] = [
      ['one minor version ahead', { ...agentProtocol, minor: agentProtocol.minor + 1 }, undefined],
      [
        'two minor versions ahead',
        { ...agentProtocol, minor: agentProtocol.minor + 2 },
        /upgrade the server/,
      ],
      ['of a later major version', { major: agentProtocol.major + 1, minor: 0 }, /upgrade the server/],
      ['of an earlier major version', { major: agentProtocol.major - 1, minor: 9 }, /upgrade the agent/],
    ];
    for (const [name, protocol, says] of versions)
      it(`${says ? 'refuses' : 'takes'} an agent ${name}`, async () => {
        const call = client.Register(registration({ protocol }));
        if (says) expect((await refused(call)).message).to.match(says);
        else await call;
      });

    it('places nothing before the complete report of the present session', async () => {
      const { instance, session } = await client.Register(registration({}));
      const shy = await test.ecs.RunTask({ taskDefinition: 'web' });
      expect(shy.failures?.map((f) => f.reason)).to.deep.equal(['AGENT']);
      const report = { cluster: 'default', instance, session, sequence: 1, tasks: [], orphans: [] };
      await client.Report({ ...report, complete: false });
      expect((await test.ecs.RunTask({ taskDefinition: 'web' })).failures).to.have.length(1);
      await client.Report({ ...report, complete: true });
      await run();
    });

    it('a registration that shrinks the instance closes it to placements and kills nothing', async () => {
      const agent = anAgent({ name: 'host-1', idle: true });
      await agent.register();
      const [task = ''] = await run();
      await client.Register(
        registration({
          instance: agent.instance,
          previousNonce: agent.nonce(),
          nonce: 'small',
          resources: someResources({ memoryMiB: 32 }),
        }),
      );
      const answer = await test.ecs.DescribeTasks({ tasks: [task] });
      expect(answer.tasks?.[0]?.desiredStatus).to.equal('RUNNING');
      const shrunk = await test.ecs.DescribeContainerInstances({ containerInstances: [agent.instance] });
      const memory = shrunk.containerInstances?.[0]?.remainingResources?.find((r) => r.name === 'MEMORY');
      expect(memory?.integerValue).to.equal(-32);
    });
  });

  describe('polling', () => {
    let agent: SimAgent;
    const poll = (cursor = agent.cursor, known: readonly string[] = []): Promise<PollResponse> =>
      agent.client.Poll({ ...agent.ids, cursor, knownDefinitions: known });

    beforeEach(async () => {
      agent = anAgent({ idle: true });
      await agent.register();
    });

    it('gives everything first, then only what changed', async () => {
      const [first = ''] = await run();
      const all = await poll();
      expect(all.complete).to.equal(true);
      expect(taskIds(all)).to.deep.equal([first]);
      expect(all.definitions.map((d) => d.name)).to.deep.equal(['web:1']);
      const [second = ''] = await run();
      const more = await poll(all.cursor);
      expect(more.complete).to.equal(false);
      expect(taskIds(more)).to.deep.equal([second]);
      expect(more.definitions).to.deep.equal([]);
    });

    it('is answered at once when a task is placed, and when one shall stop', async () => {
      const all = await poll();
      const waiting = poll(all.cursor);
      const [task = ''] = await run();
      const placed = await waiting;
      expect(taskIds(placed)).to.deep.equal([task]);
      const stopping = poll(placed.cursor);
      await test.ecs.StopTask({ task, reason: 'done' });
      const told = await stopping;
      expect(told.assignments[0]).to.include({ task, desiredStatus: 'STOPPED', stoppedReason: 'done' });
    });

    it('is answered without news when a heartbeat is due, its cursor no older', async () => {
      const all = await poll();
      const beat = await poll(all.cursor);
      expect(beat).to.deep.include({ assignments: [], removed: [], complete: false });
      expect(beat.cursor?.revision).to.be.at.least(all.cursor?.revision ?? 0);
    });

    it('tells an answer that was lost again, bodies of definitions included', async () => {
      const all = await poll();
      const [task = ''] = await run();
      const lost = await poll(all.cursor);
      const again = await poll(all.cursor);
      expect(taskIds(lost)).to.deep.equal([task]);
      expect(taskIds(again)).to.deep.equal([task]);
      expect(again.definitions.map((d) => d.name)).to.deep.equal(['web:1']);
    });

    it('does not tell an agent its own reports again', async () => {
      const [task = ''] = await run();
      const all = await poll();
      await agent.report([aTaskReport({ task, lastStatus: 'RUNNING', startedAtMs: 1 })]);
      const beat = await poll(all.cursor);
      expect(beat.assignments).to.deep.equal([]);
    });

    it('names in a complete answer what is there and unchanged', async () => {
      const [task = ''] = await run();
      const all = await poll();
      const fresh = await poll({ epoch: 'another', revision: all.cursor?.revision ?? 0 });
      expect(fresh.complete).to.equal(true);
      expect([...taskIds(fresh), ...fresh.unchanged]).to.deep.equal([task]);
    });

    it('names what left since the cursor', async () => {
      const [task = ''] = await run();
      const all = await poll();
      await test.ecs.StopTask({ task });
      const told = await poll(all.cursor);
      const waiting = poll(told.cursor);
      await agent.report([aTaskReport({ task, lastStatus: 'STOPPED', stoppedAtMs: 1 })]);
      expect((await waiting).removed).to.deep.equal([task]);
    });

    it('a second poll ends the first, whose cursor stays where it was', async () => {
      const all = await poll();
      const first = poll(all.cursor);
      const second = poll(all.cursor);
      expect((await first).cursor).to.deep.equal(all.cursor);
      await run();
      expect((await second).assignments).to.have.length(1);
    });

    it('is over once the agent has registered again', async () => {
      const all = await poll();
      const old = { ...agent.ids, cursor: all.cursor, knownDefinitions: [] };
      const waiting = refused(agent.client.Poll(old));
      await agent.register();
      const error = await waiting;
      expect(error.code).to.equal('ConflictException');
      expect(error.message).to.contain('register again');
      expect((await refused(agent.client.Poll(old))).code).to.equal('ConflictException');
    });
  });

  describe('reports', () => {
    let agent: SimAgent;
    beforeEach(async () => {
      agent = anAgent({ idle: true });
      await agent.register();
    });

    it('are answered when they are committed, and once more when they are sent once more', async () => {
      const [task = ''] = await run();
      const report = aTaskReport({
        task,
        lastStatus: 'STOPPED',
        stoppedAtMs: 1,
        stopCode: 'EssentialContainerExited',
      });
      for (let i = 0; i < 3; i++) {
        const { acks } = await agent.report([report]);
        expect(acks).to.deep.equal([{ task, outcome: 'OUTCOME_COMMITTED' }]);
        if (i === 1) await eventually(() => test.server.context.store.tasks.size === 0);
      }
      const { tasks = [] } = await test.ecs.DescribeTasks({ tasks: [task] });
      expect(tasks[0]).to.include({ lastStatus: 'STOPPED', stopCode: 'EssentialContainerExited' });
    });

    it('of a task that nobody knows are answered so', async () => {
      const task = 'f'.repeat(32);
      const { acks } = await agent.report([aTaskReport({ task, lastStatus: 'RUNNING' })]);
      expect(acks).to.deep.equal([{ task, outcome: 'OUTCOME_UNKNOWN_TASK' }]);
    });

    it('of what is no id of a task are answered as of an unknown one', async () => {
      const { acks } = await agent.report([aTaskReport({ task: '../x', lastStatus: 'RUNNING' })]);
      expect(acks).to.deep.equal([{ task: '../x', outcome: 'OUTCOME_UNKNOWN_TASK' }]);
    });

    it("of another instance's task are answered as of an unknown one", async () => {
      const [task = ''] = await run();
      const other = anAgent({ name: 'other', idle: true });
      await other.register();
      const { acks } = await other.report([aTaskReport({ task, lastStatus: 'STOPPED' })]);
      expect(acks[0]?.outcome).to.equal('OUTCOME_UNKNOWN_TASK');
      const { tasks = [] } = await test.ecs.DescribeTasks({ tasks: [task] });
      expect(tasks[0]?.lastStatus).to.equal('PENDING');
    });

    it('never move a task back', async () => {
      const [task = ''] = await run();
      await agent.report([aTaskReport({ task, lastStatus: 'RUNNING', startedAtMs: 1 })]);
      await agent.report([aTaskReport({ task, lastStatus: 'PENDING' })]);
      const { tasks = [] } = await test.ecs.DescribeTasks({ tasks: [task] });
      expect(tasks[0]?.lastStatus).to.equal('RUNNING');
    });

    it('of a dynamic port outside the registered range keep static ports off it until the task has stopped', async () => {
      const mongo = { ...app, name: 'mongo', portMappings: [{ containerPort: 27017, hostPort: 27017 }] };
      await test.ecs.RegisterTaskDefinition({ family: 'mongo', containerDefinitions: [mongo] });
      const [task = ''] = await run();
      const networkBindings = [{ containerPort: 80, hostPort: 27017, protocol: 'tcp' as const }];
      const containers = [aContainerRecord({ lastStatus: 'RUNNING', networkBindings })];
      await agent.report([aTaskReport({ task, lastStatus: 'RUNNING', startedAtMs: 1, containers })]);
      const refusal = async (): Promise<string | undefined> =>
        (await test.ecs.RunTask({ taskDefinition: 'mongo' })).failures?.[0]?.reason;
      expect(await refusal()).to.equal('RESOURCE:PORTS');
      await agent.report([aTaskReport({ task, lastStatus: 'STOPPED', startedAtMs: 1, stoppedAtMs: 2 })]);
      expect(await refusal()).to.equal(undefined);
    });

    it('that something is wrong close the instance to placements until it is mended', async () => {
      await agent.report([], false, 'docker: no answer to inspect for 40 s');
      expect((await test.ecs.RunTask({ taskDefinition: 'web' })).failures?.[0]?.reason).to.equal('AGENT');
      const shown = await test.ecs.DescribeContainerInstances({
        containerInstances: [agent.instance],
        include: ['CONTAINER_INSTANCE_HEALTH'],
      });
      expect(shown.containerInstances?.[0]?.healthStatus?.overallStatus).to.equal('IMPAIRED');
      await agent.report([], false, '');
      await run();
    });
  });

  describe('silence', () => {
    const connected = async (instance: string): Promise<boolean | undefined> => {
      const answer = await test.ecs.DescribeContainerInstances({ containerInstances: [instance] });
      return answer.containerInstances?.[0]?.agentConnected;
    };

    it('makes an agent not connected after the timeout, its tasks DISCONNECTED, until it is heard again', async () => {
      const agent = anAgent({ idle: true });
      await agent.register();
      const [task = ''] = await run();
      expect(await connected(agent.instance)).to.equal(true);
      await eventually(async () => expect(await connected(agent.instance)).to.equal(false), {
        withinMs: 4000,
      });
      const { tasks = [] } = await test.ecs.DescribeTasks({ tasks: [task] });
      expect(tasks[0]).to.include({ connectivity: 'DISCONNECTED', lastStatus: 'PENDING' });
      expect((await test.ecs.RunTask({ taskDefinition: 'web' })).failures?.[0]?.reason).to.equal('AGENT');
      await agent.poll();
      await eventually(async () => expect(await connected(agent.instance)).to.equal(true));
    });
  });
});

describe('two replicas on one store', () => {
  it('serve one agent and one client each, and see what the other does', async () => {
    const backend = newBackend();
    const a = await startTestServer({ backend, replica: 'a' });
    const b = await startTestServer({ backend, replica: 'b' });
    await a.ecs.RegisterTaskDefinition({ family: 'web', containerDefinitions: [app] });
    const agent = await new SimAgent({ endpoint: a.endpoint }).start();
    try {
      const { tasks = [] } = await eventually(async () => {
        const run = await b.ecs.RunTask({ taskDefinition: 'web', count: 5 });
        expect(run.tasks).to.have.length(5);
        return run;
      });
      const ids = tasks.map((t) => t.taskArn ?? '');
      await eventually(async () => {
        const { tasks: seen = [] } = await b.ecs.DescribeTasks({ tasks: ids });
        expect(seen.map((t) => t.lastStatus)).to.deep.equal(Array(5).fill('RUNNING'));
      });
      const leaders = [a, b].filter((t) => t.server.leader.leads);
      expect(leaders).to.have.length(1);
    } finally {
      await agent.stop();
      await a.stop();
      await b.stop();
    }
  });

  it('an agent goes on at the other when its replica stops; nothing is started twice', async () => {
    const backend = newBackend();
    const a = await startTestServer({ backend, replica: 'a' });
    const b = await startTestServer({ backend, replica: 'b' });
    await a.ecs.RegisterTaskDefinition({ family: 'web', containerDefinitions: [app] });
    const agent = await new SimAgent({ endpoint: `${a.endpoint},${b.endpoint}` }).start();
    try {
      const before = await b.ecs.RunTask({ taskDefinition: 'web', count: 3 });
      expect(before.tasks).to.have.length(3);
      await eventually(() => agent.started.length === 3);
      const holder = b.server.context.store.get(keyOf('session', 'default', agent.instance))?.value.replica;
      const [dying, living] = holder === 'a' ? [a, b] : [b, a];
      await dying.stop();
      await eventually(async () => {
        const run = await living.ecs.RunTask({ taskDefinition: 'web' });
        expect(run.failures).to.deep.equal([]);
      });
      await eventually(() => agent.started.length === 4);
      expect(new Set(agent.started).size).to.equal(4);
    } finally {
      await agent.stop();
      await a.stop();
      await b.stop();
    }
  });

  it('two that run under one name do not go on', async () => {
    const backend = newBackend();
    const a = await startTestServer({ backend, replica: 'same' });
    await eventually(() => a.server.context.store.get(keyOf('replica', 'same')) !== undefined);
    const b = await startTestServer({ backend, replica: 'same' });
    const error = await Promise.race([refused(a.server.failed), refused(b.server.failed)]);
    expect(error.message).to.contain('another process runs as replica same');
    await a.stop();
    await b.stop();
  });
});
