import { codecOf, fromJson, MemberError, type MessageName } from '@longshore/model';
import { expect } from 'chai';

interface Case {
  readonly name: string;
  readonly message: MessageName;
  readonly json: unknown;
}

function failure(message: MessageName, json: unknown): MemberError {
  try {
    fromJson(message, json, { unknownMembers: 'refuse' });
  } catch (thrown) {
    if (thrown instanceof MemberError) return thrown;
    throw thrown;
  }
  throw new Error('was taken');
}

describe('fromJson', () => {
  const good: readonly (Case & { readonly part: object })[] = [
    {
      name: 'takes timestamps as epoch seconds with a fraction',
      message: 'ListServiceDeploymentsRequest',
      json: { service: 's', createdAt: { after: 1700000000.25 } },
      part: { createdAt: { after: { seconds: 1700000000, nanos: 250_000_000 } } },
    },
    {
      name: 'takes null as absent',
      message: 'RunTaskRequest',
      json: { taskDefinition: 'a', count: null, tags: null },
      part: { taskDefinition: 'a', tags: [] },
    },
    {
      name: 'keeps zero apart from absent',
      message: 'UpdateServiceRequest',
      json: { desiredCount: 0 },
      part: { desiredCount: 0 },
    },
    {
      name: 'puts a list that keeps when absent into its message',
      message: 'UpdateServiceRequest',
      json: { placementStrategy: [] },
      part: { placementStrategy: { items: [] } },
    },
    {
      name: 'takes any JSON where ECS does',
      message: 'DeploymentLifecycleHook',
      json: { hookDetails: { a: [1, 'x', null, true] } },
      part: {
        hookDetails: {
          structValue: {
            fields: {
              a: {
                listValue: {
                  values: [
                    { numberValue: 1 },
                    { stringValue: 'x' },
                    { nullValue: 'NULL_VALUE' },
                    { boolValue: true },
                  ],
                },
              },
            },
          },
        },
      },
    },
  ];
  for (const c of good)
    it(c.name, () => {
      const shape = fromJson(c.message, c.json, { unknownMembers: 'refuse' });
      expect(shape).to.deep.include(c.part);
    });

  it('gives what the codec gives for the same message', () => {
    const json = {
      family: 'web',
      containerDefinitions: [{ name: 'a', cpu: 0, dockerLabels: { x: 'y' }, essential: true }],
      networkMode: 'bridge',
    };
    const shape = fromJson('RegisterTaskDefinitionRequest', json, { unknownMembers: 'refuse' });
    const codec = codecOf('RegisterTaskDefinitionRequest');
    expect(codec.decode(codec.encode(shape))).to.deep.equal(shape);
  });

  it('carries any JSON through the codec', () => {
    const json = { hookDetails: { a: [0, '', false], b: { c: null } } };
    const codec = codecOf('DeploymentLifecycleHook');
    const shape = fromJson('DeploymentLifecycleHook', json, { unknownMembers: 'refuse' });
    expect(codec.decode(codec.encode(shape))).to.deep.equal(shape);
  });

  const bad: readonly (Case & { readonly code: string; readonly path: string })[] = [
    {
      name: 'refuses a list as request',
      message: 'RunTaskRequest',
      json: [],
      code: 'SerializationException',
      path: '',
    },
    {
      name: 'refuses text as request',
      message: 'RunTaskRequest',
      json: 'x',
      code: 'SerializationException',
      path: '',
    },
    {
      name: 'refuses text for a number',
      message: 'RegisterTaskDefinitionRequest',
      json: { containerDefinitions: [{}, { cpu: '1' }] },
      code: 'SerializationException',
      path: 'containerDefinitions[1].cpu',
    },
    {
      name: 'refuses a fraction for a whole number',
      message: 'RunTaskRequest',
      json: { count: 1.5 },
      code: 'SerializationException',
      path: 'count',
    },
    {
      name: 'refuses a whole number out of range',
      message: 'RunTaskRequest',
      json: { count: 2 ** 31 },
      code: 'SerializationException',
      path: 'count',
    },
    {
      name: 'refuses a number for text',
      message: 'RunTaskRequest',
      json: { taskDefinition: 3 },
      code: 'SerializationException',
      path: 'taskDefinition',
    },
    {
      name: 'refuses one item where a list belongs',
      message: 'DescribeTasksRequest',
      json: { tasks: 'a' },
      code: 'SerializationException',
      path: 'tasks',
    },
    {
      name: 'refuses null in a list',
      message: 'DescribeTasksRequest',
      json: { tasks: ['a', null] },
      code: 'SerializationException',
      path: 'tasks[1]',
    },
    {
      name: 'refuses a list for a map',
      message: 'RegisterTaskDefinitionRequest',
      json: { containerDefinitions: [{ dockerLabels: [] }] },
      code: 'SerializationException',
      path: 'containerDefinitions[0].dockerLabels',
    },
    {
      name: 'refuses a key that would vanish',
      message: 'RegisterTaskDefinitionRequest',
      json: JSON.parse('{"containerDefinitions":[{"dockerLabels":{"__proto__":"x"}}]}'),
      code: 'InvalidParameterException',
      path: 'containerDefinitions[0].dockerLabels',
    },
    {
      name: 'refuses a value that its enum lacks',
      message: 'RunTaskRequest',
      json: { launchType: 'ec2' },
      code: 'InvalidParameterException',
      path: 'launchType',
    },
    {
      name: 'refuses the value that stands for none',
      message: 'RunTaskRequest',
      json: { launchType: 'UNSET' },
      code: 'InvalidParameterException',
      path: 'launchType',
    },
    {
      name: 'refuses text that is none of the allowed',
      message: 'ListAttributesRequest',
      json: { targetType: 'instance' },
      code: 'InvalidParameterException',
      path: 'targetType',
    },
    {
      name: 'refuses an unknown member',
      message: 'RegisterTaskDefinitionRequest',
      json: { container_definitions: [] },
      code: 'ClientException',
      path: 'container_definitions',
    },
    {
      name: 'refuses text for a timestamp',
      message: 'ListServiceDeploymentsRequest',
      json: { createdAt: { before: '2030-01-01' } },
      code: 'SerializationException',
      path: 'createdAt.before',
    },
    {
      name: 'refuses what is nested too deeply',
      message: 'DeploymentLifecycleHook',
      json: { hookDetails: JSON.parse('['.repeat(5000) + ']'.repeat(5000)) },
      code: 'SerializationException',
      path: `hookDetails${'[0]'.repeat(63)}`,
    },
  ];
  for (const c of bad)
    it(c.name, () => {
      const error = failure(c.message, c.json);
      expect({ code: error.code, path: error.path }).to.deep.equal({ code: c.code, path: c.path });
    });

  it('offers the right names beside an unknown one', () => {
    expect(failure('RunTaskRequest', { launchtype: 'EC2' }).allowed).to.include('launchType');
    expect(failure('RunTaskRequest', { launchType: 'X' }).allowed).to.include('EC2');
  });

  it('tells of unknown members with their paths, and goes on', () => {
    const seen: string[] = [];
    const shape = fromJson(
      'RunTaskRequest',
      { taskDefinition: 'a', foo: 1, overrides: { containerOverrides: [{ bar: 2 }] } },
      { unknownMembers: (path) => void seen.push(path) },
    );
    expect(seen).to.deep.equal(['foo', 'overrides.containerOverrides[0].bar']);
    expect(shape.taskDefinition).to.equal('a');
  });

  it('never shows a value that is of the wrong type', () => {
    const error = failure('RegisterTaskDefinitionRequest', {
      containerDefinitions: [{ environment: [{ value: 12345678 }] }],
    });
    expect(error.message).not.to.contain('12345678');
  });
});
