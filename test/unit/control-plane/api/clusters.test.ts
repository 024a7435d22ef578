import { aClusterRecord, anInstanceRecord, aTaskRecord } from '@longshore/model';
import { keyOf } from '@longshore/store';
import { expect } from 'chai';
import { accountSettingOperations } from '../../../../packages/control-plane/src/api/account-settings/index.js';
import {
  countsOf,
  instanceCounter,
  clusterOperations as ops,
} from '../../../../packages/control-plane/src/api/clusters/index.js';
import { InstanceViews } from '../../../../packages/control-plane/src/placement/instance-views.js';
import { arn, openRig, type Rig, refusal } from './rig.js';

const id = 'a'.repeat(32);

describe('clusters', () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await openRig();
  });
  afterEach(() => rig.stop());

  it('creates a cluster with its settings and tags', async () => {
    const { cluster } = await ops.CreateCluster(
      { clusterName: 'c', tags: [{ key: 'a', value: 'b' }] },
      rig.call(),
      rig.context,
    );
    expect(cluster).to.deep.include({
      clusterName: 'c',
      clusterArn: arn('cluster/c'),
      status: 'ACTIVE',
      tags: [{ key: 'a', value: 'b' }],
      settings: [{ name: 'containerInsights', value: 'disabled' }],
      runningTasksCount: 0,
    });
  });

  it('creates default where no name is given', async () => {
    expect((await ops.CreateCluster({}, rig.call(), rig.context)).cluster?.clusterName).to.equal('default');
  });

  it('answers what is there when created again, and refuses other arguments', async () => {
    await ops.CreateCluster({ clusterName: 'c' }, rig.call(), rig.context);
    await ops.CreateCluster({ clusterName: 'c' }, rig.call(), rig.context);
    const other = ops.CreateCluster({ clusterName: 'c', tags: [{ key: 'x' }] }, rig.call(), rig.context);
    expect((await refusal(other, 'InvalidParameterException')).message).to.match(/idempotent request/);
  });

  it('gives new clusters the setting of the account', async () => {
    const setting = { name: 'containerInsights', value: 'enhanced' } as const;
    await accountSettingOperations.PutAccountSettingDefault(setting, rig.call(), rig.context);
    const { cluster } = await ops.CreateCluster({ clusterName: 'c' }, rig.call(), rig.context);
    expect(cluster?.settings).to.deep.equal([setting]);
  });

  it('makes the default cluster when it is first asked for', async () => {
    const { clusters } = await ops.DescribeClusters({}, rig.call(), rig.context);
    expect(clusters?.map((c) => c.clusterName)).to.deep.equal(['default']);
    expect(rig.store.get(keyOf('cluster', 'default'))?.value.status).to.equal('ACTIVE');
  });

  it('describes what is there and reports what is missing', async () => {
    await ops.CreateCluster({ clusterName: 'c' }, rig.call(), rig.context);
    const foreign = 'arn:aws:ecs:us-east-1:999999999999:cluster/c';
    const asked = ['c', 'nothing', foreign, 'arn:aws:ecs:eu-west-1:123456789012:cluster/c'];
    const { clusters, failures } = await ops.DescribeClusters({ clusters: asked }, rig.call(), rig.context);
    expect(clusters?.map((c) => c.clusterArn)).to.deep.equal([arn('cluster/c'), arn('cluster/c')]);
    expect(failures).to.deep.equal([
      { arn: arn('cluster/nothing'), reason: 'MISSING' },
      { arn: foreign, reason: 'MISSING' },
    ]);
  });

  it('shows tags, settings and statistics only when asked', async () => {
    await ops.CreateCluster({ clusterName: 'c', tags: [{ key: 'a', value: '' }] }, rig.call(), rig.context);
    const plain = (await ops.DescribeClusters({ clusters: ['c'] }, rig.call(), rig.context)).clusters?.[0];
    expect(plain).to.deep.include({ tags: [], settings: [], statistics: [] });
    const full = await ops.DescribeClusters(
      { clusters: ['c'], include: ['TAGS', 'SETTINGS', 'STATISTICS'] },
      rig.call(),
      rig.context,
    );
    expect(full.clusters?.[0]?.tags).to.have.length(1);
    expect(full.clusters?.[0]?.settings).to.have.length(1);
    expect(full.clusters?.[0]?.statistics).to.deep.include({ name: 'runningEC2TasksCount', value: '0' });
  });

  it('counts instances and tasks', async () => {
    await rig.put('cluster', ['c'], aClusterRecord());
    await rig.put('instance', ['c', id], anInstanceRecord());
    await rig.put('task', ['c', 'b'.repeat(32)], aTaskRecord({ instance: id, lastStatus: 'RUNNING' }));
    await rig.put('task', ['c', 'c'.repeat(32)], aTaskRecord({ instance: id, lastStatus: 'PENDING' }));
    await rig.put('task', ['c', 'd'.repeat(32)], aTaskRecord({ instance: id, lastStatus: 'STOPPED' }));
    const { clusters } = await ops.DescribeClusters({ clusters: ['c'] }, rig.call(), rig.context);
    expect(clusters?.[0]).to.include({
      registeredContainerInstancesCount: 1,
      runningTasksCount: 1,
      pendingTasksCount: 1,
    });
  });

  it('counts the same by instance as by task', async () => {
    await rig.put('cluster', ['c'], aClusterRecord());
    await rig.put('instance', ['c', id], anInstanceRecord());
    const states = ['RUNNING', 'RUNNING', 'PENDING', 'STOPPING', 'STOPPED', 'ACTIVATING'] as const;
    for (const [i, lastStatus] of states.entries())
      await rig.put('task', ['c', String(i).repeat(32)], aTaskRecord({ instance: id, lastStatus }));
    await rig.put('task', ['c', 'e'.repeat(32)], aTaskRecord({ lastStatus: 'PROVISIONING' }));
    const views = new InstanceViews(rig.store);
    const byInstance = instanceCounter(rig.store, views).of('c');
    views.stop();
    expect(byInstance).to.deep.equal({ runningTasks: 2, pendingTasks: 3 });
    expect(countsOf(rig.store, 'c')).to.include(byInstance);
  });

  it('lists in pages, without deleted ones', async () => {
    for (const clusterName of ['b', 'a', 'c'])
      await ops.CreateCluster({ clusterName }, rig.call(), rig.context);
    await ops.DeleteCluster({ cluster: 'b' }, rig.call(), rig.context);
    const first = await ops.ListClusters({ maxResults: 1 }, rig.call(), rig.context);
    expect(first.clusterArns).to.deep.equal([arn('cluster/a')]);
    const next = await ops.ListClusters({ nextToken: first.nextToken }, rig.call(), rig.context);
    expect(next).to.deep.equal({ clusterArns: [arn('cluster/c')], nextToken: undefined });
  });

  it('changes settings and keeps what is not named', async () => {
    await ops.CreateCluster({ clusterName: 'c' }, rig.call(), rig.context);
    const settings = [{ name: 'containerInsights', value: 'enabled' }] as const;
    const request = { cluster: 'c', serviceConnectDefaults: { namespace: 'ns' } };
    expect(
      (await ops.UpdateCluster(request, rig.call(), rig.context)).cluster?.serviceConnectDefaults,
    ).to.deep.equal({
      namespace: 'ns',
    });
    const { cluster } = await ops.UpdateClusterSettings({ cluster: 'c', settings }, rig.call(), rig.context);
    expect(cluster).to.deep.include({ settings, serviceConnectDefaults: { namespace: 'ns' } });
  });

  it('deletes an empty cluster, still describes it, and makes it anew', async () => {
    await ops.CreateCluster({ clusterName: 'c', tags: [{ key: 'a' }] }, rig.call(), rig.context);
    expect((await ops.DeleteCluster({ cluster: 'c' }, rig.call(), rig.context)).cluster?.status).to.equal(
      'INACTIVE',
    );
    const { clusters } = await ops.DescribeClusters({ clusters: ['c'] }, rig.call(), rig.context);
    expect(clusters?.[0]?.status).to.equal('INACTIVE');
    await refusal(ops.DeleteCluster({ cluster: 'c' }, rig.call(), rig.context), 'ClusterNotFoundException');
    const { cluster } = await ops.CreateCluster({ clusterName: 'c' }, rig.call(), rig.context);
    expect(cluster).to.deep.include({ status: 'ACTIVE', tags: [] });
  });

  it('refuses to delete a cluster with instances or tasks', async () => {
    await rig.put('cluster', ['c'], aClusterRecord());
    await rig.put('instance', ['c', id], anInstanceRecord());
    const deleting = (): Promise<unknown> => ops.DeleteCluster({ cluster: 'c' }, rig.call(), rig.context);
    await refusal(deleting(), 'ClusterContainsContainerInstancesException');
    await rig.put('task', ['c', id], aTaskRecord());
    await refusal(deleting(), 'ClusterContainsTasksException');
    expect(rig.store.get(keyOf('cluster', 'c'))?.value.status).to.equal('ACTIVE');
  });

  it('deletes a cluster whose tasks have all stopped', async () => {
    await rig.put('cluster', ['c'], aClusterRecord());
    await rig.put('task', ['c', id], aTaskRecord({ lastStatus: 'STOPPED' }));
    expect((await ops.DeleteCluster({ cluster: 'c' }, rig.call(), rig.context)).cluster?.status).to.equal(
      'INACTIVE',
    );
  });

  const bad: readonly (readonly [string, () => Promise<unknown>, RegExp])[] = [
    [
      'a name with a space',
      () => ops.CreateCluster({ clusterName: 'a b' }, rig.call(), rig.context),
      /Cluster name/,
    ],
    [
      'a value that the setting does not have',
      () =>
        ops.CreateCluster(
          { clusterName: 'c', settings: [{ name: 'containerInsights', value: 'some' }] },
          rig.call(),
          rig.context,
        ),
      /containerInsights must be one of/,
    ],
    [
      'an unknown capacity provider',
      () => ops.CreateCluster({ clusterName: 'c', capacityProviders: ['mine'] }, rig.call(), rig.context),
      /'mine' was not found/,
    ],
    [
      'an update of nothing',
      () => ops.UpdateClusterSettings({ cluster: 'c' }, rig.call(), rig.context),
      /settings/,
    ],
    [
      'a hundred and one clusters',
      () => ops.DescribeClusters({ clusters: Array(101).fill('c') }, rig.call(), rig.context),
      /at most 100 items/,
    ],
    [
      'a token of another list',
      () => ops.ListClusters({ nextToken: 'x' }, rig.call(), rig.context),
      /Invalid token/,
    ],
  ];
  for (const [name, run, message] of bad)
    it(`refuses ${name} and leaves nothing behind`, async () => {
      expect((await refusal(run(), 'InvalidParameterException')).message).to.match(message);
      expect(rig.store.get(keyOf('cluster', 'c'))).to.equal(undefined);
    });

  it('says ClusterNotFoundException for what does not exist', async () => {
    const error = await refusal(
      ops.UpdateCluster({ cluster: 'x' }, rig.call(), rig.context),
      'ClusterNotFoundException',
    );
    expect(error.message).to.equal('Cluster not found.');
  });
});

describe('clusters on two replicas', () => {
  it('see at once what the other has written, and lose no change to each other', async () => {
    const one = await openRig();
    const two = await openRig(one.store.backend);
    try {
      await ops.CreateCluster({ clusterName: 'c' }, one.call(), one.context);
      // The other's cache is behind: absence is not believed.
      await ops.UpdateCluster({ cluster: 'c', configuration: {} }, two.call(), two.context);
      const settings = [{ name: 'containerInsights', value: 'enabled' }] as const;
      await Promise.all([
        ops.UpdateClusterSettings({ cluster: 'c', settings }, one.call(), one.context),
        ops.UpdateCluster(
          { cluster: 'c', serviceConnectDefaults: { namespace: 'n' } },
          two.call(),
          two.context,
        ),
      ]);
      await one.store.barrier();
      const record = one.store.get(keyOf('cluster', 'c'))?.value;
      expect(record).to.deep.include({ settings, serviceConnectDefaults: { namespace: 'n' } });
    } finally {
      await two.stop();
      await one.stop();
    }
  });
});
