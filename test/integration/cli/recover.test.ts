import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Channel, ecsClient, longshoreClient, openChannel } from '@longshore/rpc';
import { expect } from 'chai';
import { freePort, TestEtcd } from '../../support/etcd.js';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/needs.js';
import { play } from '../../unit/cli/support.js';
import { SimAgent } from '../../unit/control-plane/support/sim-agent.js';
import { ServerProcess } from '../control-plane/server-process.js';

const web = { family: 'web', containerDefinitions: [{ name: 'app', image: 'busybox:1.36', memory: 16 }] };

describe('longshore store recover, after etcd was restored from a backup', () => {
  needs('etcd');
  let etcd: TestEtcd;
  let server: ServerProcess;
  let agent: SimAgent;
  let channel: Channel;

  beforeEach(async () => {
    etcd = await TestEtcd.start();
    const [grpc, http] = [await freePort(), await freePort()];
    const flags = [
      `--etcd-endpoints=${etcd.endpoint}`,
      `--grpc-listen=127.0.0.1:${grpc}`,
      `--http-listen=127.0.0.1:${http}`,
    ];
    server = new ServerProcess({ flags, http: `http://127.0.0.1:${http}` });
    channel = openChannel({ endpoints: [`127.0.0.1:${grpc}`] });
    agent = new SimAgent({ endpoint: `127.0.0.1:${grpc}`, name: 'h1' });
  });

  afterEach(async () => {
    await agent.stop();
    channel.close();
    await server.end('SIGKILL');
    await etcd.stop();
    rmSync(`${etcd.dataDir}-backup`, { recursive: true, force: true });
  });

  it('the agent is back under its old name, though the store has forgotten its nonce, and its task goes on', async () => {
    const ecs = ecsClient(channel);
    const member = join(etcd.dataDir, 'member');
    server.run();
    await server.untilReady();
    await ecs.RegisterTaskDefinition(web);
    await agent.start();
    const { instance, epoch } = agent;
    await eventually(async () =>
      expect((await ecs.RunTask({ taskDefinition: 'web' })).tasks).to.have.length(1),
    );
    await eventually(() => agent.started.length === 1);
    await server.end('SIGKILL');
    await etcd.kill();
    cpSync(member, `${etcd.dataDir}-backup`, { recursive: true });

    await etcd.run();
    server.run();
    const session = agent.session;
    await eventually(() => agent.session > session, { withinMs: 20_000, state: () => agent.lastError });
    await server.end('SIGKILL');
    await etcd.kill();
    rmSync(member, { recursive: true });
    cpSync(`${etcd.dataDir}-backup`, member, { recursive: true });

    await etcd.run();
    const { code, out, err } = await play(['store', 'recover', '--etcd-endpoints', etcd.endpoint]);
    expect(code, err).to.equal(0);
    const told = JSON.parse(out) as {
      readonly epoch: string;
      readonly before: string;
      readonly tasks: number;
    };
    expect(told).to.include({ before: epoch, tasks: 1 });
    server.run();
    await eventually(() => expect(agent.epoch).to.equal(told.epoch), {
      withinMs: 20_000,
      state: () => agent.lastError,
    });
    expect(agent.instance).to.equal(instance);
    await eventually(async () => {
      const { containerInstances = [] } = await ecs.DescribeContainerInstances({
        containerInstances: [instance],
      });
      expect(containerInstances[0]).to.include({ agentConnected: true, runningTasksCount: 1 });
    });
    expect(agent.started).to.have.length(1);
    const { checks = [] } = await longshoreClient(channel).Diagnose({});
    expect(checks.find((c) => c.name === 'etcd size')?.ok).to.equal(true);
  }).timeout(90_000);
});
