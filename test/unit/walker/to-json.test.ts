import { checkShape, descriptors, fromJson, type MessageName, skeletonOf, toJson } from '@longshore/model';
import { expect } from 'chai';
import protobuf from 'protobufjs';

const requests = descriptors
  .lookupService('longshore.v1.EcsService')
  .methodsArray.map((m) => m.requestType as MessageName);

describe('toJson', () => {
  it('leaves out what is absent and answers empty lists where ECS does', () => {
    expect(toJson('DescribeTasksResponse', {})).to.deep.equal({ tasks: [], failures: [] });
    expect(toJson('RunTaskRequest', { tags: [], count: 0 })).to.deep.equal({ count: 0 });
  });

  it('writes timestamps as epoch seconds with milliseconds', () => {
    const json = toJson('Task', { createdAt: { seconds: 1700000000, nanos: 123_000_000 } });
    expect(json.createdAt).to.equal(1700000000.123);
  });

  it('flattens a list that keeps when absent', () => {
    const shape = { placementStrategy: { items: [{ type: 'random' as const }] } };
    expect(toJson('UpdateServiceRequest', shape)).to.deep.equal({ placementStrategy: [{ type: 'random' }] });
    expect(toJson('UpdateServiceRequest', { placementStrategy: { items: [] } })).to.deep.equal({
      placementStrategy: [],
    });
  });

  it('leaves out a value that stands for none', () => {
    expect(toJson('Assignment', { launchType: 'UNSET', task: 't' } as never)).not.to.have.property(
      'launchType',
    );
  });
});

describe('skeletonOf', () => {
  for (const name of requests)
    it(`makes a ${name} that is taken again`, () => {
      const skeleton = skeletonOf(name);
      const shape = fromJson(name, skeleton, { unknownMembers: 'refuse' });
      expect(toJson(name, shape)).to.deep.equal(skeleton);
    });
});

describe('checkShape', () => {
  const bad: readonly { readonly name: string; readonly shape: object }[] = [
    { name: 'an unknown member', shape: { taskdefinition: 'a' } },
    { name: 'an unknown value of an enum', shape: { launchType: 'ec2' } },
    { name: 'the value that stands for none', shape: { launchType: 'UNSET' } },
    { name: 'text for a number', shape: { count: '3' } },
    { name: 'a list where its message belongs', shape: { overrides: [] } },
  ];
  for (const c of bad)
    it(`refuses ${c.name}`, () => expect(() => checkShape('RunTaskRequest', c.shape)).to.throw());

  it('takes plain timestamps', () => {
    const createdAt = { after: { seconds: 1, nanos: 5 } };
    expect(checkShape('ListServiceDeploymentsRequest', { createdAt }).createdAt).to.deep.equal(createdAt);
  });

  it('lets a member that is never absent hold the value that stands for none', () => {
    expect(checkShape('TaskReport', { lastStatus: 'UNSET' }).lastStatus).to.equal('UNSET');
  });
});

describe('options of the contract', () => {
  it('puts every list that keeps when absent into a message of one list', () => {
    const holders: string[] = [];
    const look = (space: protobuf.NamespaceBase): void => {
      for (const n of space.nestedArray) {
        if (n instanceof protobuf.Type)
          for (const f of n.fieldsArray)
            if (f.options?.['(keeps_absent)'])
              holders.push(
                `${f.resolve().resolvedType?.fullName}:${(f.resolvedType as protobuf.Type).fieldsArray.length}`,
              );
        if (n instanceof protobuf.Namespace) look(n);
      }
    };
    look(descriptors.lookup('longshore.v1') as protobuf.Namespace);
    expect(holders).not.to.deep.equal([]);
    for (const h of holders) expect(h).to.match(/:1$/);
  });
});
