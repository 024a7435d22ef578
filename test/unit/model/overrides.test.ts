import {
  aContainerDefinition,
  aTaskDefinition,
  checkOverrides,
  checkPlacement,
  EcsError,
  type PlacementConstraint,
  type PlacementStrategy,
  type TaskOverride,
} from '@longshore/model';
import { expect } from 'chai';

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof EcsError && error.code === 'InvalidParameterException') return error.message;
    throw error;
  }
  throw new Error('was taken');
}

describe('overrides', () => {
  const side = aContainerDefinition({ name: 'side', memoryReservation: 64 });
  const definition = aTaskDefinition({
    containerDefinitions: [...(aTaskDefinition().containerDefinitions ?? []), side],
  });
  const refused: readonly (readonly [string, TaskOverride, RegExp])[] = [
    [
      'a container that the definition does not have',
      { containerOverrides: [{ name: 'db' }] },
      /^Override for container named db is not a container in the TaskDefinition\.$/,
    ],
    ['no name', { containerOverrides: [{}] }, /is not a container in the TaskDefinition/],
    [
      'a container twice',
      { containerOverrides: [{ name: 'app' }, { name: 'app' }] },
      /app is given more than once/,
    ],
    ['negative cpu', { containerOverrides: [{ name: 'app', cpu: -1 }] }, /'cpu' must be at least 0/],
    [
      'memory below what Docker starts',
      { containerOverrides: [{ name: 'app', memory: 1 }] },
      /'memory' must be at least 6/,
    ],
    [
      'an environment without a name',
      { containerOverrides: [{ name: 'app', environment: [{}] }] },
      /'environment' lacks/,
    ],
    [
      'an environment whose name holds a value',
      { containerOverrides: [{ name: 'app', environment: [{ name: 'A=B', value: 'c' }] }] },
      /'environment' has an invalid name: 'A=B'/,
    ],
    [
      'an environment file of S3',
      {
        containerOverrides: [
          { name: 'app', environmentFiles: [{ type: 's3', value: 'arn:aws:s3:::b/a.env' }] },
        ],
      },
      /environmentFiles of type s3 is not supported/,
    ],
    [
      'a device that is no GPU',
      { containerOverrides: [{ name: 'app', resourceRequirements: [{ type: 'NeuronDevice', value: '1' }] }] },
      /resourceRequirements of type NeuronDevice is not supported/,
    ],
    [
      'half a GPU',
      { containerOverrides: [{ name: 'app', resourceRequirements: [{ type: 'GPU', value: '0.5' }] }] },
      /needs a whole number/,
    ],
    [
      'memory below the reservation of the definition',
      { containerOverrides: [{ name: 'side', memory: 32 }] },
      /'memory' \(32\) must not be less than 'memoryReservation' \(64\)/,
    ],
    [
      'ephemeral storage below 21 GiB',
      { ephemeralStorage: { sizeInGiB: 20 } },
      /ephemeralStorage\.sizeInGiB must be between 21 and 200/,
    ],
    ['ephemeral storage above 200 GiB', { ephemeralStorage: { sizeInGiB: 201 } }, /between 21 and 200/],
    [
      'eleven environment files',
      {
        containerOverrides: [
          {
            name: 'app',
            environmentFiles: Array.from({ length: 11 }, (_, i) => ({
              type: 'longshore.file',
              value: `/env/${i}.env`,
            })),
          },
        ],
      },
      /'environmentFiles' has 11 entries; the limit is 10/,
    ],
    ['cpu that is no number', { cpu: 'x' }, /Invalid 'cpu' override/],
    ['memory of nothing', { memory: '0' }, /Invalid 'memory' override/],
    [
      'more than 8,192 characters',
      { containerOverrides: [{ name: 'app', command: ['x'.repeat(8_200)] }] },
      /length must be at most 8192/,
    ],
  ];
  for (const [name, overrides, message] of refused)
    it(`are refused: ${name}`, () => {
      expect(refusal(() => checkOverrides(definition, overrides))).to.match(message);
    });

  it('are taken', () => {
    const overrides = { cpu: '1 vCPU', containerOverrides: [{ name: 'app', command: ['true'], cpu: 0 }] };
    expect(() => checkOverrides(aTaskDefinition(), overrides)).not.to.throw();
    expect(() => checkOverrides(aTaskDefinition(), undefined)).not.to.throw();
  });

  it('are not longer for having come by gRPC, with every empty list spelled out', () => {
    const environment = Array.from({ length: 100 }, (_, i) => ({ name: `NAME_${i}`, value: 'v'.repeat(50) }));
    const empty = { environmentFiles: [], resourceRequirements: [], command: [] };
    const overrides = { containerOverrides: [{ name: 'app', environment, ...empty }] };
    expect(() => checkOverrides(aTaskDefinition(), overrides)).not.to.throw();
  });
});

describe('placement constraints and strategies', () => {
  const refused: readonly (readonly [
    string,
    readonly PlacementConstraint[],
    readonly PlacementStrategy[],
    RegExp,
  ])[] = [
    ['eleven constraints', Array(11).fill({ type: 'distinctInstance' }), [], /at most 10/],
    ['six strategies', [], Array(6).fill({ type: 'random' }), /at most 5/],
    ['memberOf without an expression', [{ type: 'memberOf' }], [], /expression should not be null/],
    ['distinctInstance with one', [{ type: 'distinctInstance', expression: 'x' }], [], /takes no expression/],
    ['spread over nothing', [], [{ type: 'spread' }], /field should not be null/],
    ['binpack on disk', [], [{ type: 'binpack', field: 'disk' }], /must be cpu or memory, but was 'disk'/],
    ['random with a field', [], [{ type: 'random', field: 'cpu' }], /takes no field/],
    ['no type', [{}], [], /type should not be null/],
  ];
  for (const [name, constraints, strategies, message] of refused)
    it(`are refused: ${name}`, () => {
      expect(refusal(() => checkPlacement(constraints, strategies))).to.match(message);
    });

  it('are taken', () => {
    expect(() =>
      checkPlacement(
        [{ type: 'memberOf', expression: 'attribute:x exists' }, { type: 'distinctInstance' }],
        [
          { type: 'spread', field: 'attribute:ecs.availability-zone' },
          { type: 'binpack', field: 'MEMORY' },
          { type: 'random' },
        ],
      ),
    ).not.to.throw();
  });
});
