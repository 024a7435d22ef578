import { readFileSync } from 'node:fs';
import {
  checkTags,
  EcsError,
  optionsOf,
  optionTags,
  propagatedTags,
  type Tag,
  type TaggedResource,
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

describe('tags', () => {
  const refused: readonly (readonly [string, readonly Tag[], TaggedResource, RegExp])[] = [
    ['no key', [{ value: 'x' }], 'cluster', /Tag key can not be null or empty/],
    ['a key of 129 characters', [{ key: 'k'.repeat(129) }], 'cluster', /longer than 128/],
    ['a value of 257 characters', [{ key: 'k', value: 'v'.repeat(257) }], 'cluster', /longer than 256/],
    ['a key of AWS in capitals', [{ key: 'AWS:x' }], 'cluster', /reserved/],
    ['a character that tags do not have', [{ key: 'a{b' }], 'cluster', /Invalid characters in tag key/],
    ['a key twice', [{ key: 'a' }, { key: 'a' }], 'cluster', /Duplicate tag keys/],
    [
      'an option that does not exist',
      [{ key: 'longshore:speed', value: '9' }],
      'task',
      /Unknown tag longshore:speed.*longshore:priority/,
    ],
    [
      'an option where it means nothing',
      [{ key: 'longshore:priority', value: '1' }],
      'cluster',
      /has no meaning on a cluster/,
    ],
    [
      'an option out of bounds',
      [{ key: 'longshore:priority', value: '1001' }],
      'task',
      /not a whole number from -1000 to 1000/,
    ],
    [
      'a duration without a unit',
      [{ key: 'longshore:place-within', value: '10' }],
      'task',
      /a duration from 0s to 168h/,
    ],
    [
      'a policy that does not exist',
      [{ key: 'longshore:lost-policy', value: 'both' }],
      'service',
      /keep_original/,
    ],
  ];
  for (const [name, tags, resource, message] of refused)
    it(`refuses ${name}`, () => expect(refusal(() => checkTags(tags, resource))).to.match(message));

  it('does not count options towards the fifty', () => {
    const fifty = Array.from({ length: 50 }, (_, i) => ({ key: `k${i}`, value: 'v' }));
    expect(() => checkTags([...fifty, { key: 'longshore:priority', value: '5' }], 'task')).not.to.throw();
  });

  it('reads options', () => {
    const tags = [
      { key: 'team', value: 'a' },
      { key: 'longshore:place-within', value: '10m' },
      { key: 'longshore:priority', value: '-5' },
      { key: 'longshore:replace-after', value: 'never' },
      { key: 'longshore:lost-policy', value: 'longest_running' },
      { key: 'longshore:rebalance', value: 'dry-run' },
      { key: 'longshore:count', value: '40' },
    ];
    expect(optionsOf(tags)).to.deep.equal({
      placeWithinMs: 600_000,
      priority: -5,
      replaceAfterMs: 'never',
      lostPolicy: 'longest_running',
      rebalance: 'dry-run',
      count: 40,
    });
    expect(optionsOf(tags)).to.have.all.keys(optionsOf(tags));
    expect(tags).to.have.length(optionTags.length + 1);
  });

  it('propagates no option', () => {
    expect(propagatedTags([{ key: 'a' }, { key: 'longshore:priority', value: '1' }])).to.deep.equal([
      { key: 'a' },
    ]);
  });
});

describe('the table of options in the README', () => {
  const readme = readFileSync(new URL('../../../packages/model/README.md', import.meta.url), 'utf8');
  for (const { key, on } of optionTags)
    it(`has ${key}`, () => expect(readme).to.contain(`| \`${key}\` | ${on.join(', ')} |`));
});
