import {
  agentClient,
  type Channel,
  type EcsClient,
  ecsClient,
  longshoreClient,
  openChannel,
} from '@longshore/rpc';
import { expect } from 'chai';
import { freePort, TestEtcd } from '../../support/etcd.js';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/needs.js';
import { SimAgent } from '../../unit/control-plane/support/sim-agent.js';
import { ServerProcess } from './server-process.js';

interface Served {
  readonly server: ServerProcess;
  readonly endpoint: string;
}

async function aServer(etcd: string, name: string): Promise<Served> {
  const [grpc, http] = [await freePort(), await freePort()];
  const flags = [
    `--etcd-endpoints=${etcd}`,
    `--replica-name=${name}`,
    `--grpc-listen=127.0.0.1:${grpc}`,
    `--http-listen=127.0.0.1:${http}`,
    '--instance-timeout=10s',
    '--dev',
  ];
  const server = new ServerProcess({ flags, http: `http://127.0.0.1:${http}` });
  server.run();
  return { server, endpoint: `127.0.0.1:${grpc}` };
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'OK';
  } catch (thrown) {
    return (thrown as { status?: string }).status ?? String(thrown);
  }
}

const web = { family: 'web', containerDefinitions: [{ name: 'app', image: 'busybox:1.36', memory: 16 }] };
const large = { cpuUnits: 100_000, memoryMiB: 100_000 };

describe('longshore-server on a real etcd', () => {
  needs('etcd');

  let etcd: TestEtcd;
  const channels: Channel[] = [];
  const servers: ServerProcess[] = [];
  const agents: SimAgent[] = [];

  const serve = async (name: string): Promise<Served> => {
    const served = await aServer(etcd.endpoint, name);
    servers.push(served.server);
    return served;
  };
  const client = (...endpoints: readonly string[]): EcsClient => {
    const channel = openChannel({ endpoints });
    channels.push(channel);
    return ecsClient(channel);
  };
  const anAgent = async (name: string, ...endpoints: readonly string[]): Promise<SimAgent> => {
    const agent = new SimAgent({ endpoint: endpoints.join(','), name, resources: large });
    agents.push(agent);
    return await agent.start();
  };

  beforeEach(async () => {
    etcd = await TestEtcd.start();
  });

  afterEach(async () => {
    await Promise.all(agents.splice(0).map((agent) => agent.stop()));
    for (const channel of channels.splice(0)) channel.close();
    await Promise.all(servers.splice(0).map((server) => server.end('SIGKILL')));
    await etcd.stop();
  });

  it('says that etcd is away at start and later, answers UNAVAILABLE, and recovers by itself', async () => {
    await etcd.kill();
    const { server, endpoint } = await serve('a');
    const away = await eventually(async () => {
      const readiness = await server.readiness();
      expect(readiness.status).to.equal(503);
      return readiness;
    });
    expect(away.text).to.match(/store (away|starting)/);
    const ecs = client(endpoint);
    expect(await codeOf(ecs.ListClusters({}, { timeoutMs: 2000 }))).to.equal('UNAVAILABLE');
    const http = await fetch(server.http, {
      method: 'POST',
      headers: { 'x-amz-target': 'AmazonEC2ContainerServiceV20141113.ListClusters' },
      body: '{}',
    });
    // Without access keys nobody can sign: what is asked before a signature is answered all the same.
    expect(http.status).to.equal(400);
    await etcd.run();
    await server.untilReady();
    await ecs.CreateCluster({});
    await etcd.kill();
    await eventually(async () => (await server.readiness()).status === 503, { withinMs: 20_000 });
    expect(await codeOf(ecs.ListClusters({}, { timeoutMs: 2000 }))).to.equal('UNAVAILABLE');
    expect(server.log).to.contain('"level":40');
    await etcd.run();
    await server.untilReady();
    expect((await ecs.ListClusters({})).clusterArns).to.have.length(1);
    expect(server.exitCode).to.equal(null);
  });

  it('40 tasks arrive though server, replica and etcd are killed meanwhile, none twice', async () => {
    const first = await serve('a');
    const second = await serve('b');
    await Promise.all([first.server.untilReady(), second.server.untilReady()]);
    const endpoints = [first.endpoint, second.endpoint];
    const ecs = client(...endpoints);
    await ecs.RegisterTaskDefinition(web);
    const all = await Promise.all(['h1', 'h2', 'h3'].map((name) => anAgent(name, ...endpoints)));
    const tokens = Array.from({ length: 40 }, (_, i) => `run-${i}`);
    const runAll = Promise.all(
      tokens.map((clientToken) =>
        eventually(
          async () => {
            const run = await ecs.RunTask({ taskDefinition: 'web', clientToken }, { timeoutMs: 5000 });
            expect(run.tasks).to.have.length(1);
            return run.tasks?.[0]?.taskArn ?? '';
          },
          { withinMs: 50_000, everyMs: 100 },
        ),
      ),
    );
    await first.server.end('SIGKILL');
    first.server.run();
    await etcd.kill();
    await etcd.run();
    await second.server.end('SIGKILL');
    second.server.run();
    const arns = await runAll;
    expect(new Set(arns).size).to.equal(40);
    await eventually(
      async () => {
        const { tasks = [] } = await ecs.DescribeTasks({ tasks: arns });
        expect(tasks.filter((t) => t.lastStatus === 'RUNNING')).to.have.length(40);
      },
      { withinMs: 50_000, everyMs: 200, state: () => agents.map((a) => a.lastError) },
    );
    const started = all.flatMap((agent) => agent.started);
    expect(new Set(started).size, 'each started once').to.equal(started.length);
    expect(started).to.have.length(40);
  }).timeout(120_000);

  it('stops within a bound on SIGTERM, and its leadership and sessions pass on at once', async () => {
    const first = await serve('a');
    const second = await serve('b');
    await Promise.all([first.server.untilReady(), second.server.untilReady()]);
    const agent = await anAgent('h1', first.endpoint, second.endpoint);
    const session = agent.session;
    const started = performance.now();
    expect(await first.server.end('SIGTERM')).to.equal(0);
    expect(performance.now() - started).to.be.below(10_000);
    const ecs = client(second.endpoint);
    await ecs.RegisterTaskDefinition(web);
    await eventually(
      async () => {
        const run = await ecs.RunTask({ taskDefinition: 'web' });
        expect(run.failures).to.deep.equal([]);
      },
      { withinMs: 10_000 },
    );
    await eventually(() => agent.started.length === 1);
    expect(agent.session).to.be.at.least(session);
  });

  it('reset stops the tasks, keeps the agents and begins revisions anew, within 3 s', async () => {
    const { server, endpoint } = await serve('a');
    await server.untilReady();
    const ecs = client(endpoint);
    const agent = await anAgent('h1', endpoint);
    await ecs.RegisterTaskDefinition(web);
    await ecs.RegisterTaskDefinition(web);
    await eventually(async () =>
      expect((await ecs.RunTask({ taskDefinition: 'web', count: 10 })).tasks).to.have.length(10),
    );
    const channel = openChannel({ endpoints: [endpoint] });
    channels.push(channel);
    const startedMs = performance.now();
    await longshoreClient(channel).Reset({});
    expect(performance.now() - startedMs).to.be.below(3000);
    expect((await ecs.ListTasks({})).taskArns).to.deep.equal([]);
    expect((await ecs.ListTasks({ desiredStatus: 'STOPPED' })).taskArns).to.deep.equal([]);
    expect((await ecs.ListContainerInstances({})).containerInstanceArns).to.have.length(1);
    const again = await ecs.RegisterTaskDefinition(web);
    expect(again.taskDefinition?.revision).to.equal(1);
    const run = await ecs.RunTask({ taskDefinition: 'web' });
    expect(run.tasks).to.have.length(1);
    expect(agent.instance).to.contain(run.tasks?.[0]?.containerInstanceArn?.split('/')[2]);
  });

  it('garbage on the gRPC port does not take the process down', async () => {
    const { server, endpoint } = await serve('a');
    await server.untilReady();
    const answer = await fetch(`http://${endpoint}/`, { method: 'POST', body: 'x'.repeat(10_000) }).catch(
      (thrown: unknown) => thrown,
    );
    expect(answer).to.be.instanceOf(Error);
    const channel = openChannel({ endpoints: [endpoint] });
    channels.push(channel);
    const strange = {
      cluster: '\u0000',
      instance: '../..',
      session: -1,
      cursor: undefined,
      knownDefinitions: [],
    };
    expect(await codeOf(agentClient(channel).Poll(strange as never))).to.equal('ABORTED');
    expect(server.exitCode).to.equal(null);
    await client(endpoint).ListClusters({});
  });
});
