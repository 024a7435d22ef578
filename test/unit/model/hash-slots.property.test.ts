import { expect } from 'chai';
import fc from 'fast-check';
import { HashSlots } from '../../../packages/model/src/hash-slots.js';

function valuesOf(slots: HashSlots, hash: number): readonly number[] {
  const found: number[] = [];
  for (let at = slots.find(hash); at >= 0; at = slots.findNext(at, hash)) found.push(slots.valueAt(at));
  return found.sort((a, b) => a - b);
}

describe('numbers by a hash', () => {
  it('are found as long as they are there, whatever collides with them and goes', () => {
    const hash = fc.oneof(fc.nat(12), fc.integer({ min: -3, max: 3 }), fc.constant(7));
    const step = fc.tuple(fc.boolean(), hash, fc.integer({ min: 1, max: 60 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300, size: 'max' }), (steps) => {
        const slots = new HashSlots();
        const there = new Map<number, number>();
        for (const [adds, hashed, value] of steps) {
          const known = there.get(value);
          if (adds && known === undefined) {
            slots.add(hashed, value);
            there.set(value, hashed);
          } else if (!adds && known !== undefined) {
            slots.delete(known, value);
            there.delete(value);
          }
          expect(slots.size).to.equal(there.size);
        }
        for (let h = -3; h <= 12; h++) {
          const same = [...there].filter(([, hashed]) => hashed === h).map(([value]) => value);
          expect(valuesOf(slots, h)).to.deep.equal(same.sort((a, b) => a - b));
        }
      }),
    );
  });
});
