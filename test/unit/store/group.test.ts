import { keyOf, rangeOf } from '@longshore/store';
import { expect } from 'chai';
import fc from 'fast-check';
import { Group } from '../../../packages/store/src/core/group.js';
import { type Member, toMember } from '../../../packages/store/src/core/member.js';

const key = (n: number) => keyOf('fence', `c${n % 3}`, `i${n}`);

const member: fc.Arbitrary<Member> = fc
  .record({
    expects: fc.uniqueArray(fc.nat(11), { minLength: 1, maxLength: 3 }),
    under: fc.option(fc.nat(2), { freq: 5 }),
    writes: fc.uniqueArray(fc.nat(11), { maxLength: 3 }),
  })
  .map(({ expects, under, writes }) =>
    toMember({
      expect: [
        ...expects.map((n) => ({ key: key(n), revision: n })),
        ...(under === null ? [] : [{ absentUnder: rangeOf('fence', `c${under}`) }]),
      ],
      write: writes.map((n) => ({ put: key(n), value: { counter: n } })),
    }),
  );

const pathsOf = (one: Member) => one.write.map((w) => ('put' in w ? w.put : w.delete));
const expectedBy = (one: Member) => one.compare.flatMap((c) => ('path' in c ? [c.path] : []));
const prefixesOf = (one: Member) => one.compare.flatMap((c) => ('absentUnder' in c ? [c.absentUnder] : []));

describe('a group of commits', () => {
  it('holds no two of which one writes what the other expects or writes, and keeps the limits', () => {
    const limits = { ops: 12, bytes: 4_000 };
    fc.assert(
      fc.property(fc.array(member, { maxLength: 20 }), (members) => {
        const group = new Group(limits, 1);
        for (const one of members) group.add(one);
        for (const one of group.members)
          for (const other of group.members) {
            if (one === other) continue;
            for (const path of pathsOf(one)) {
              expect(pathsOf(other)).to.not.include(path);
              expect(expectedBy(other)).to.not.include(path);
              for (const prefix of prefixesOf(other)) expect(path.startsWith(prefix)).to.equal(false);
            }
          }
        if (group.members.length < 2) return;
        expect(group.members.flatMap((one) => one.compare).length + 1).to.be.at.most(limits.ops);
        expect(group.members.flatMap((one) => one.write).length + 1).to.be.at.most(limits.ops);
        expect(group.members.reduce((sum, one) => sum + one.bytes, 0)).to.be.at.most(limits.bytes);
      }),
    );
  });

  it('takes what is apart', () => {
    const group = new Group({ ops: 128, bytes: 1e6 }, 1);
    const one = (n: number) =>
      toMember({ expect: [{ key: key(n), revision: 0 }], write: [{ put: key(n), value: { counter: 1 } }] });
    expect([1, 2, 3, 1].map((n) => group.add(one(n)))).to.deep.equal([true, true, true, false]);
  });
});
