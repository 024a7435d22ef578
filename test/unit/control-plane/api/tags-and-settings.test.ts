import { aClusterRecord, anInstanceRecord, aTaskRecord } from '@longshore/model';
import { keyOf } from '@longshore/store';
import { expect } from 'chai';
import { accountSettingOperations } from '../../../../packages/control-plane/src/api/account-settings/index.js';
import { tagOperations as ops } from '../../../../packages/control-plane/src/api/tags/index.js';
import { accountId, arn, openRig, type Rig, refusal } from './rig.js';

const id = 'a'.repeat(32);

describe('tags of resources', () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await openRig();
    await rig.put('cluster', ['c'], aClusterRecord());
    await rig.put('instance', ['c', id], anInstanceRecord());
    await rig.put('task', ['c', id], aTaskRecord());
  });
  afterEach(() => rig.stop());

  for (const resourceArn of [arn('cluster/c'), arn(`container-instance/c/${id}`), arn(`task/c/${id}`)])
    it(`are put, listed and removed: ${resourceArn}`, async () => {
      const list = async (): Promise<unknown> =>
        (await ops.ListTagsForResource({ resourceArn }, rig.call(), rig.context)).tags;
      const put = (key: string, value: string): Promise<unknown> =>
        ops.TagResource({ resourceArn, tags: [{ key, value }] }, rig.call(), rig.context);
      expect(await list()).to.deep.equal([]);
      await put('a', '1');
      await put('b', '2');
      await put('a', '3');
      expect(await list()).to.deep.equal([
        { key: 'a', value: '3' },
        { key: 'b', value: '2' },
      ]);
      await ops.UntagResource({ resourceArn, tagKeys: ['a', 'z'] }, rig.call(), rig.context);
      expect(await list()).to.deep.equal([{ key: 'b', value: '2' }]);
    });

  it('of a stopped task stay with its history', async () => {
    const key = keyOf('history', 'c', id);
    const live = keyOf('task', 'c', id);
    const revision = rig.store.get(live)?.revision ?? 0;
    const task = aTaskRecord({ lastStatus: 'STOPPED', tags: [{ key: 'a', value: '1' }] });
    await rig.store.commit({
      expect: [{ key: live, revision }],
      write: [{ delete: live }, { put: key, value: { task } }],
    });
    const resourceArn = arn(`task/c/${id}`);
    const { tags } = await ops.ListTagsForResource({ resourceArn }, rig.call(), rig.context);
    expect(tags).to.deep.equal([{ key: 'a', value: '1' }]);
  });

  it('are fifty at most, together with those that are there', async () => {
    const tags = Array.from({ length: 50 }, (_, i) => ({ key: `k${i}`, value: '' }));
    const resourceArn = arn('cluster/c');
    await ops.TagResource({ resourceArn, tags }, rig.call(), rig.context);
    const more = ops.TagResource({ resourceArn, tags: [{ key: 'k51' }] }, rig.call(), rig.context);
    await refusal(more, 'InvalidParameterException');
    await ops.TagResource({ resourceArn, tags: [{ key: 'k0', value: 'new' }] }, rig.call(), rig.context);
  });

  const bad = [
    ['no ARN', 'nothing', 'InvalidParameterException'],
    ['a kind without tags', arn('service-revision/c/s/1'), 'InvalidParameterException'],
    ['a cluster that does not exist', arn('cluster/x'), 'ClusterNotFoundException'],
    ['a task that does not exist', arn(`task/c/${'f'.repeat(32)}`), 'ResourceNotFoundException'],
    [
      'a cluster of another account',
      'arn:aws:ecs:us-east-1:999999999999:cluster/c',
      'ClusterNotFoundException',
    ],
    ['a definition that does not exist', arn('task-definition/web:9'), 'ClientException'],
  ] as const;
  for (const [name, resourceArn, code] of bad)
    it(`of ${name}: ${code}`, async () => {
      await refusal(ops.TagResource({ resourceArn, tags: [{ key: 'a' }] }, rig.call(), rig.context), code);
      await refusal(ops.ListTagsForResource({ resourceArn }, rig.call(), rig.context), code);
    });
});

describe('account settings', () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await openRig();
  });
  afterEach(() => rig.stop());
  const { PutAccountSetting, PutAccountSettingDefault, DeleteAccountSetting, ListAccountSettings } =
    accountSettingOperations;
  const list = async (
    request: Parameters<typeof ListAccountSettings>[0] = {},
  ): Promise<readonly (readonly [string | undefined, string | undefined])[]> =>
    ((await ListAccountSettings(request, rig.call(), rig.context)).settings ?? []).map((s) => [
      s.name,
      s.value,
    ]);

  it('are the caller’s own, then the account’s, then those of ECS', async () => {
    expect(await list()).to.deep.equal([]);
    const effective = { name: 'containerInsights', effectiveSettings: true } as const;
    expect(await list(effective)).to.deep.equal([['containerInsights', 'disabled']]);
    await PutAccountSettingDefault({ name: 'containerInsights', value: 'enabled' }, rig.call(), rig.context);
    expect(await list(effective)).to.deep.equal([['containerInsights', 'enabled']]);
    const own = await PutAccountSetting(
      { name: 'containerInsights', value: 'enhanced' },
      rig.call(),
      rig.context,
    );
    expect(own.setting?.principalArn).to.equal(`arn:aws:iam::${accountId}:user/tester`);
    expect(await list(effective)).to.deep.equal([['containerInsights', 'enhanced']]);
    const deleted = await DeleteAccountSetting({ name: 'containerInsights' }, rig.call(), rig.context);
    expect(deleted.setting?.value).to.equal('enabled');
    expect(await list()).to.deep.equal([]);
  });

  it('name the log driver mode that ECS has since June 2025 where nobody has set one', async () => {
    const mode = { name: 'defaultLogDriverMode', effectiveSettings: true } as const;
    expect(await list(mode)).to.deep.equal([['defaultLogDriverMode', 'non-blocking']]);
    await PutAccountSettingDefault({ name: mode.name, value: 'blocking' }, rig.call(), rig.context);
    expect(await list(mode)).to.deep.equal([['defaultLogDriverMode', 'blocking']]);
  });

  it('come in pages of ten', async () => {
    const first = await ListAccountSettings({ effectiveSettings: true }, rig.call(), rig.context);
    expect(first.settings).to.have.length(10);
    expect(first.nextToken).to.be.a('string');
  });

  it('are found by value', async () => {
    await PutAccountSetting({ name: 'taskLongArnFormat', value: 'enabled' }, rig.call(), rig.context);
    await PutAccountSetting({ name: 'serviceLongArnFormat', value: 'disabled' }, rig.call(), rig.context);
    expect(await list({ value: 'disabled' })).to.deep.equal([['serviceLongArnFormat', 'disabled']]);
  });

  it('refuse a value that they do not have, and a principal of another account', async () => {
    const value = PutAccountSetting({ name: 'containerInsights', value: 'maybe' }, rig.call(), rig.context);
    await refusal(value, 'InvalidParameterException');
    const principalArn = 'arn:aws:iam::999999999999:user/x';
    const foreign = PutAccountSetting(
      { name: 'containerInsights', value: 'enabled', principalArn },
      rig.call(),
      rig.context,
    );
    await refusal(foreign, 'InvalidParameterException');
  });
});
