import { DescribeClustersCommand, ECSClient } from '@aws-sdk/client-ecs';
import type { WatchEventsResponse } from '@longshore/model';
import { keyOf } from '@longshore/store';
import { expect } from 'chai';
import { freePort } from '../../support/etcd.js';
import { eventually } from '../../support/eventually.js';
import { committed } from '../store/contract.js';
import { newBackend, startTestServer, type TestServer } from './support/server.js';
import { SimAgent } from './support/sim-agent.js';

const web = { family: 'web', containerDefinitions: [{ name: 'app', image: 'busybox:1.36', memory: 64 }] };

describe("Longshore's own operations", () => {
  let test: TestServer;
  let agent: SimAgent;

  before(async () => {
    test = await startTestServer({ flags: { 'healthy-after': '1s' } });
    agent = await new SimAgent({ endpoint: test.endpoint, name: 'host-1' }).start();
    await test.ecs.RegisterTaskDefinition(web);
  });

  after(async () => {
    await agent.stop();
    await test.stop();
  });

  it('tell the versions of everything', async () => {
    await eventually(async () =>
      expect((await test.longshore.GetVersion({})).replicas?.[0]?.leader).to.equal(true),
    );
    const version = await test.longshore.GetVersion({});
    expect(version.replicas?.[0]).to.include({ replica: 'test', leader: true });
    expect(version.agents?.[0]).to.include({
      cluster: 'default',
      name: 'host-1',
      version: '0.1.0',
      dockerVersion: '20.10.24',
    });
  });

  it('tell of a replica that is listed and does not answer', async () => {
    const key = keyOf('replica', 'dead');
    const address = `127.0.0.1:${await freePort()}`;
    const value = {
      grpcAddress: address,
      httpAddress: '',
      version: '0.0.9',
      format: 1,
      compactable: 0,
      startedAtMs: 0,
    };
    const { store } = test.server.context;
    await committed(store.commit({ expect: [{ key, revision: 0 }], write: [{ put: key, value }] }));
    const { replicas = [] } = await test.longshore.GetVersion({});
    expect(replicas.map((r) => [r.replica, r.answers])).to.deep.equal([
      ['dead', false],
      ['test', true],
    ]);
    // Another has its address now: that is no answer of this one.
    const { revision = 0 } = store.get(key) ?? {};
    const moved = { put: key, value: { ...value, grpcAddress: test.endpoint } };
    await committed(store.commit({ expect: [{ key, revision }], write: [moved] }));
    expect((await test.longshore.GetVersion({})).replicas?.[0]?.answers).to.equal(false);
    const own = await test.longshore.GetVersion({ ownOnly: true });
    expect(own).to.deep.include({ replica: 'test', replicas: [], agents: [], etcdVersions: [] });
    const last = store.get(key)?.revision ?? 0;
    await committed(store.commit({ expect: [{ key, revision: last }], write: [{ delete: key }] }));
  });

  it('make an access key that signs calls of the ECS API, until it is deleted', async () => {
    const key = await test.longshore.CreateAccessKey({ description: 'for the test' });
    const credentials = { accessKeyId: key.accessKeyId ?? '', secretAccessKey: key.secretAccessKey ?? '' };
    expect(credentials.accessKeyId).to.match(/^LONGSHORE/);
    const client = new ECSClient({ endpoint: test.http, region: 'eu-west-3', credentials, maxAttempts: 1 });
    const answer = await client.send(new DescribeClustersCommand({}));
    expect(answer.clusters?.[0]?.clusterArn).to.equal('arn:aws:ecs:eu-west-3:123456789012:cluster/default');
    const listed = await test.longshore.ListAccessKeys({});
    expect(listed.accessKeys?.map((k) => [k.accessKeyId, k.description])).to.deep.equal([
      [credentials.accessKeyId, 'for the test'],
    ]);
    await test.longshore.DeleteAccessKey({ accessKeyId: credentials.accessKeyId });
    const refused = await client.send(new DescribeClustersCommand({})).catch((thrown: unknown) => thrown);
    expect(refused).to.have.property('name', 'UnrecognizedClientException');
    client.destroy();
  });

  it('tell what hosts and containers use', async () => {
    const host = {
      cpuUnits: 512,
      memoryMiB: 100,
      memoryTotalMiB: 1000,
      networkRxBytes: 1,
      networkTxBytes: 2,
      blockReadBytes: 3,
      blockWriteBytes: 4,
      diskUsedBytes: 5,
      diskTotalBytes: 6,
      uptimeMs: 7,
    };
    const answer = await agent.client.ReportUtilisation({ ...agent.ids, host, containers: [], pulls: [] });
    expect(answer.pace?.utilisationMs).to.be.greaterThan(0);
    const { instances = [] } = await test.longshore.GetUtilisation({});
    expect(instances[0]).to.deep.include({ containerInstance: agent.instance, name: 'host-1', host });
  });

  it('refuse to reset a server that is not for development', async () => {
    const error = await test.longshore.Reset({}).catch((thrown: unknown) => thrown);
    expect(error).to.have.property('message').that.contains('--dev');
  });

  it('diagnose: each check is ok or has its remedy', async () => {
    const { checks = [] } = await test.longshore.Diagnose({});
    expect(checks.length).to.be.greaterThan(2);
    for (const check of checks) expect(check.ok || check.remedy !== '', check.name).to.equal(true);
  });

  it('stream state changes in order, from a revision on', async () => {
    const events: WatchEventsResponse[] = [];
    const stop = new AbortController();
    const reading = (async () => {
      for await (const event of test.longshore.WatchEvents({ cluster: 'default' }, { signal: stop.signal }))
        events.push(event);
    })().catch(() => undefined);
    await eventually(async () => {
      await test.ecs.RunTask({ taskDefinition: 'web' });
      return events.length > 0;
    });
    await eventually(() => events.some((e) => e.task?.lastStatus === 'RUNNING'));
    const arn = events.find((e) => e.task)?.task?.taskArn ?? '';
    await test.ecs.StopTask({ task: arn });
    await eventually(() => events.some((e) => e.task?.taskArn === arn && e.task.lastStatus === 'STOPPED'));
    stop.abort(new Error('enough'));
    await reading;
    const ofTask = events.filter((e) => e.task?.taskArn === arn);
    expect(ofTask.map((e) => `${e.task?.lastStatus}/${e.task?.desiredStatus}`)).to.deep.equal([
      'PENDING/RUNNING',
      'RUNNING/RUNNING',
      'RUNNING/STOPPED',
      'STOPPED/STOPPED',
    ]);
    expect(
      ofTask.every((e) => e.detailType === 'ECS Task State Change' && e.resources?.[0] === arn),
    ).to.equal(true);
    const revisions = events.map((e) => e.revision ?? 0);
    expect(revisions).to.deep.equal([...revisions].sort((a, b) => a - b));
    const replayed: WatchEventsResponse[] = [];
    const again = new AbortController();
    const replaying = (async () => {
      const after = { cluster: 'default', afterRevision: ofTask[1]?.revision };
      for await (const event of test.longshore.WatchEvents(after, { signal: again.signal }))
        replayed.push(event);
    })().catch(() => undefined);
    await eventually(() => replayed.filter((e) => e.resources?.[0] === arn).length >= 1);
    again.abort(new Error('enough'));
    await replaying;
    expect(replayed.every((e) => (e.revision ?? 0) > (ofTask[1]?.revision ?? 0))).to.equal(true);
  });

  it('tell what services and deployments do in the shape of the events of ECS', async () => {
    const events: WatchEventsResponse[] = [];
    const stop = new AbortController();
    const reading = (async () => {
      for await (const event of test.longshore.WatchEvents({}, { signal: stop.signal })) events.push(event);
    })().catch(() => undefined);
    const named = (name: string) =>
      events.find((e) => e.serviceAction?.eventName === name || e.deploymentStateChange?.eventName === name);
    await eventually(async () => {
      await test.ecs.RunTask({ taskDefinition: 'web' });
      return events.length > 0;
    });
    const { service } = await test.ecs.CreateService({
      serviceName: 'told',
      taskDefinition: 'web',
      desiredCount: 1,
    });
    await eventually(() => named('SERVICE_STEADY_STATE') !== undefined, { withinMs: 15_000 });
    stop.abort(new Error('enough'));
    await reading;
    const resources = [service?.serviceArn];
    const digits = service?.deployments?.[0]?.id;
    const common = {
      version: '0',
      source: 'aws.ecs',
      account: '123456789012',
      region: 'us-east-1',
      resources,
    };
    const begun = named('SERVICE_DEPLOYMENT_IN_PROGRESS');
    expect(begun).to.deep.include({ ...common, detailType: 'ECS Deployment State Change' });
    const completed = named('SERVICE_DEPLOYMENT_COMPLETED');
    expect(completed?.deploymentStateChange).to.deep.include({
      eventType: 'INFO',
      deploymentId: digits,
      reason: `ECS deployment ${digits} completed.`,
    });
    const steady = named('SERVICE_STEADY_STATE');
    expect(steady).to.deep.include({ ...common, detailType: 'ECS Service Action' });
    expect(steady?.serviceAction).to.deep.include({ eventType: 'INFO', clusterArn: service?.clusterArn });
    expect(steady?.serviceAction?.createdAt).to.be.an('object');
    for (const event of events) expect(event.id).to.match(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(new Set(events.map((e) => e.id)).size).to.equal(events.length);
    await test.ecs.DeleteService({ service: 'told', force: true });
  });

  it('say where what came before is no longer known', async () => {
    const first = await (async () => {
      for await (const event of test.longshore.WatchEvents({ afterRevision: 0 })) return event;
      return undefined;
    })();
    expect(first?.gap).to.equal(true);
  });
});

describe('figures of another replica', () => {
  it('are asked of the one that holds the session', async () => {
    const backend = newBackend();
    const a = await startTestServer({ backend, replica: 'a' });
    const b = await startTestServer({ backend, replica: 'b' });
    const agent = await new SimAgent({ endpoint: a.endpoint, name: 'host-1' }).start();
    try {
      await agent.client.ReportUtilisation({
        ...agent.ids,
        pulls: [],
        containers: [
          {
            task: 't',
            container: 'c',
            cpuUnits: 9,
            memoryMiB: 1,
            memoryLimitMiB: 2,
            networkRxBytes: 0,
            networkTxBytes: 0,
            blockReadBytes: 0,
            blockWriteBytes: 0,
          },
        ],
      });
      await eventually(async () => {
        const { instances = [] } = await b.longshore.GetUtilisation({});
        expect(instances[0]?.containers?.[0]?.cpuUnits).to.equal(9);
      });
    } finally {
      await agent.stop();
      await a.stop();
      await b.stop();
    }
  });
});

describe('metrics', () => {
  it('count calls, tasks, instances and placements, and name the leader', async () => {
    const test = await startTestServer();
    const agent = await new SimAgent({ endpoint: test.endpoint }).start();
    try {
      await test.ecs.RegisterTaskDefinition(web);
      await test.ecs.RunTask({ taskDefinition: 'web', count: 2 });
      await test.ecs.RunTask({ taskDefinition: 'nope' }).catch(() => undefined);
      await eventually(async () => {
        const text = await (await fetch(`${test.http}/metrics`)).text();
        expect(text).to.contain('longshore_api_requests_total{operation="RunTask",code="OK"} 1');
        expect(text).to.contain('longshore_api_requests_total{operation="RunTask",code="ClientException"} 1');
        expect(text).to.contain('longshore_tasks{cluster="default",status="RUNNING"} 2');
        expect(text).to.contain(
          'longshore_container_instances{cluster="default",status="ACTIVE",connected="true"} 1',
        );
        expect(text).to.contain('longshore_request_to_running_seconds_count 2');
        expect(text).to.match(/longshore_placement_seconds_count [1-9]/);
        expect(text).to.match(/longshore_commits_total\{outcome="committed"\} [1-9]/);
        expect(text).to.contain('longshore_leader{controller="waiting-tasks"} 1');
        expect(text).to.match(/longshore_cache_lag_revisions 0/);
      });
    } finally {
      await agent.stop();
      await test.stop();
    }
  });
});
