import {
  aClusterRecord,
  aContainerDefinition,
  aContainerRecord,
  anInstanceRecord,
  aTaskDefinition,
  aTaskDefinitionRecord,
  aTaskRecord,
  clusterOf,
  codecOf,
  instanceAttributes,
  instanceOf,
  noCounts,
  someHolds,
  someResources,
  type Task,
  type TaskRecord,
  taskDefinitionOf,
  taskOf,
  toJson,
  useOf,
} from '@longshore/model';
import { expect } from 'chai';

const scope = { region: 'us-east-1', accountId: '123456789012' };
const id = '0123456789abcdef0123456789abcdef';
const instance = 'f'.repeat(32);
const about = { scope, cluster: 'c', id, definition: aTaskDefinition() };
const arn = (rest: string): string => `arn:aws:ecs:us-east-1:123456789012:${rest}`;

const render = (record: Partial<TaskRecord>, more: Partial<Parameters<typeof taskOf>[1]> = {}): Task =>
  taskOf(aTaskRecord(record), { ...about, ...more });

describe('a task as ECS shows it', () => {
  it('names everything by ARN', () => {
    expect(render({ instance, family: 'web', revision: 3 })).to.include({
      taskArn: arn(`task/c/${id}`),
      clusterArn: arn('cluster/c'),
      containerInstanceArn: arn(`container-instance/c/${instance}`),
      taskDefinitionArn: arn('task-definition/web:3'),
    });
  });

  it('shows the containers of its definition before the agent has reported any', () => {
    const [container] = render({}).containers ?? [];
    expect(container).to.include({
      name: 'app',
      image: 'busybox:1.36',
      lastStatus: 'PENDING',
      healthStatus: 'UNKNOWN',
      cpu: '128',
      memory: '256',
      taskArn: arn(`task/c/${id}`),
    });
    expect(container?.containerArn).to.match(
      /container\/c\/0123456789abcdef0123456789abcdef\/[0-9a-f-]{36}$/,
    );
  });

  it('shows what the agent knows of a container', () => {
    const containers = [
      aContainerRecord({ lastStatus: 'STOPPED', exitCode: 0, imageDigest: 'abc', reason: 'r' }),
    ];
    expect(render({ containers }).containers?.[0]).to.include({
      lastStatus: 'STOPPED',
      exitCode: 0,
      imageDigest: 'sha256:abc',
      reason: 'r',
    });
  });

  it('gives a container the same ARN every time, and each its own', () => {
    const definition = aTaskDefinition({
      containerDefinitions: [aContainerDefinition(), aContainerDefinition({ name: 'b' })],
    });
    const arns = (): readonly (string | undefined)[] =>
      (render({}, { definition }).containers ?? []).map((c) => c.containerArn);
    expect(arns()).to.deep.equal(arns());
    expect(new Set(arns()).size).to.equal(2);
  });

  it('sums what it holds, as text', () => {
    expect(render({ holds: someHolds({ cpuUnits: 512, memoryMiB: 1024 }) })).to.include({
      cpu: '512',
      memory: '1024',
    });
  });

  const groups: readonly (readonly [Partial<TaskRecord>, string])[] = [
    [{}, 'family:web'],
    [{ service: 's' }, 'service:s'],
    [{ group: 'mine', service: 's' }, 'mine'],
  ];
  for (const [record, group] of groups)
    it(`is in the group ${group}`, () => expect(render(record).group).to.equal(group));

  it("was started by its service's deployment", () => {
    expect(render({ service: 's', deployment: '42' }).startedBy).to.equal('ecs-svc/42');
    expect(render({ startedBy: 'me' }).startedBy).to.equal('me');
    expect(render({}).startedBy).to.equal(undefined);
  });

  it('shows connectivity only where it is known', () => {
    expect(render({ instance }).connectivity).to.equal(undefined);
    expect(render({ instance }, { connected: true }).connectivity).to.equal('CONNECTED');
    expect(render({ instance }, { connected: false }).connectivity).to.equal('DISCONNECTED');
    expect(render({}, { connected: false }).connectivity).to.equal(undefined);
  });

  it('names every container among the overrides, as ECS does', () => {
    expect(render({}).overrides).to.deep.equal({
      containerOverrides: [{ name: 'app' }],
      inferenceAcceleratorOverrides: [],
    });
    const overrides = { containerOverrides: [{ name: 'app', cpu: 7 }] };
    expect(render({ overrides }).overrides?.containerOverrides).to.deep.equal([{ name: 'app', cpu: 7 }]);
    expect(render({ overrides }).containers?.[0]?.cpu).to.equal('7');
  });

  it('counts restarts in its attributes', () => {
    const containers = [aContainerRecord({ restartCount: 3 })];
    expect(render({ containers }).attributes).to.deep.equal([{ name: 'longshore.restarts.app', value: '3' }]);
  });

  it('shows tags only when asked', () => {
    const tags = [{ key: 'a', value: 'b' }];
    expect(render({ tags }).tags).to.deep.equal([]);
    expect(render({ tags }, { tags: true }).tags).to.deep.equal(tags);
  });

  it('leaves out on the wire what has not happened', () => {
    const json = toJson('Task', render({})) as Readonly<Record<string, unknown>>;
    for (const member of [
      'startedAt',
      'stoppedAt',
      'stopCode',
      'stoppedReason',
      'containerInstanceArn',
      'startedBy',
    ])
      expect(json, member).not.to.have.property(member);
    expect(json).to.include({ launchType: 'EC2', lastStatus: 'PROVISIONING', version: 1 });
    expect(json).to.have.property('tags').that.deep.equals([]);
    expect(json).to.have.property('createdAt', Date.UTC(2030, 0, 1) / 1000);
  });

  it('is the same after a way through the store', () => {
    const codec = codecOf('TaskRecord');
    const record = aTaskRecord({ instance, containers: [aContainerRecord({ exitCode: 0 })] });
    const back = taskOf(codec.decode(codec.encode(record)), about);
    expect(toJson('Task', back)).to.deep.equal(toJson('Task', taskOf(record, about)));
  });
});

describe('a container instance as ECS shows it', () => {
  const resources = someResources({
    cpuUnits: 1024,
    memoryMiB: 2048,
    gpus: [{ gpuId: 'g1' }, { gpuId: 'g2' }],
  });
  const use = useOf([
    {
      holds: someHolds({
        cpuUnits: 100,
        memoryMiB: 200,
        gpuIds: ['g1'],
        ports: [
          { port: 80, protocol: 'tcp' },
          { port: 53, protocol: 'udp' },
        ],
      }),
      lastStatus: 'RUNNING',
    },
  ]);
  const shown = instanceOf(anInstanceRecord({ resources }), {
    scope,
    cluster: 'c',
    id: instance,
    use,
    agentConnected: true,
  });

  it('says what it registered and what is left', () => {
    const by = (list: typeof shown.registeredResources, name: string): unknown => {
      const found = list?.find((r) => r.name === name);
      return found?.type === 'INTEGER' ? found.integerValue : found?.stringSetValue;
    };
    expect(by(shown.registeredResources, 'CPU')).to.equal(1024);
    expect(by(shown.remainingResources, 'CPU')).to.equal(924);
    expect(by(shown.remainingResources, 'MEMORY')).to.equal(1848);
    expect(by(shown.registeredResources, 'PORTS')).not.to.include('80');
    expect(by(shown.remainingResources, 'PORTS')).to.include('80').and.to.include('22');
    expect(by(shown.remainingResources, 'PORTS_UDP')).to.deep.equal(['53']);
    expect(by(shown.registeredResources, 'GPU')).to.deep.equal(['g1', 'g2']);
    expect(by(shown.remainingResources, 'GPU')).to.deep.equal(['g2']);
  });

  it('lets custom attributes win over those of the agent', () => {
    const record = anInstanceRecord({
      agentAttributes: [{ name: 'a', value: '1' }, { name: 'b' }],
      customAttributes: [{ name: 'a', value: '2', targetId: 'x' }],
    });
    expect(instanceAttributes(record)).to.deep.equal([{ name: 'a', value: '2' }, { name: 'b' }]);
  });
});

describe('clusters and task definitions as ECS shows them', () => {
  it('answers empty lists where ECS does', () => {
    const cluster = clusterOf(aClusterRecord(), { scope, name: 'c', counts: noCounts, include: new Set() });
    expect(toJson('Cluster', cluster)).to.deep.equal({
      clusterArn: arn('cluster/c'),
      clusterName: 'c',
      status: 'ACTIVE',
      registeredContainerInstancesCount: 0,
      runningTasksCount: 0,
      pendingTasksCount: 0,
      activeServicesCount: 0,
      statistics: [],
      tags: [],
      settings: [],
      capacityProviders: [],
      defaultCapacityProviderStrategy: [],
    });
  });

  it('derives what is not stored of a definition', () => {
    const record = aTaskDefinitionRecord({ registeredBy: 'me' });
    expect(taskDefinitionOf(record, { scope, family: 'web', revision: 2 })).to.deep.include({
      taskDefinitionArn: arn('task-definition/web:2'),
      revision: 2,
      status: 'ACTIVE',
      compatibilities: ['EC2', 'EXTERNAL'],
      registeredBy: 'arn:aws:iam::123456789012:user/me',
      deregisteredAt: undefined,
    });
  });
});
