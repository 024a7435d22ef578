import { expect } from 'chai';
import fc from 'fast-check';
import { Slabs } from '../../../packages/store/src/cache/slabs.js';

describe('slabs', () => {
  it('give back what was put, whatever was freed and put in between', () => {
    const size = fc.oneof(fc.integer({ min: 0, max: 700 }), fc.integer({ min: 0, max: 700_000 }));
    fc.assert(
      fc.property(fc.array(fc.tuple(size, fc.boolean()), { maxLength: 60 }), (steps) => {
        const slabs = new Slabs();
        const held: { place: number; length: number; mark: number }[] = [];
        steps.forEach(([length, freeOne], mark) => {
          held.push({ place: slabs.put(new Uint8Array(length).fill(mark)), length, mark });
          if (!freeOne) return;
          const [gone] = held.splice(Math.floor(held.length / 2), 1);
          if (gone) slabs.free(gone.place, gone.length);
        });
        for (const { place, length, mark } of held)
          expect(Buffer.from(slabs.read(place, length)).equals(Buffer.alloc(length, mark))).to.equal(true);
      }),
      { numRuns: 40 },
    );
  });

  it('take no more from the system for records that come and go', () => {
    const slabs = new Slabs();
    const places: number[] = [];
    for (let n = 0; n < 200_000; n++) {
      places.push(slabs.put(new Uint8Array(100 + (n % 3) * 50)));
      if (places.length <= 1000) continue;
      slabs.free(places.shift() ?? 0, 100 + ((n - 1000) % 3) * 50);
    }
    expect(slabs.usage.heldBytes).to.be.at.most(2 * 2 ** 20);
    expect(slabs.usage.usedBytes).to.be.at.most(slabs.usage.heldBytes);
  });
});
