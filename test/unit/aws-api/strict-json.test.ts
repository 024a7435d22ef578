import { expect } from 'chai';
import fc from 'fast-check';
import { parseStrictJson } from '../../../packages/aws-api/src/protocol/strict-json.js';

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe('parseStrictJson', () => {
  it('reads whatever JSON.parse reads, unless a key stands twice', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), fc.constantFrom(0, 2), (value, space) => {
        const text = JSON.stringify(value, null, space);
        expect(parseStrictJson(bytes(text))).to.deep.equal(JSON.parse(text));
      }),
    );
  });

  it('reads keys and texts with quotes, backslashes and other alphabets', () => {
    const value = { 'a"b': '\\', '\\': '"', ü: '{"a":1,"a":2}', '\\"': ['}', ']'], 𝒂: '\u2028' };
    expect(parseStrictJson(bytes(JSON.stringify(value)))).to.deep.equal(value);
  });

  for (const text of ['{"a":1,"a":2}', '[{"x":{"b":1,"b":2}}]', '{"":1,"":2}', '{"a":{"a":1},"b":1,"a":[]}'])
    it(`refuses ${text}`, () => expect(() => parseStrictJson(bytes(text))).to.throw(/twice/));

  for (const text of [
    '{"a":1,}',
    '{"a"',
    '"',
    '"\\"',
    '{"\\x":1}',
    '}',
    '[1}',
    '',
    ' ',
    '{a:1}',
    '{"a":1}{"b":2}',
  ])
    it(`refuses ${JSON.stringify(text)}`, () =>
      expect(() => parseStrictJson(bytes(text))).to.throw(/not JSON/));
});
