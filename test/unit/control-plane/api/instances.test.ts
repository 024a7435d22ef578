import {
  aClusterRecord,
  anInstanceRecord,
  aTaskRecord,
  type InstanceRecord,
  someHolds,
} from '@longshore/model';
import { keyOf } from '@longshore/store';
import { expect } from 'chai';
import { attributeOperations } from '../../../../packages/control-plane/src/api/attributes/index.js';
import { instanceOperations as ops } from '../../../../packages/control-plane/src/api/instances/index.js';
import { arn, openRig, type Rig, refusal } from './rig.js';

const one = '1'.repeat(32);
const two = '2'.repeat(32);
const taskId = (n: number): string => n.toString(16).padStart(32, '0');
const cluster = 'c';

describe('container instances', () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await openRig();
    await rig.put('cluster', [cluster], aClusterRecord());
    await rig.put('instance', [cluster, one], anInstanceRecord({ name: 'host-1' }));
    await rig.put('instance', [cluster, two], anInstanceRecord({ name: 'host-2', agentVersion: '0.2.0' }));
  });
  afterEach(() => rig.stop());
  const record = (id = one): InstanceRecord | undefined =>
    rig.store.get(keyOf('instance', cluster, id))?.value;
  const fence = (id = one): number => rig.store.get(keyOf('fence', cluster, id))?.value.counter ?? 0;

  it('shows what is registered and what is left', async () => {
    const holds = someHolds({ cpuUnits: 100, memoryMiB: 200, ports: [{ port: 80, protocol: 'tcp' }] });
    await rig.put('task', [cluster, taskId(1)], aTaskRecord({ instance: one, lastStatus: 'RUNNING', holds }));
    await rig.put('task', [cluster, taskId(2)], aTaskRecord({ instance: one, lastStatus: 'STOPPED', holds }));
    const request = {
      cluster,
      containerInstances: [one, arn(`container-instance/c/${two}`), 'f'.repeat(32)],
    };
    const answer = await ops.DescribeContainerInstances(request, rig.call(), rig.context);
    const [first, second] = answer.containerInstances ?? [];
    expect(first).to.include({
      runningTasksCount: 1,
      pendingTasksCount: 0,
      status: 'ACTIVE',
      agentConnected: false,
    });
    expect(first?.remainingResources?.map((r) => r.integerValue)).to.deep.equal([1948, 3896, 0, 0]);
    expect(first?.remainingResources?.[2]?.stringSetValue).to.include('80');
    expect(second?.ec2InstanceId).to.equal('host-2');
    expect(answer.failures).to.deep.equal([
      { arn: arn(`container-instance/c/${'f'.repeat(32)}`), reason: 'MISSING' },
    ]);
  });

  it('counts an agent as connected once its present session has reported in full', async () => {
    const session = await rig.put('session', [cluster, one], { replica: 'r', startedAtMs: 0 });
    const connected = async (): Promise<boolean | undefined> => {
      const request = { cluster, containerInstances: [one] };
      return (await ops.DescribeContainerInstances(request, rig.call(), rig.context)).containerInstances?.[0]
        ?.agentConnected;
    };
    expect(await connected()).to.equal(false);
    await rig.put('instance', [cluster, one], anInstanceRecord({ reportedSession: session }));
    expect(await connected()).to.equal(true);
    await rig.put(
      'instance',
      [cluster, one],
      anInstanceRecord({ reportedSession: session, overdueSinceMs: 1 }),
    );
    expect(await connected()).to.equal(false);
  });

  it('shows health where it was asked for', async () => {
    await rig.put('instance', [cluster, one], anInstanceRecord({ impairedReason: 'disk full' }));
    const include = ['CONTAINER_INSTANCE_HEALTH'] as const;
    const request = { cluster, containerInstances: [one], include };
    const [shown] =
      (await ops.DescribeContainerInstances(request, rig.call(), rig.context)).containerInstances ?? [];
    expect(shown?.statusReason).to.equal('disk full');
    expect(shown?.healthStatus?.overallStatus).to.equal('IMPAIRED');
  });

  it('refuses to describe nothing, and too many', async () => {
    const none = ops.DescribeContainerInstances({ cluster, containerInstances: [] }, rig.call(), rig.context);
    expect((await refusal(none, 'ClientException')).message).to.equal('Container Instances cannot be empty.');
    const many = { cluster, containerInstances: Array(101).fill(one) };
    await refusal(ops.DescribeContainerInstances(many, rig.call(), rig.context), 'InvalidParameterException');
  });

  const filters: readonly (readonly [string, readonly string[]])[] = [
    ['agentVersion >= 0.2.0', [two]],
    ['attribute:ecs.os-type == linux', [one, two]],
    ['attribute:ecs.os-type == windows', []],
    ['task:group == family:web', [one]],
    ['runningTasksCount > 0', [one]],
  ];
  for (const [filter, ids] of filters)
    it(`lists by ${filter}`, async () => {
      await rig.put('task', [cluster, taskId(1)], aTaskRecord({ instance: one, lastStatus: 'RUNNING' }));
      const answer = await ops.ListContainerInstances({ cluster, filter }, rig.call(), rig.context);
      expect(answer.containerInstanceArns).to.deep.equal(ids.map((id) => arn(`container-instance/c/${id}`)));
    });

  it('lists by status and in pages', async () => {
    await ops.UpdateContainerInstancesState(
      { cluster, containerInstances: [two], status: 'DRAINING' },
      rig.call(),
      rig.context,
    );
    const draining = await ops.ListContainerInstances(
      { cluster, status: 'DRAINING' },
      rig.call(),
      rig.context,
    );
    expect(draining.containerInstanceArns).to.deep.equal([arn(`container-instance/c/${two}`)]);
    const first = await ops.ListContainerInstances({ cluster, maxResults: 1 }, rig.call(), rig.context);
    expect(first.containerInstanceArns).to.deep.equal([arn(`container-instance/c/${one}`)]);
    expect(first.nextToken).to.be.a('string');
  });

  it('points at what is wrong with a filter', async () => {
    const run = ops.ListContainerInstances({ cluster, filter: 'colour == red' }, rig.call(), rig.context);
    expect((await refusal(run, 'InvalidParameterException')).message).to.match(/column 1/);
  });

  it('drains and undoes it, each time over the fence', async () => {
    const set = (status: 'ACTIVE' | 'DRAINING'): ReturnType<typeof ops.UpdateContainerInstancesState> =>
      ops.UpdateContainerInstancesState(
        { cluster, containerInstances: [one], status },
        rig.call(),
        rig.context,
      );
    expect((await set('DRAINING')).containerInstances?.[0]?.status).to.equal('DRAINING');
    expect(fence()).to.equal(1);
    await set('DRAINING');
    expect(fence()).to.equal(1);
    await set('ACTIVE');
    expect(record()).to.include({ status: 'ACTIVE', version: 3 });
    expect(fence()).to.equal(2);
  });

  it('knows no other state to set', async () => {
    const request = { cluster, containerInstances: [one], status: 'REGISTERING' } as const;
    const run = ops.UpdateContainerInstancesState(request, rig.call(), rig.context);
    await refusal(run, 'InvalidParameterException');
  });

  it('deregisters an empty instance', async () => {
    const request = { cluster, containerInstance: one };
    const { containerInstance } = await ops.DeregisterContainerInstance(request, rig.call(), rig.context);
    expect(containerInstance?.status).to.equal('INACTIVE');
    expect(record()).to.equal(undefined);
    const again = ops.DeregisterContainerInstance(request, rig.call(), rig.context);
    await refusal(again, 'InvalidParameterException');
  });

  it('keeps an instance with tasks, unless forced', async () => {
    await rig.put('task', [cluster, taskId(1)], aTaskRecord({ instance: one, lastStatus: 'RUNNING' }));
    const run = ops.DeregisterContainerInstance({ cluster, containerInstance: one }, rig.call(), rig.context);
    expect((await refusal(run, 'InvalidParameterException')).message).to.equal(
      'Found running tasks on the instance.',
    );
    expect(record()?.status).to.equal('ACTIVE');
  });

  it('with force stops every task and says why, however many', async () => {
    const lostSinceMs = Date.UTC(2030, 0, 1);
    await rig.put('instance', [cluster, one], anInstanceRecord({ lostSinceMs }));
    for (let n = 0; n < 95; n++)
      await rig.put('task', [cluster, taskId(n)], aTaskRecord({ instance: one, lastStatus: 'RUNNING' }));
    const request = { cluster, containerInstance: one, force: true };
    const { containerInstance } = await ops.DeregisterContainerInstance(request, rig.call(), rig.context);
    expect(containerInstance).to.include({ status: 'INACTIVE', runningTasksCount: 0 });
    for (const task of rig.store.tasks.inCluster(cluster))
      expect(rig.store.tasks.record(task)).to.include({
        lastStatus: 'STOPPED',
        desiredStatus: 'STOPPED',
        stopCode: 'InfrastructureHealth',
        stoppedReason: `Container instance ${one} lost since 2030-01-01T00:00:00.000Z`,
      });
    expect(record()).to.equal(undefined);
    expect(rig.store.get(keyOf('fence', cluster, one))).to.equal(undefined);
  });

  describe('attributes', () => {
    const put = (
      attributes: Parameters<typeof attributeOperations.PutAttributes>[0]['attributes'],
    ): Promise<unknown> =>
      attributeOperations.PutAttributes({ cluster, attributes }, rig.call(), rig.context);

    it('are put on several instances at once, over their fences', async () => {
      await put([
        { name: 'rack', value: 'a', targetId: one },
        {
          name: 'rack',
          value: 'b',
          targetId: arn(`container-instance/c/${two}`),
          targetType: 'container-instance',
        },
        { name: 'ssd', targetId: one },
      ]);
      expect(record(one)?.customAttributes).to.deep.equal([{ name: 'rack', value: 'a' }, { name: 'ssd' }]);
      expect(record(two)?.customAttributes).to.deep.equal([{ name: 'rack', value: 'b' }]);
      expect([fence(one), fence(two)]).to.deep.equal([1, 1]);
    });

    it('change none of them when one target is missing', async () => {
      const attributes = [
        { name: 'rack', targetId: one },
        { name: 'rack', targetId: 'f'.repeat(32) },
      ];
      await refusal(put(attributes), 'TargetNotFoundException');
      expect(record()?.customAttributes).to.deep.equal([]);
    });

    it('are listed by name and value, with their target', async () => {
      await put([{ name: 'rack', value: 'a', targetId: one }]);
      const request = { cluster, targetType: 'container-instance', attributeName: 'rack' } as const;
      const { attributes } = await attributeOperations.ListAttributes(request, rig.call(), rig.context);
      expect(attributes).to.deep.equal([
        {
          name: 'rack',
          value: 'a',
          targetType: 'container-instance',
          targetId: arn(`container-instance/c/${one}`),
        },
      ]);
      const other = { ...request, attributeValue: 'b' };
      const none = await attributeOperations.ListAttributes(other, rig.call(), rig.context);
      expect(none.attributes).to.deep.equal([]);
    });

    it('are deleted by name', async () => {
      await put([{ name: 'rack', value: 'a', targetId: one }]);
      const attributes = [{ name: 'rack', targetId: one }];
      await attributeOperations.DeleteAttributes({ cluster, attributes }, rig.call(), rig.context);
      expect(record()?.customAttributes).to.deep.equal([]);
    });

    const bad: readonly (readonly [string, Parameters<typeof put>[0], RegExp])[] = [
      ['none', [], /should not be null or empty/],
      ['a name with a space', [{ name: 'a b', targetId: one }], /Attribute name/],
      ['a name of ECS', [{ name: 'ecs.os-type', targetId: one }], /reserved/],
      ['no target', [{ name: 'a' }], /targetId/],
      ['a value that ends in a space', [{ name: 'a', value: 'b ', targetId: one }], /value of attribute a/],
      ['eleven', Array(11).fill({ name: 'a', targetId: one }), /at most 10/],
    ];
    for (const [name, attributes, message] of bad)
      it(`are refused: ${name}`, async () => {
        expect((await refusal(put(attributes), 'InvalidParameterException')).message).to.match(message);
      });

    it('are fifty at most', async () => {
      for (let i = 0; i < 5; i++)
        await put(Array.from({ length: 10 }, (_, n) => ({ name: `a${i}-${n}`, targetId: one })));
      await refusal(put([{ name: 'more', targetId: one }]), 'AttributeLimitExceededException');
    });
  });
});
