import { aContainerDefinition, type RegisterTaskDefinitionRequest } from '@longshore/model';
import { rangeOf } from '@longshore/store';
import { expect } from 'chai';
import { taskDefinitionOperations as ops } from '../../../../packages/control-plane/src/api/task-definitions/index.js';
import { arn, openRig, type Rig, refusal } from './rig.js';

const request = (family = 'web'): RegisterTaskDefinitionRequest => ({
  family,
  containerDefinitions: [aContainerDefinition({ essential: undefined, cpu: undefined })],
});

describe('task definitions', () => {
  let rig: Rig;
  const register = (
    r: RegisterTaskDefinitionRequest = request(),
  ): ReturnType<typeof ops.RegisterTaskDefinition> => ops.RegisterTaskDefinition(r, rig.call(), rig.context);
  beforeEach(async () => {
    rig = await openRig();
  });
  afterEach(() => rig.stop());

  it('numbers the revisions of a family and fills in defaults', async () => {
    expect((await register()).taskDefinition?.revision).to.equal(1);
    const { taskDefinition } = await register();
    expect(taskDefinition).to.deep.include({
      family: 'web',
      revision: 2,
      status: 'ACTIVE',
      taskDefinitionArn: arn('task-definition/web:2'),
      compatibilities: ['EC2', 'EXTERNAL'],
    });
    expect(taskDefinition?.containerDefinitions?.[0]).to.include({ essential: true, cpu: 0 });
    expect(taskDefinition?.registeredAt?.seconds).to.equal(Date.UTC(2030, 0, 1) / 1000);
  });

  it('gives no number twice, whoever asks at once', async () => {
    const other = await openRig(rig.store.backend);
    try {
      const made = await Promise.all(
        [rig, other, rig, other, rig, other].map((r) =>
          ops.RegisterTaskDefinition(request(), r.call(), r.context),
        ),
      );
      expect(made.map((m) => m.taskDefinition?.revision ?? 0).sort((a, b) => a - b)).to.deep.equal([
        1, 2, 3, 4, 5, 6,
      ]);
    } finally {
      await other.stop();
    }
  });

  it('leaves nothing behind when it refuses', async () => {
    await refusal(register({ ...request(), containerDefinitions: [] }), 'ClientException');
    const constraint = { type: 'memberOf', expression: 'attribute:x ==' } as const;
    const error = await refusal(
      register({ ...request(), placementConstraints: [constraint] }),
      'ClientException',
    );
    expect(error.message).to.match(/Invalid expression at column/);
    expect(rig.store.count(rangeOf('family'))).to.equal(0);
    expect(rig.store.count(rangeOf('taskDefinition'))).to.equal(0);
  });

  it('describes by revision, by family and by ARN', async () => {
    await register();
    await register();
    for (const taskDefinition of ['web', 'web:2', arn('task-definition/web:2')]) {
      const found = await ops.DescribeTaskDefinition({ taskDefinition }, rig.call(), rig.context);
      expect(found.taskDefinition?.revision, taskDefinition).to.equal(2);
    }
  });

  it('takes the newest ACTIVE revision for a family', async () => {
    await register();
    await register();
    await ops.DeregisterTaskDefinition({ taskDefinition: 'web:2' }, rig.call(), rig.context);
    const found = await ops.DescribeTaskDefinition({ taskDefinition: 'web' }, rig.call(), rig.context);
    expect(found.taskDefinition?.revision).to.equal(1);
  });

  it('shows tags only when asked', async () => {
    const tags = [{ key: 'a', value: 'b' }];
    await register({ ...request(), tags });
    const plain = await ops.DescribeTaskDefinition({ taskDefinition: 'web' }, rig.call(), rig.context);
    expect(plain.tags).to.deep.equal([]);
    const include = ['TAGS'] as const;
    const full = await ops.DescribeTaskDefinition(
      { taskDefinition: 'web', include },
      rig.call(),
      rig.context,
    );
    expect(full.tags).to.deep.equal(tags);
  });

  for (const taskDefinition of [
    undefined,
    '',
    'web',
    'web:9',
    'a/b',
    'arn:aws:ecs:us-east-1:999999999999:task-definition/web:1',
  ])
    it(`cannot describe '${taskDefinition}'`, async () => {
      const run = ops.DescribeTaskDefinition({ taskDefinition }, rig.call(), rig.context);
      expect((await refusal(run, 'ClientException')).message).to.equal('Unable to describe task definition.');
    });

  describe('lists', () => {
    beforeEach(async () => {
      for (let i = 0; i < 11; i++) await register();
      await register(request('api'));
      await register(request('webhook'));
      await ops.DeregisterTaskDefinition({ taskDefinition: 'webhook:1' }, rig.call(), rig.context);
    });
    const list = async (r: Parameters<typeof ops.ListTaskDefinitions>[0]): Promise<readonly string[]> =>
      ((await ops.ListTaskDefinitions(r, rig.call(), rig.context)).taskDefinitionArns ?? []).map((a) =>
        a.replace(/.*\//, ''),
      );

    it('ACTIVE ones by family and number', async () => {
      const all = await list({});
      expect(all.slice(0, 3)).to.deep.equal(['api:1', 'web:1', 'web:2']);
      expect(all.at(-1)).to.equal('web:11');
    });

    it('downwards', async () => {
      expect((await list({ sort: 'DESC' })).slice(0, 3)).to.deep.equal(['web:11', 'web:10', 'web:9']);
    });

    it('one whole family, not those that begin like it', async () => {
      expect(await list({ familyPrefix: 'we' })).to.deep.equal([]);
      expect(await list({ familyPrefix: 'webhook', status: 'INACTIVE' })).to.deep.equal(['webhook:1']);
    });

    for (const sort of ['ASC', 'DESC'] as const)
      it(`in pages, ${sort}`, async () => {
        const seen: (string | undefined)[] = [];
        let nextToken: string | undefined;
        do {
          const page = await ops.ListTaskDefinitions(
            { sort, maxResults: 4, nextToken },
            rig.call(),
            rig.context,
          );
          seen.push(...(page.taskDefinitionArns ?? []).map((a) => a.replace(/.*\//, '')));
          nextToken = page.nextToken;
        } while (nextToken !== undefined);
        expect(seen).to.deep.equal(await list({ sort }));
        expect(new Set(seen).size).to.equal(12);
      });

    it('families by a real prefix and by status', async () => {
      const families = async (r: Parameters<typeof ops.ListTaskDefinitionFamilies>[0]): Promise<unknown> =>
        (await ops.ListTaskDefinitionFamilies(r, rig.call(), rig.context)).families;
      expect(await families({})).to.deep.equal(['api', 'web', 'webhook']);
      expect(await families({ familyPrefix: 'web', status: 'ACTIVE' })).to.deep.equal(['web']);
      expect(await families({ status: 'INACTIVE' })).to.deep.equal(['webhook']);
    });
  });

  it('deregisters once and for all', async () => {
    await register();
    const run = (): ReturnType<typeof ops.DeregisterTaskDefinition> =>
      ops.DeregisterTaskDefinition({ taskDefinition: 'web:1' }, rig.call(), rig.context);
    const first = await run();
    expect(first.taskDefinition?.status).to.equal('INACTIVE');
    expect((await run()).taskDefinition).to.deep.equal(first.taskDefinition);
    const noNumber = ops.DeregisterTaskDefinition({ taskDefinition: 'web' }, rig.call(), rig.context);
    expect((await refusal(noNumber, 'ClientException')).message).to.equal('Revision is missing.');
    const word = ops.DeregisterTaskDefinition({ taskDefinition: 'web:x' }, rig.call(), rig.context);
    expect((await refusal(word, 'ClientException')).message).to.equal('Invalid revision number. Number: x');
  });

  it('deletes what is INACTIVE and says why not otherwise', async () => {
    await register();
    await register();
    await ops.DeregisterTaskDefinition({ taskDefinition: 'web:1' }, rig.call(), rig.context);
    const taskDefinitions = ['web:1', 'web:2', 'web:7', 'web'];
    const answer = await ops.DeleteTaskDefinitions({ taskDefinitions }, rig.call(), rig.context);
    expect(answer.taskDefinitions?.map((d) => [d.revision, d.status])).to.deep.equal([
      [1, 'DELETE_IN_PROGRESS'],
    ]);
    expect(answer.failures?.map((f) => f.arn)).to.deep.equal(['web:2', 'web:7', 'web']);
    expect(answer.failures?.map((f) => f.reason)).to.deep.equal([
      'The specified task definition is still in ACTIVE status. Please deregister the target and try again.',
      'The specified task definition does not exist. Specify a valid account, family, revision and try again.',
      'The specified task definition identifier is invalid. Specify a valid name or ARN and try again.',
    ]);
    const eleven = Array.from({ length: 11 }, (_, i) => `web:${i + 1}`);
    const many = ops.DeleteTaskDefinitions({ taskDefinitions: eleven }, rig.call(), rig.context);
    await refusal(many, 'InvalidParameterException');
  });
});
