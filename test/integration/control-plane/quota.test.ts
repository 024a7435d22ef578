import { silentLogger, systemClock, systemRandom } from '@longshore/kit';
import { aTaskRecord } from '@longshore/model';
import { type Channel, type EcsClient, ecsClient, openChannel } from '@longshore/rpc';
import { EtcdMaintenance, type EtcdStore, keyOf, openEtcdStore, rangeOf } from '@longshore/store';
import { expect } from 'chai';
import { freePort, TestEtcd } from '../../support/etcd.js';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/needs.js';
import { SimAgent } from '../../unit/control-plane/support/sim-agent.js';
import { committed } from '../../unit/store/contract.js';
import { ServerProcess } from './server-process.js';

const quotaBytes = 16 * 2 ** 20;
const web = { family: 'web', containerDefinitions: [{ name: 'app', image: 'busybox:1.36', memory: 16 }] };

describe('longshore-server on an etcd that is nearly full', () => {
  needs('etcd');
  let etcd: TestEtcd;
  let server: ServerProcess;
  let store: EtcdStore;
  let channel: Channel;
  let ecs: EcsClient;
  let endpoint: string;
  const agents: SimAgent[] = [];

  beforeEach(async () => {
    etcd = await TestEtcd.start({ flags: [`--quota-backend-bytes=${quotaBytes}`] });
    const parts = { clock: systemClock, random: systemRandom, logger: silentLogger };
    store = openEtcdStore({ endpoints: [etcd.endpoint], replica: 'test', ...parts });
    await store.start();
    const [grpc, http] = [await freePort(), await freePort()];
    endpoint = `127.0.0.1:${grpc}`;
    const flags = [
      `--etcd-endpoints=${etcd.endpoint}`,
      `--etcd-quota-bytes=${quotaBytes}`,
      `--grpc-listen=${endpoint}`,
      `--http-listen=127.0.0.1:${http}`,
      '--stopped-tasks-max=100',
    ];
    server = new ServerProcess({ flags, http: `http://127.0.0.1:${http}` });
    channel = openChannel({ endpoints: [endpoint] });
    ecs = ecsClient(channel);
  });

  afterEach(async () => {
    await Promise.all(agents.splice(0).map((agent) => agent.stop()));
    channel.close();
    await server.end('SIGKILL');
    await store.stop();
    await etcd.stop();
  });

  /** As earlier leaders left it: stopped tasks on leases. 70 of 200 KB are 83 % of the quota. */
  const fillHistory = async (): Promise<void> => {
    for (let n = 0; n < 70; n++) {
      const key = keyOf('history', 'default', n.toString(16).padStart(32, '0'));
      const task = aTaskRecord({ stoppedReason: 'x'.repeat(200_000), stoppedAtMs: Date.now() - 60_000 + n });
      const write = [{ put: key, value: { task }, lease: await store.expiringLease(3600) }];
      await committed(store.commit({ expect: [{ key, revision: 0 }], write }));
    }
  };
  const historySize = async (): Promise<number> =>
    (await store.listCold(rangeOf('history'), { limit: 1000 })).items.length;
  const refusal = async (call: Promise<unknown>): Promise<string> =>
    await call.then(
      () => '',
      (thrown: Error) => thrown.message,
    );

  it('refuses new work, goes on with stops and reports, lets the oldest history go, and takes work again', async () => {
    server.run();
    await server.untilReady();
    await ecs.RegisterTaskDefinition(web);
    const agent = await new SimAgent({ endpoint, name: 'h1' }).start();
    agents.push(agent);
    const { tasks = [] } = await eventually(async () => {
      const answer = await ecs.RunTask({ taskDefinition: 'web' });
      expect(answer.tasks).to.have.length(1);
      return answer;
    });
    const task = tasks[0]?.taskArn ?? '';
    await server.end('SIGTERM');
    await fillHistory();
    server.run();
    await server.untilReady();

    const says = /etcd uses 8\d % of its quota: `longshore store free` makes room/;
    await eventually(async () => expect((await server.readiness()).text).to.match(says));
    expect((await server.readiness()).status).to.equal(200);
    expect(server.log).to.contain('store nearly full, new work refused');
    await eventually(() => ecs.ListClusters({}, { timeoutMs: 1000 }).then(() => true));
    for (const call of [
      () => ecs.RunTask({ taskDefinition: 'web' }, { timeoutMs: 1000 }),
      () => ecs.CreateCluster({ clusterName: 'more' }, { timeoutMs: 1000 }),
      () => ecs.RegisterTaskDefinition(web, { timeoutMs: 1000 }),
    ])
      expect(await refusal(call())).to.match(says);
    const newcomer = new SimAgent({ endpoint, name: 'h2' });
    agents.push(newcomer);
    expect(await refusal(newcomer.register())).to.match(says);
    const metrics = await (await fetch(`${server.http}/metrics`)).text();
    expect(Number(/^longshore_etcd_db_bytes (\d+)/m.exec(metrics)?.[1])).to.be.above(0.8 * quotaBytes);

    await ecs.StopTask({ task });
    await eventually(
      async () => {
        const { tasks: told = [] } = await ecs.DescribeTasks({ tasks: [task] });
        expect(told[0]?.lastStatus).to.equal('STOPPED');
      },
      { withinMs: 20_000, state: () => agent.lastError },
    );
    await eventually(async () => expect(await historySize()).to.be.at.most(11), { withinMs: 30_000 });
    // The leader compacts too, but to what was five minutes ago.
    const maintenance = new EtcdMaintenance({ endpoints: [etcd.endpoint], clock: systemClock });
    await maintenance.compact((await maintenance.contents()).revision);
    // How far the file grew meanwhile is etcd's affair, and its last part is the alarm's.
    await maintenance.defragment(etcd.endpoint);
    maintenance.close();
    await eventually(
      async () => {
        await store.barrier();
        await ecs.RegisterTaskDefinition(web, { timeoutMs: 1000 });
      },
      { withinMs: 20_000, everyMs: 250 },
    );
    expect(server.log).to.contain('store has room again');
    expect((await server.readiness()).text).to.equal('ready\n');
  }).timeout(120_000);
});
