import {
  type ArnTarget,
  arnOf,
  clusterReference,
  definitionReference,
  EcsError,
  instanceReference,
  parseArn,
  serviceReference,
  taskReference,
} from '@longshore/model';
import { expect } from 'chai';

const scope = { region: 'eu-west-1', accountId: '123456789012' };
const id = '0123456789abcdef0123456789abcdef';
const start = 'arn:aws:ecs:eu-west-1:123456789012';

const targets: readonly (readonly [ArnTarget, string])[] = [
  [{ resource: 'cluster', cluster: 'c' }, 'cluster/c'],
  [{ resource: 'container-instance', cluster: 'c', instance: id }, `container-instance/c/${id}`],
  [{ resource: 'task', cluster: 'c', task: id }, `task/c/${id}`],
  [{ resource: 'container', cluster: 'c', task: id, id: 'x' }, `container/c/${id}/x`],
  [{ resource: 'task-definition', family: 'web', revision: 12 }, 'task-definition/web:12'],
  [{ resource: 'service', cluster: 'c', service: 's' }, 'service/c/s'],
  [{ resource: 'task-set', cluster: 'c', service: 's', taskSet: 'ecs-svc-1' }, 'task-set/c/s/ecs-svc-1'],
  [
    { resource: 'service-deployment', cluster: 'c', service: 's', deployment: 'd' },
    'service-deployment/c/s/d',
  ],
  [{ resource: 'service-revision', cluster: 'c', service: 's', revision: '1' }, 'service-revision/c/s/1'],
  [{ resource: 'capacity-provider', name: 'p' }, 'capacity-provider/p'],
];

describe('ARNs', () => {
  for (const [target, rest] of targets)
    it(`renders and reads ${rest}`, () => {
      const arn = arnOf(scope, target);
      expect(arn).to.equal(`${start}:${rest}`);
      expect(parseArn(arn)).to.deep.equal({ ...scope, target });
    });

  for (const text of [
    '',
    'arn:aws:ecs',
    'arn:aws:s3:::bucket',
    `${start}:cluster/`,
    `${start}:cluster/a/b`,
    `${start}:task/c`,
    `${start}:task-definition/web`,
    `${start}:task-definition/web:x`,
    `${start}:daemon/x`,
    'arn:aws:ecs:eu-west-1:12:cluster/c',
  ])
    it(`does not read '${text}'`, () => expect(parseArn(text)).to.equal(undefined));

  it('has the partition of its region', () => {
    expect(arnOf({ ...scope, region: 'cn-north-1' }, { resource: 'cluster', cluster: 'c' })).to.match(
      /^arn:aws-cn:/,
    );
  });
});

const where = { accountId: scope.accountId, cluster: 'c' };
const foreign = { ok: false, foreign: true };

function thrown(run: () => unknown): EcsError {
  try {
    run();
  } catch (error) {
    if (error instanceof EcsError) return error;
  }
  throw new Error('threw no EcsError');
}

describe('references', () => {
  it('takes default where no cluster is named', () => {
    expect(clusterReference(undefined, scope.accountId)).to.deep.equal({ ok: true, value: 'default' });
    expect(clusterReference('', scope.accountId)).to.deep.equal({ ok: true, value: 'default' });
  });

  it('takes names, ids and ARNs, of whatever region', () => {
    const elsewhere = 'arn:aws:ecs:us-west-2:123456789012';
    expect(clusterReference(`${elsewhere}:cluster/c`, scope.accountId)).to.deep.equal({
      ok: true,
      value: 'c',
    });
    expect(taskReference(id, where)).to.deep.equal({ ok: true, value: id });
    expect(taskReference(`${elsewhere}:task/c/${id}`, where)).to.deep.equal({ ok: true, value: id });
    expect(instanceReference(`${start}:container-instance/c/${id}`, where)).to.deep.equal({
      ok: true,
      value: id,
    });
    expect(serviceReference(`${start}:service/c/web`, where)).to.deep.equal({ ok: true, value: 'web' });
    expect(definitionReference('web', scope.accountId)).to.deep.equal({
      ok: true,
      value: { family: 'web', revision: undefined },
    });
    expect(definitionReference(`${start}:task-definition/web:3`, scope.accountId)).to.deep.equal({
      ok: true,
      value: { family: 'web', revision: 3 },
    });
  });

  it('takes ARNs of the older format, which name no cluster', () => {
    const other = 'arn:aws:ecs:eu-west-1:999999999999';
    expect(taskReference(`${start}:task/${id}`, where)).to.deep.equal({ ok: true, value: id });
    expect(instanceReference(`${start}:container-instance/${id}`, where)).to.deep.equal({
      ok: true,
      value: id,
    });
    expect(serviceReference(`${start}:service/web`, where)).to.deep.equal({ ok: true, value: 'web' });
    expect(serviceReference(`${other}:service/web`, where)).to.deep.equal(foreign);
    expect(taskReference(`${other}:task/${id}`, where)).to.deep.equal(foreign);
    expect(() => taskReference(`${start}:task/abc`, where)).to.throw('taskId length');
  });

  it('reports an ARN of another account apart from a malformed one', () => {
    const other = 'arn:aws:ecs:eu-west-1:999999999999';
    expect(clusterReference(`${other}:cluster/c`, scope.accountId)).to.deep.equal(foreign);
    expect(taskReference(`${other}:task/c/${id}`, where)).to.deep.equal(foreign);
    expect(definitionReference(`${other}:task-definition/web:3`, scope.accountId)).to.deep.equal(foreign);
  });

  const malformed: readonly (readonly [string, () => unknown, RegExp])[] = [
    [
      'an id of the wrong length',
      () => taskReference('abc', where),
      /^taskId length should be one of \[32,36\]$/,
    ],
    ['an id with a slash', () => taskReference(`${'a'.repeat(31)}/`, where), /not a valid identifier/],
    ['an ARN of another kind', () => taskReference(`${start}:cluster/c`, where), /^Invalid identifier/],
    [
      'an ARN of another cluster',
      () => taskReference(`${start}:task/d/${id}`, where),
      /^Invalid identifier: Identifier is for cluster d\. Your cluster is c$/,
    ],
    [
      'a cluster name with a space',
      () => clusterReference('a b', scope.accountId),
      /^Cluster name must match/,
    ],
    ['a service name with a slash', () => serviceReference('a/b', where), /Invalid service name/],
  ];
  for (const [name, run, message] of malformed)
    it(`refuses ${name}`, () => {
      const error = thrown(run);
      expect(error.code).to.equal('InvalidParameterException');
      expect(error.message).to.match(message);
    });

  it('never carries a long text of the caller back', () => {
    expect(thrown(() => clusterReference('x '.repeat(100_000), scope.accountId)).message.length).to.be.below(
      400,
    );
  });
});
