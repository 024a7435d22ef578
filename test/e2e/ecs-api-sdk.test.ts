// The ECS API as the JavaScript SDK uses it, against real agents and a real engine.
import * as ecs from '@aws-sdk/client-ecs';
import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { needs } from '../support/needs.js';
import { DevCluster } from './dev-cluster.js';

const staying = "trap 'exit 0' TERM; sleep 3600 & wait $!";

function aDefinition(family: string, more: Partial<ecs.ContainerDefinition> = {}) {
  return new ecs.RegisterTaskDefinitionCommand({
    family,
    containerDefinitions: [
      {
        name: 'app',
        image: 'busybox:1.36',
        memory: 16,
        command: ['sh', '-c', staying],
        stopTimeout: 5,
        ...more,
      },
    ],
  });
}

/** What the SDK threw; a call that was answered is the failure. */
async function thrownBy(call: Promise<unknown>): Promise<ecs.ECSServiceException> {
  try {
    await call;
  } catch (thrown) {
    if (thrown instanceof ecs.ECSServiceException) return thrown;
    throw thrown;
  }
  throw new Error('was answered');
}

async function collected<T>(pages: AsyncIterable<T>, of: (page: T) => readonly string[] | undefined) {
  const found: string[] = [];
  let count = 0;
  for await (const page of pages) {
    count++;
    const items = of(page) ?? [];
    expect(items.length).to.be.at.most(1);
    found.push(...items);
  }
  return { found, count };
}

describe('the ECS API under the JavaScript SDK, on real agents', function () {
  this.timeout(90_000);
  needs('docker', 'etcd');
  let dev: DevCluster;
  let client: ecs.ECSClient;
  const quick = { maxWaitTime: 40, minDelay: 0.2, maxDelay: 0.5 } as const;
  const waiting = () => ({ client, ...quick });

  before(async () => {
    dev = await DevCluster.start({ instances: 2 });
    client = new ecs.ECSClient({
      endpoint: dev.env.AWS_ENDPOINT_URL_ECS ?? '',
      region: 'eu-west-1',
      credentials: {
        accessKeyId: dev.env.AWS_ACCESS_KEY_ID ?? '',
        secretAccessKey: dev.env.AWS_SECRET_ACCESS_KEY ?? '',
      },
      maxAttempts: 1,
    });
    for (const family of ['web', 'web', 'once'])
      await client.send(
        aDefinition(family, family === 'once' ? { command: ['sh', '-c', 'sleep 1; exit 3'] } : {}),
      );
  });
  after(async () => {
    client?.destroy();
    await dev?.stop();
  });

  const runTask = async (more: Partial<ecs.RunTaskCommandInput> = {}) => {
    const { tasks = [], failures } = await client.send(
      new ecs.RunTaskCommand({ taskDefinition: 'web', ...more }),
    );
    expect(failures).to.deep.equal([]);
    return tasks;
  };
  const arnsOf = (tasks: readonly ecs.Task[]) => tasks.map((t) => t.taskArn ?? '');
  const stopAll = async (arns: readonly string[]) => {
    for (const task of arns) await client.send(new ecs.StopTaskCommand({ task, reason: 'enough' }));
    await ecs.waitUntilTasksStopped(waiting(), { tasks: [...arns] });
  };

  it('renders ARNs in the region of the signature', async () => {
    const { clusterArns } = await client.send(new ecs.ListClustersCommand({}));
    expect(clusterArns).to.deep.equal(['arn:aws:ecs:eu-west-1:123456789012:cluster/default']);
  });

  it('makes, describes, changes, tags and deletes a cluster', async () => {
    const made = await client.send(
      new ecs.CreateClusterCommand({ clusterName: 'lab', tags: [{ key: 'team', value: 'web' }] }),
    );
    const arn = made.cluster?.clusterArn ?? '';
    expect(made.cluster).to.include({ status: 'ACTIVE', clusterName: 'lab', runningTasksCount: 0 });
    const settings = [{ name: 'containerInsights', value: 'enabled' }] as const;
    await client.send(new ecs.UpdateClusterCommand({ cluster: 'lab', settings: [...settings] }));
    await client.send(
      new ecs.TagResourceCommand({ resourceArn: arn, tags: [{ key: 'stage', value: 'test' }] }),
    );
    await client.send(new ecs.UntagResourceCommand({ resourceArn: arn, tagKeys: ['team'] }));
    const listed = await client.send(new ecs.ListTagsForResourceCommand({ resourceArn: arn }));
    expect(listed.tags).to.deep.equal([{ key: 'stage', value: 'test' }]);
    const { clusters, failures } = await client.send(
      new ecs.DescribeClustersCommand({ clusters: ['lab', 'nowhere'], include: ['SETTINGS', 'TAGS'] }),
    );
    expect(clusters?.[0]).to.deep.include({
      settings: [...settings],
      tags: [{ key: 'stage', value: 'test' }],
    });
    expect(failures?.map((f) => f.reason)).to.deep.equal(['MISSING']);
    const gone = await client.send(new ecs.DeleteClusterCommand({ cluster: 'lab' }));
    expect(gone.cluster?.status).to.equal('INACTIVE');
  });

  it('runs tasks, waits for them, describes what they became, stops them', async () => {
    const tasks = await runTask({ count: 2, group: 'family:web', tags: [{ key: 'a', value: 'b' }] });
    for (const task of tasks) expect(task.lastStatus).to.be.oneOf(['PROVISIONING', 'PENDING']);
    const arns = arnsOf(tasks);
    const { state } = await ecs.waitUntilTasksRunning(waiting(), { tasks: arns });
    expect(state).to.equal('SUCCESS');
    const described = await client.send(new ecs.DescribeTasksCommand({ tasks: arns, include: ['TAGS'] }));
    const task = described.tasks?.[0];
    expect(task).to.deep.include({ lastStatus: 'RUNNING', tags: [{ key: 'a', value: 'b' }] });
    expect(task?.startedAt).to.be.instanceOf(Date);
    expect(task?.containers?.[0]).to.include({ name: 'app', lastStatus: 'RUNNING' });
    await stopAll(arns);
    const stopped = await client.send(new ecs.DescribeTasksCommand({ tasks: arns }));
    for (const t of stopped.tasks ?? [])
      expect(t).to.include({ stopCode: 'UserInitiated', stoppedReason: 'enough' });
  });

  it('tells a waiter at once that a task has ended, and why', async () => {
    const arns = arnsOf(await runTask({ taskDefinition: 'once' }));
    await ecs.waitUntilTasksStopped(waiting(), { tasks: arns });
    const { tasks } = await client.send(new ecs.DescribeTasksCommand({ tasks: arns }));
    expect(tasks?.[0]).to.include({ stopCode: 'EssentialContainerExited' });
    expect(tasks?.[0]?.containers?.[0]?.exitCode).to.equal(3);
    const failed = await ecs.waitUntilTasksRunning(waiting(), { tasks: arns }).catch((e: unknown) => e);
    expect(String(failed)).to.contain('FAILURE');
  });

  it('starts a task where it is told to, and drains an instance', async () => {
    const { containerInstanceArns = [] } = await client.send(new ecs.ListContainerInstancesCommand({}));
    expect(containerInstanceArns).to.have.length(2);
    const [instance = ''] = containerInstanceArns;
    const started = await client.send(
      new ecs.StartTaskCommand({ taskDefinition: 'web:1', containerInstances: [instance] }),
    );
    const arns = arnsOf(started.tasks ?? []);
    await ecs.waitUntilTasksRunning(waiting(), { tasks: arns });
    const drain = await client.send(
      new ecs.UpdateContainerInstancesStateCommand({ containerInstances: [instance], status: 'DRAINING' }),
    );
    expect(drain.containerInstances?.[0]?.status).to.equal('DRAINING');
    const elsewhere = await runTask({ count: 2 });
    for (const task of elsewhere) expect(task.containerInstanceArn).not.to.equal(instance);
    await client.send(
      new ecs.UpdateContainerInstancesStateCommand({ containerInstances: [instance], status: 'ACTIVE' }),
    );
    await stopAll([...arns, ...arnsOf(elsewhere)]);
  });

  it('brings up a service, rolls it to another revision, scales, drains and deletes it', async () => {
    const tagged = { tags: [{ key: 'team', value: 'web' }] };
    const { service } = await client.send(
      new ecs.CreateServiceCommand({
        serviceName: 'shop',
        taskDefinition: 'web:1',
        desiredCount: 2,
        ...tagged,
      }),
    );
    expect(service).to.include({ status: 'ACTIVE', desiredCount: 2, serviceName: 'shop' });
    const name = { services: ['shop'] };
    await ecs.waitUntilServicesStable(waiting(), name);
    await client.send(new ecs.UpdateServiceCommand({ service: 'shop', taskDefinition: 'web:2' }));
    await ecs.waitUntilServicesStable(waiting(), name);
    const rolled = await client.send(new ecs.DescribeServicesCommand({ ...name, include: ['TAGS'] }));
    expect(rolled.services?.[0]).to.deep.include({ runningCount: 2, ...tagged });
    expect(rolled.services?.[0]?.deployments).to.have.length(1);
    expect(rolled.services?.[0]?.taskDefinition).to.match(/web:2$/);
    const { serviceDeployments } = await client.send(
      new ecs.ListServiceDeploymentsCommand({ service: 'shop' }),
    );
    expect(serviceDeployments).to.have.length(2);
    const [instance = ''] =
      (await client.send(new ecs.ListContainerInstancesCommand({}))).containerInstanceArns ?? [];
    const state = (status: ecs.ContainerInstanceStatus) =>
      client.send(new ecs.UpdateContainerInstancesStateCommand({ containerInstances: [instance], status }));
    await state('DRAINING');
    await eventually(
      async () => {
        const left = await client.send(
          new ecs.ListTasksCommand({ serviceName: 'shop', containerInstance: instance }),
        );
        return left.taskArns?.length === 0;
      },
      { withinMs: 30_000, everyMs: 200 },
    );
    await ecs.waitUntilServicesStable(waiting(), name);
    await state('ACTIVE');
    const busy = await thrownBy(client.send(new ecs.DeleteServiceCommand({ service: 'shop' })));
    expect(busy).to.be.instanceOf(ecs.InvalidParameterException);
    await client.send(new ecs.UpdateServiceCommand({ service: 'shop', desiredCount: 0 }));
    await ecs.waitUntilServicesStable(waiting(), name);
    await client.send(new ecs.DeleteServiceCommand({ service: 'shop' }));
    await ecs.waitUntilServicesInactive(waiting(), name);
    const late = await thrownBy(
      client.send(new ecs.UpdateServiceCommand({ service: 'shop', desiredCount: 1 })),
    );
    expect(late).to.be.instanceOf(ecs.ServiceNotActiveException);
  });

  it('pages by one', async () => {
    const pager = { client, pageSize: 1 };
    for (const name of ['p1', 'p2']) await client.send(new ecs.CreateClusterCommand({ clusterName: name }));
    const clusters = await collected(ecs.paginateListClusters(pager, {}), (p) => p.clusterArns);
    expect(clusters.found.map((a) => a.split('/').at(-1))).to.deep.equal(['default', 'p1', 'p2']);
    const families = await collected(
      ecs.paginateListTaskDefinitionFamilies(pager, { status: 'ACTIVE' }),
      (p) => p.families,
    );
    expect(families.found).to.deep.equal(['once', 'web']);
    const revisions = await collected(
      ecs.paginateListTaskDefinitions(pager, {}),
      (p) => p.taskDefinitionArns,
    );
    expect(revisions.found.map((a) => a.split('/').at(-1))).to.deep.equal(['once:1', 'web:1', 'web:2']);
    const instances = await collected(
      ecs.paginateListContainerInstances(pager, {}),
      (p) => p.containerInstanceArns,
    );
    expect(new Set(instances.found).size).to.equal(2);
    const arns = arnsOf(await runTask({ count: 3 }));
    const tasks = await collected(ecs.paginateListTasks(pager, {}), (p) => p.taskArns);
    expect(tasks.found).to.have.members(arns);
    const target = instances.found[0] ?? '';
    const attributes = ['one', 'two'].map((name) => ({ name, value: 'x', targetId: target }));
    await client.send(new ecs.PutAttributesCommand({ attributes }));
    const stated = await collected(
      ecs.paginateListAttributes(pager, {
        targetType: 'container-instance',
        attributeValue: 'x',
        attributeName: 'one',
      }),
      (p) => p.attributes?.map((a) => a.name ?? ''),
    );
    expect(stated.found).to.deep.equal(['one']);
    const settings = await collected(
      ecs.paginateListAccountSettings(pager, { effectiveSettings: true }),
      (p) => p.settings?.map((s) => s.name ?? ''),
    );
    expect(settings.count).to.be.greaterThan(5);
    for (const serviceName of ['s1', 's2'])
      await client.send(
        new ecs.CreateServiceCommand({ cluster: 'p1', serviceName, taskDefinition: 'web', desiredCount: 0 }),
      );
    const services = await collected(
      ecs.paginateListServices(pager, { cluster: 'p1' }),
      (p) => p.serviceArns,
    );
    expect(services.found.map((a) => a.split('/').at(-1))).to.have.members(['s1', 's2']);
    await stopAll(arns);
  });

  it('throws the class of the SDK for every exception that a caller can bring about', async () => {
    const token = { clientToken: 'the-same-twice' };
    const first = await runTask(token);
    await ecs.waitUntilTasksRunning(waiting(), { tasks: arnsOf(first) });
    const [instance = ''] =
      (await client.send(new ecs.ListContainerInstancesCommand({}))).containerInstanceArns ?? [];
    const attribute = (name: string, targetId: string) => ({ name, value: 'x', targetId });
    const manyAttributes = async (): Promise<void> => {
      for (let call = 0; call < 10; call++) {
        const attributes = Array.from({ length: 10 }, (_, i) => attribute(`many-${call}-${i}`, instance));
        await client.send(new ecs.PutAttributesCommand({ attributes }));
      }
    };
    const nowhere = 'arn:aws:ecs:eu-west-1:123456789012';
    const unknownTask = `${nowhere}:task/default/${'0'.repeat(32)}`;
    const cases: readonly [new (...args: never[]) => Error, () => Promise<unknown>][] = [
      [ecs.ClusterNotFoundException, () => client.send(new ecs.ListTasksCommand({ cluster: 'none' }))],
      [
        ecs.ClientException,
        () => client.send(new ecs.DescribeTaskDefinitionCommand({ taskDefinition: 'none' })),
      ],
      [ecs.ClientException, () => client.send(new ecs.RunTaskCommand({ taskDefinition: 'none' }))],
      [
        ecs.InvalidParameterException,
        () => client.send(new ecs.RunTaskCommand({ taskDefinition: 'web', count: 11 })),
      ],
      [
        ecs.ConflictException,
        () => client.send(new ecs.RunTaskCommand({ taskDefinition: 'web:1', ...token })),
      ],
      [
        ecs.ClusterContainsTasksException,
        () => client.send(new ecs.DeleteClusterCommand({ cluster: 'default' })),
      ],
      [
        ecs.ClusterContainsServicesException,
        () => client.send(new ecs.DeleteClusterCommand({ cluster: 'p1' })),
      ],
      [
        ecs.ServiceNotFoundException,
        () => client.send(new ecs.UpdateServiceCommand({ service: 'none', desiredCount: 1 })),
      ],
      [
        ecs.ServiceDeploymentNotFoundException,
        () =>
          client.send(
            new ecs.StopServiceDeploymentCommand({
              serviceDeploymentArn: `${nowhere}:service-deployment/p1/s1/1234567890123456789`,
            }),
          ),
      ],
      [
        ecs.TargetNotFoundException,
        () => client.send(new ecs.PutAttributesCommand({ attributes: [attribute('a', '0'.repeat(32))] })),
      ],
      [ecs.AttributeLimitExceededException, manyAttributes],
      [
        ecs.ResourceNotFoundException,
        () => client.send(new ecs.ListTagsForResourceCommand({ resourceArn: unknownTask })),
      ],
      [
        ecs.UnsupportedFeatureException,
        () => client.send(new ecs.DescribeDaemonCommand({ daemonArn: `${nowhere}:daemon/default/x` })),
      ],
    ];
    for (const [kind, call] of cases) {
      const thrown = await thrownBy(call());
      expect(thrown, `${kind.name}: ${thrown.name} ${thrown.message}`).to.be.instanceOf(kind);
      expect(thrown.$metadata.httpStatusCode).to.equal(400);
      expect(thrown.$metadata.requestId).to.match(/^[0-9a-f-]{36}$/);
      expect(thrown.message).not.to.equal('');
    }
    const conflict = await thrownBy(
      client.send(new ecs.RunTaskCommand({ taskDefinition: 'web:1', ...token })),
    );
    expect((conflict as ecs.ConflictException).resourceIds).to.deep.equal(arnsOf(first));
    expect(arnsOf(await runTask(token))).to.deep.equal(arnsOf(first));
    await stopAll(arnsOf(first));
    const full = await thrownBy(client.send(new ecs.DeleteClusterCommand({ cluster: 'default' })));
    expect(full).to.be.instanceOf(ecs.ClusterContainsContainerInstancesException);
  });

  const asKey = (accessKeyId: string, secretAccessKey: string) => {
    const endpoint = dev.env.AWS_ENDPOINT_URL_ECS ?? '';
    const credentials = { accessKeyId, secretAccessKey };
    const other = new ecs.ECSClient({ endpoint, region: 'eu-west-1', credentials, maxAttempts: 1 });
    return other.send(new ecs.ListClustersCommand({})).finally(() => other.destroy());
  };

  it('refuses a wrong secret, and one who knows no key, without a hint', async () => {
    const wrong = await thrownBy(asKey(dev.env.AWS_ACCESS_KEY_ID ?? '', 'wrong'));
    expect(wrong.name).to.equal('InvalidSignatureException');
    expect(wrong.message).not.to.match(/wrong|[0-9a-f]{32}/);
    expect((await thrownBy(asKey('LONGSHORENOBODY00', 'wrong'))).name).to.equal(
      'UnrecognizedClientException',
    );
  });

  it('takes a key that `longshore access-key` made, until it deletes it', async () => {
    const key = await dev.json<{ readonly accessKeyId: string; readonly secretAccessKey: string }>(
      'access-key',
      'create',
    );
    expect((await asKey(key.accessKeyId, key.secretAccessKey)).clusterArns).to.include.members([
      'arn:aws:ecs:eu-west-1:123456789012:cluster/default',
    ]);
    const listed = await dev.run('access-key', 'list');
    expect(listed.out).to.contain(key.accessKeyId).and.not.to.contain(key.secretAccessKey);
    expect((await dev.run('access-key', 'delete', key.accessKeyId)).code).to.equal(0);
    const refused = await thrownBy(asKey(key.accessKeyId, key.secretAccessKey));
    expect(refused.name).to.equal('UnrecognizedClientException');
  });
});
