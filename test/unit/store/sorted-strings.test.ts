import { expect } from 'chai';
import fc from 'fast-check';
import { SortedStrings } from '../../../packages/store/src/cache/sorted-strings.js';

const text = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.string({ unit: 'grapheme', maxLength: 4 }),
  fc.constantFrom('a', 'aa', 'aaaaaa', 'aaaaaaa', 'aaaaaab', 'ab/1', 'ab/10', 'ab/2', 'é', 'ĀĀ', ''),
);

describe('sorted strings', () => {
  it('are what a sorted array of a set is, after any additions and removals', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('', 'a', 'live/x'),
        fc.array(fc.tuple(fc.boolean(), text), { maxLength: 200 }),
        text,
        text,
        (prefix, steps, from, to) => {
          const sorted = new SortedStrings(prefix);
          const model = new Set<string>();
          for (const [add, end] of steps) {
            const one = prefix + end;
            if (!add) expect(sorted.delete(one)).to.equal(model.delete(one));
            else if (!model.has(one)) {
              sorted.add(one);
              model.add(one);
            }
          }
          const all = [...model].sort((a, b) => (a < b ? -1 : 1));
          expect([...sorted.between('')]).to.deep.equal(all);
          for (const first of [from, prefix + from])
            expect([...sorted.between(first, to)]).to.deep.equal(
              all.filter((one) => one >= first && one < to),
            );
          expect(sorted.size).to.equal(all.length);
        },
      ),
    );
  });

  it('stay in order through many splits, in any order of arrival', () => {
    for (const step of [1, 7919]) {
      const sorted = new SortedStrings('x/');
      const ids = Array.from(
        { length: 9000 },
        (_, i) => `x/${((i * step) % 9000).toString(16).padStart(6, '0')}`,
      );
      for (const id of ids) sorted.add(id);
      expect([...sorted.between('')]).to.deep.equal([...ids].sort());
      expect([...sorted.between('x/001000', 'x/001010')].length).to.equal(16);
      // Taken out where some have not been read since they were added.
      for (const id of ids.slice(0, 600)) expect(sorted.delete(id)).to.equal(true);
      for (const id of ids.slice(0, 600)) sorted.add(id);
      for (const id of ids) expect(sorted.delete(id)).to.equal(true);
      expect(sorted.delete(ids[0] ?? '')).to.equal(false);
      expect([...sorted.between('')]).to.deep.equal([]);
    }
  });
});
