import { compileQuery, type InstanceView, matchesQuery } from '@longshore/scheduler';
import { expect } from 'chai';
import fc from 'fast-check';
import { anInstance } from '../builders.js';

const subject = anInstance(1, {
  ec2InstanceId: 'i-abcd1234',
  agentVersion: '1.80.0',
  registeredAtMs: Date.parse('2026-02-18T22:28:28Z'),
  attributes: {
    'ecs.instance-type': 'g2.2xlarge',
    'ecs.availability-zone': 'us-east-1a',
    'ecs.os-type': 'linux',
    rack: '12',
    'kernel.version': '5.10.3',
    flag: '',
    'my/odd\\name_1': 'x@y:z',
    'with space': 'a b',
  },
  tasks: [
    { group: 'service:production', family: 'web' },
    { group: 'family:db', family: 'db', lastStatus: 'PENDING' },
  ],
});

describe('the cluster query language', () => {
  const holds: [expression: string, expected: boolean][] = [
    ['attribute:ecs.instance-type == g2.2xlarge', true],
    ['attribute:ecs.instance-type equals t2.small', false],
    ['attribute:ecs.instance-type != t2.small', true],
    ['attribute:ecs.instance-type not_equals g2.2xlarge', false],
    ['attribute:ecs.instance-type == G2.2xlarge', false],
    ['attribute:ecs.availability-zone in [us-east-1a, us-east-1b]', true],
    ['attribute:ecs.availability-zone in [us-east-1c]', false],
    ['attribute:ecs.availability-zone !in [us-east-1c,us-east-1d]', true],
    ['attribute:ecs.availability-zone not_in [us-east-1a]', false],
    ['attribute:ecs.instance-type =~ g2.* and attribute:ecs.availability-zone != us-east-1d', true],
    ['attribute:ecs.instance-type matches g2', false],
    ['attribute:ecs.instance-type !~ t2.*', true],
    ['attribute:ecs.instance-type not_matches g2.*', false],
    ['attribute:flag exists', true],
    ['attribute:absent exists', false],
    ['attribute:absent !exists', true],
    ['attribute:absent not_exists', true],
    ['attribute:absent == x', false],
    ['attribute:absent != x', true],
    ['attribute:absent < x', false],
    ['attribute:rack > 9', true],
    ['attribute:rack >= 12', true],
    ['attribute:rack less_than 9', false],
    ['attribute:rack less_than_equal 12', true],
    ['attribute:rack greater_than 12', false],
    ['attribute:rack greater_than_equal 12.0', true],
    ['attribute:kernel.version > 5.9.0', true],
    ['attribute:kernel.version <= 5.4', false],
    ['attribute:my/odd\\name_1 == x@y:z', true],
    ["attribute:flag == ''", true],
    ['ec2InstanceId == i-abcd1234', true],
    ["ec2InstanceId in ['i-abcd1234', 'i-wxyx7890']", true],
    ['ec2InstanceId in ["i-wxyx7890"]', false],
    ['agentConnected == true', true],
    ['agentConnected == false', false],
    ['agentConnected != true', false],
    ['agentVersion == 1.80', true],
    ['agentVersion > 1.9.9', true],
    ['agentVersion >= 1.80.0', true],
    ['agentVersion < 1.80.0-rc1', false],
    ['agentVersion in [1.79.0, 1.80.0]', true],
    ['agentVersion =~ 1\\.8\\d\\..*', true],
    ['registeredAt > 2026-02-18', true],
    ['registeredAt < 2026-02-18T22:28:28+00:00', false],
    ['registeredAt >= 2026-02-18T23:28:28+01:00', true],
    ["registeredAt == '2026-02-18T22:28:28Z'", true],
    ['runningTasksCount == 1', true],
    ['runningTasksCount < 1', false],
    ['runningTasksCount in [0, 1]', true],
    ['task:group == service:production', true],
    ['task:group == family:db', true],
    ['task:group == service:staging', false],
    ['task:group != service:production', false],
    ['task:group in [service:staging, family:db]', true],
    ['task:group =~ service:.*', true],
    ['task:group exists', true],
    ['task:family == db', true],
    ['not(task:family == db)', false],
    ['!(task:group == service:staging)', true],
    ['not task:group == service:staging', true],
    ['attribute:rack == 1 and attribute:flag exists or attribute:ecs.os-type == linux', true],
    ['attribute:rack == 1 and (attribute:flag exists or attribute:ecs.os-type == linux)', false],
    ['attribute:rack == 12 && attribute:flag exists || attribute:rack == 0', true],
    ['(((attribute:rack==12)))', true],
    ['attribute:ecs.instance-type =~ (g2|t2)\\.(2x)?large', true],
    ['(attribute:ecs.instance-type =~ ^g2\\..*$)', true],
    ["attribute:ecs.instance-type =~ '[gt]2[.][^a-k0-1]+e' or agentConnected == false", false],
    ['attribute:ecs.instance-type =~ g\\d{1,3}.\\w+', true],
    ['attribute:ecs.instance-type =~ (?i)G2.2XLARGE', true],
    ['attribute:ecs.instance-type =~ (?:g2|x)+.*?', true],
  ];
  for (const [expression, expected] of holds) {
    it(`${expected ? 'holds' : 'does not hold'}: ${expression}`, () => {
      const query = compileQuery(expression);
      if (query.kind === 'query-error') throw new Error(`column ${query.column}: ${query.message}`);
      expect(matchesQuery(query, subject)).to.equal(expected);
    });
  }

  const wrong: [expression: string, column: number, says: RegExp][] = [
    ['', 1, /expected a field/],
    ['rack == 1', 1, /unknown field "rack"/],
    ['attribute: == 1', 1, /unknown field/],
    ['attribute:a = 1', 13, /unexpected character "="/],
    ['attribute:a is 1', 13, /expected an operator/],
    ['attribute:a ==', 15, /expected a value, but the expression ends/],
    ['attribute:a == (1)', 16, /expected a value/],
    ['attribute:a in x', 16, /`\[` and a list/],
    ['attribute:a in []', 17, /expected a value/],
    ['attribute:a in [x y]', 19, /`,` or `\]`/],
    ['attribute:a == "x', 16, /never closed/],
    ['(attribute:a == x', 18, /opened at column 1/],
    ['attribute:a == x)', 17, /`and`, `or` or the end/],
    ['attribute:a == x attribute:b == y', 18, /`and`, `or` or the end/],
    ['attribute:a == x and', 21, /expected a field/],
    ['runningTasksCount > many', 21, /expected a number, found "many"/],
    ['registeredAt > yesterday', 16, /expected a date/],
    ['registeredAt > 2026-13-01', 16, /expected a date/],
    ['agentVersion > new', 16, /expected a version/],
    ['agentConnected == yes', 19, /true or false/],
    ['agentConnected > true', 18, /no order/],
    ['attribute:a =~ x(y', 19, /not a regular expression: `\(` is never closed/],
    ['attribute:a =~ *', 16, /nothing to repeat/],
    ["attribute:a =~ '(?=x)'", 18, /look-around/],
    ['attribute:a ! b', 13, /expected an operator/],
    [`${'not '.repeat(200)}attribute:a exists`, 401, /nested too deeply/],
    [`attribute:a == ${'x'.repeat(2000)}`, 2001, /at most 2000 characters/],
  ];
  for (const [expression, column, says] of wrong) {
    it(`points at column ${column} of: ${expression.slice(0, 40)}`, () => {
      const error = compileQuery(expression);
      if (error.kind !== 'query-error') throw new Error('compiled');
      expect(error.message).to.match(says);
      expect(error.column).to.equal(column);
    });
  }

  it('counts an attribute with a target only on its target', () => {
    const query = compileQuery('attribute:stack == prod');
    if (query.kind === 'query-error') throw new Error(query.message);
    const withTarget = (targetId: string): InstanceView => ({
      ...subject,
      attributes: [{ name: 'stack', value: 'prod', targetType: 'container-instance', targetId }],
    });
    expect(matchesQuery(query, withTarget(subject.id))).to.equal(true);
    const arn = `arn:aws:ecs:eu-west-1:123456789012:container-instance/default/${subject.id}`;
    expect(matchesQuery(query, withTarget(arn))).to.equal(true);
    expect(matchesQuery(query, withTarget('another'))).to.equal(false);
  });

  it('takes linear time for a pattern that makes a backtracking engine hang', () => {
    const query = compileQuery('attribute:long =~ (a+)+b');
    if (query.kind === 'query-error') throw new Error(query.message);
    const started = performance.now();
    expect(matchesQuery(query, anInstance(2, { attributes: { long: 'a'.repeat(200) } }))).to.equal(false);
    expect(performance.now() - started).to.be.lessThan(500);
  });

  it('matches as the engine of the platform does, on patterns that both know', () => {
    const piece = fc.constantFrom(
      'a',
      'b',
      '.',
      '[ab]',
      '[^a]',
      '(a|b)',
      'a?',
      'b*',
      '(ab)+',
      'a{1,2}',
      '\\w',
      '\\.',
    );
    const value = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '.'), maxLength: 8 });
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), value, (pieces, text) => {
        const query = compileQuery(`attribute:v =~ '${pieces.join('')}'`);
        if (query.kind === 'query-error') throw new Error(query.message);
        const expected = new RegExp(`^(?:${pieces.join('')})$`).test(text);
        return matchesQuery(query, anInstance(3, { attributes: { v: text } })) === expected;
      }),
    );
  });

  it('answers any text with a query or an error inside it, never with an exception', () => {
    const word = fc.constantFrom(
      'attribute:a',
      '==',
      '(',
      ')',
      'not',
      'and',
      '[',
      ']',
      ',',
      'in',
      '=~',
      '!',
      'x',
      "'",
      '\\',
      '{1',
      '*',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(word, fc.string({ maxLength: 3 })), { maxLength: 12 }), (words) => {
        const text = words.join(' ');
        const result = compileQuery(text);
        if (result.kind === 'query') matchesQuery(result, subject);
        else expect(result.column).to.be.within(1, text.length + 1);
      }),
      { numRuns: 500 },
    );
  });
});
