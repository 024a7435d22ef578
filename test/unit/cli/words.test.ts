import { expect } from 'chai';
import fc from 'fast-check';
import { problemsIn } from '../../../packages/cli/src/words/check.js';
import { kebab } from '../../../packages/cli/src/words/kebab.js';
import { nearest } from '../../../packages/cli/src/words/nearest.js';
import { parseShorthand, ShorthandError } from '../../../packages/cli/src/words/shorthand.js';

describe('words of aws ecs', () => {
  const names = [
    ['RunTask', 'run-task'],
    ['ListServicesByNamespace', 'list-services-by-namespace'],
    ['enableECSManagedTags', 'enable-ecs-managed-tags'],
    ['healthCheckGracePeriodSeconds', 'health-check-grace-period-seconds'],
    ['pidMode', 'pid-mode'],
    ['taskRoleArn', 'task-role-arn'],
  ] as const;
  for (const [name, word] of names)
    it(`${name} is ${word}`, () => {
      expect(kebab(name)).to.equal(word);
    });
});

describe('the nearest name', () => {
  const members = ['containerDefinitions', 'family', 'networkMode', 'cpu', 'memory'];
  const cases = [
    ['container_definitions', 'containerDefinitions'],
    ['ContainerDefinition', 'containerDefinitions'],
    ['networkmode', 'networkMode'],
    ['memry', 'memory'],
    ['somethingElse', undefined],
  ] as const;
  for (const [word, name] of cases)
    it(`${word}: ${name ?? 'none'}`, () => {
      expect(nearest(word, members)).to.equal(name);
    });
});

describe('shorthand', () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ['key=team,value=web', { key: 'team', value: 'web' }],
    ['type=spread,field=attribute:rack', { type: 'spread', field: 'attribute:rack' }],
    ['name="a, b",value=\'c=d\'', { name: 'a, b', value: 'c=d' }],
    [
      'awsvpcConfiguration={subnets=[s-1,s-2],assignPublicIp=ENABLED}',
      { awsvpcConfiguration: { subnets: ['s-1', 's-2'], assignPublicIp: 'ENABLED' } },
    ],
    ['subnets=a,b,assignPublicIp=ENABLED', { subnets: ['a', 'b'], assignPublicIp: 'ENABLED' }],
    ['empty=[],none={}', { empty: [], none: {} }],
    ['value=', { value: '' }],
    ['value=a=b', { value: 'a=b' }],
    ['escaped=a\\,b', { escaped: 'a,b' }],
    [
      'containerOverrides=[{name=web,command=[sh,-c,"sleep 1"]}]',
      { containerOverrides: [{ name: 'web', command: ['sh', '-c', 'sleep 1'] }] },
    ],
  ];
  for (const [word, value] of cases)
    it(word, () => {
      expect(parseShorthand(word)).to.deep.equal(value);
    });

  const faults = [
    ['key', 'column 4: expected `=`'],
    ['=value', 'column 1: expected a key'],
    ['a={b=c', 'column 7: expected `}`'],
    ['a="b', 'column 5: expected a closing "'],
    ['a=1,a=2', 'each key once, not a second a'],
  ] as const;
  for (const [word, message] of faults)
    it(`${word} is refused at its column`, () => {
      expect(() => parseShorthand(word)).to.throw(ShorthandError, message);
    });

  it('reads back every text that is quoted', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 1 }), (value, key) => {
        const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`;
        fc.pre(key !== '__proto__');
        expect(parseShorthand(`${quoted(key)}=${quoted(value)}`)).to.deep.equal({ [key]: value });
      }),
    );
  });
});

describe('check of what people write', () => {
  const cases: readonly (readonly [string, string, unknown, readonly string[]])[] = [
    ['a right request', 'RunTaskRequest', { taskDefinition: 'web', count: 2, tags: [{ key: 'a' }] }, []],
    [
      'an unknown member names the nearest',
      'RegisterTaskDefinitionRequest',
      { container_definitions: [] },
      ['container_definitions: no such member: did you mean containerDefinitions?'],
    ],
    [
      'an unknown member deep inside names its place',
      'RegisterTaskDefinitionRequest',
      { containerDefinitions: [{ portMappings: [{ containerport: 80 }] }] },
      ['containerDefinitions[0].portMappings[0].containerport: no such member: did you mean containerPort?'],
    ],
    [
      'a value that is none of those allowed',
      'RunTaskRequest',
      { launchType: 'EC3' },
      ['launchType: EC3 is none of EC2, EXTERNAL, FARGATE, MANAGED_INSTANCES: did you mean EC2?'],
    ],
    [
      'every problem at once',
      'RunTaskRequest',
      { count: '2', tags: 'a', enableExecuteCommand: 'yes' },
      [
        'count: "2" where a whole number belongs',
        'tags: "a" where a list belongs',
        'enableExecuteCommand: "yes" where true or false belongs',
      ],
    ],
    ['null is absent', 'RunTaskRequest', { count: null }, []],
    [
      'a list that may be absent is a list to people',
      'UpdateServiceRequest',
      { placementStrategy: [{ type: 'spread', fild: 'x' }] },
      ['placementStrategy[0].fild: no such member: did you mean field?'],
    ],
    ['no structure', 'RunTaskRequest', ['a'], ['the input: a list where a structure belongs']],
  ];
  for (const [name, shape, json, problems] of cases)
    it(name, () => {
      expect(problemsIn(shape, json)).to.deep.equal(problems);
    });

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        expect(problemsIn('RegisterTaskDefinitionRequest', json)).to.be.an('array');
      }),
    );
  });
});
