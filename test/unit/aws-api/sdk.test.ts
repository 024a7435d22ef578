import {
  ClusterNotFoundException,
  ConflictException,
  DescribeClustersCommand,
  DescribeTasksCommand,
  ECSServiceException,
  ListClustersCommand,
  paginateListClusters,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  ServerException,
  UpdateServiceCommand,
  waitUntilServicesStable,
  waitUntilTasksRunning,
} from '@aws-sdk/client-ecs';
import type { AwsOperations, Identity } from '@longshore/aws-api';
import { clusterNotFound, storeAway, tokenConflict } from '@longshore/model';
import { expect } from 'chai';
import { accessKeyId, openRig, type Rig, type RigOptions } from './rig.js';

const open: Rig[] = [];

async function rig(options: RigOptions): Promise<Rig> {
  const opened = await openRig(options);
  open.push(opened);
  return opened;
}

async function failure(promise: Promise<unknown>): Promise<ECSServiceException> {
  try {
    await promise;
  } catch (thrown) {
    if (thrown instanceof ECSServiceException) return thrown;
    throw thrown;
  }
  throw new Error('was answered');
}

describe('the ECS API under the JavaScript SDK', () => {
  afterEach(async () => {
    for (const r of open.splice(0)) await r.close();
  });

  it('hands the request over as a plain shape, and the answer back as ECS sends it', async () => {
    let seen: unknown;
    const operations: AwsOperations<Identity> = {
      RunTask: async (request, call) => {
        seen = { request, caller: call.caller, region: call.region };
        return {
          tasks: [{ taskArn: 'arn:1', createdAt: { seconds: 1700000000, nanos: 500_000_000 }, cpu: '256' }],
        };
      },
    };
    const opened = await rig({ operations });
    const answer = await opened.sdk().send(
      new RunTaskCommand({
        taskDefinition: 'web:3',
        count: 2,
        launchType: 'EC2',
        tags: [{ key: 'a', value: 'b' }],
      }),
    );
    expect(answer.failures).to.deep.equal([]);
    expect(answer.tasks?.[0]?.createdAt).to.deep.equal(new Date(1700000000500));
    expect(answer.tasks?.[0]).to.deep.include({ containers: [], attachments: [], tags: [] });
    expect(answer.tasks?.[0]).not.to.have.property('startedAt');
    expect(answer.$metadata.requestId).to.match(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
    expect(seen).to.have.nested.property('request.count', 2);
    expect(seen).to.have.nested.property('request.clientToken');
    expect(seen).to.deep.include({
      caller: { kind: 'access-key', name: accessKeyId, region: 'eu-central-1' },
      region: 'eu-central-1',
    });
    expect(opened.outcomes[0]).to.include({ operation: 'RunTask', code: 'OK', httpStatus: 200 });
  });

  it('keeps absent and empty apart where ECS does', async () => {
    const seen: unknown[] = [];
    const operations: AwsOperations<Identity> = {
      UpdateService: async (request) => {
        seen.push(request.placementStrategy);
        return {};
      },
    };
    const client = (await rig({ operations })).sdk();
    await client.send(new UpdateServiceCommand({ service: 's', desiredCount: 0 }));
    await client.send(new UpdateServiceCommand({ service: 's', placementStrategy: [] }));
    expect(seen).to.deep.equal([undefined, { items: [] }]);
  });

  it('throws the classes of the SDK for the exceptions of ECS', async () => {
    const operations: AwsOperations<Identity> = {
      DescribeTasks: () => Promise.reject(clusterNotFound()),
      RunTask: () => Promise.reject(tokenConflict(['arn:1', 'arn:2'])),
      ListClusters: () => Promise.reject(new TypeError('our own mistake')),
      DescribeClusters: () => Promise.reject(storeAway('etcd does not answer')),
    };
    const client = (await rig({ operations })).sdk();
    const missing = await failure(client.send(new DescribeTasksCommand({ tasks: ['t'] })));
    expect(missing).to.be.instanceOf(ClusterNotFoundException);
    expect(missing).to.include({ message: 'Cluster not found.', $fault: 'client' });
    const conflict = await failure(client.send(new RunTaskCommand({ taskDefinition: 'a' })));
    expect(conflict).to.be.instanceOf(ConflictException);
    expect(conflict).to.have.deep.property('resourceIds', ['arn:1', 'arn:2']);
    const mistake = await failure(client.send(new ListClustersCommand({})));
    expect(mistake).to.be.instanceOf(ServerException);
    expect(mistake.message).not.to.contain('our own mistake');
    const away = await failure(client.send(new DescribeClustersCommand({})));
    expect(away.$metadata.httpStatusCode).to.equal(503);
  });

  it('pages', async () => {
    const operations: AwsOperations<Identity> = {
      ListClusters: async ({ nextToken, maxResults }) => {
        const at = Number(nextToken ?? 0);
        expect(maxResults).to.equal(1);
        return { clusterArns: [`arn:${at}`], ...(at < 4 ? { nextToken: String(at + 1) } : {}) };
      },
    };
    const client = (await rig({ operations })).sdk();
    const seen: string[] = [];
    for await (const page of paginateListClusters({ client, pageSize: 1 }, {}))
      seen.push(...(page.clusterArns ?? []));
    expect(seen).to.deep.equal(['arn:0', 'arn:1', 'arn:2', 'arn:3', 'arn:4']);
  });

  it('lets waiters see what they wait for', async () => {
    let looks = 0;
    const operations: AwsOperations<Identity> = {
      DescribeTasks: async () => ({ tasks: [{ lastStatus: ++looks < 2 ? 'PENDING' : 'RUNNING' }] }),
      DescribeServices: async () => ({
        services: [{ status: 'ACTIVE', deployments: [{}], runningCount: 1, desiredCount: 1 }],
      }),
    };
    const client = (await rig({ operations })).sdk();
    const settings = { client, maxWaitTime: 30, minDelay: 0.01, maxDelay: 0.02 };
    expect((await waitUntilTasksRunning(settings, { tasks: ['t'] })).state).to.equal('SUCCESS');
    expect((await waitUntilServicesStable(settings, { services: ['s'] })).state).to.equal('SUCCESS');
    expect(looks).to.equal(2);
  });

  it('names an operation that is not built, never a 404', async () => {
    const error = await failure((await rig({})).sdk().send(new RunTaskCommand({ taskDefinition: 'a' })));
    expect(error.name).to.equal('UnsupportedFeatureException');
    expect(error.message).to.contain('RunTask');
  });

  it('refuses an unknown member where a person wrote it, and counts it elsewhere', async () => {
    const operations: AwsOperations<Identity> = {
      ListClusters: async () => ({}),
      RunTask: async () => ({}),
      RegisterTaskDefinition: async () => ({}),
    };
    const opened = await rig({ operations });
    const client = opened.sdk();
    // The SDK drops what it does not know, so the body is changed behind its back, before it is signed.
    const sneak = (change: (body: Record<string, unknown>) => void) => {
      const changed = opened.sdk();
      changed.middlewareStack.add(
        (next) => async (args) => {
          const request = args.request as { body: string | Uint8Array; headers: Record<string, string> };
          const body = JSON.parse(new TextDecoder().decode(request.body as Uint8Array)) as Record<
            string,
            unknown
          >;
          change(body);
          request.body = JSON.stringify(body);
          request.headers['content-length'] = String(Buffer.byteLength(request.body));
          return next(args);
        },
        { step: 'build', priority: 'low' },
      );
      return changed;
    };
    const added = { containerDefinitions: [{ name: 'a', Image: 'x' }] };
    const definition = sneak((b) => Object.assign(b, added)).send(
      new RegisterTaskDefinitionCommand({ family: 'f', containerDefinitions: [] }),
    );
    const refused = await failure(definition);
    expect(refused.name).to.equal('ClientException');
    expect(refused.message).to.contain('containerDefinitions[0].Image');
    const overrides = { overrides: { containerOverrides: [{ comand: [] }] } };
    const run = sneak((b) => Object.assign(b, overrides)).send(new RunTaskCommand({ taskDefinition: 'a' }));
    expect((await failure(run)).message).to.contain('overrides.containerOverrides[0].comand');
    await sneak((b) => Object.assign(b, { ofTomorrow: [1] })).send(new ListClustersCommand({}));
    expect(opened.unknown).to.deep.equal(['ListClusters ofTomorrow']);
    client.destroy();
  });

  it('slows a client down in the way that its back-off understands', async () => {
    const operations: AwsOperations<Identity> = { ListClusters: async () => ({}) };
    const slow = { perSecond: 20, burst: 2 };
    const opened = await rig({
      operations,
      api: { rates: { read: slow, write: slow, place: slow } },
    });
    const client = opened.sdk({ maxAttempts: 5 });
    for (let i = 0; i < 4; i++) await client.send(new ListClustersCommand({}));
    expect(opened.outcomes.some((o) => o.code === 'ThrottlingException' && o.httpStatus === 400)).to.equal(
      true,
    );
    expect(opened.outcomes.filter((o) => o.code === 'OK')).to.have.length(4);
  });
});
