import { expect } from 'chai';
import fc from 'fast-check';
import { Names } from '../../../packages/store/src/cache/names.js';

describe('names', () => {
  it('are one number for one text, as long as somebody has it', () => {
    const name = fc.oneof(
      fc.constantFrom('', 'a', 'b', 'ü', 'Ã¼'),
      fc.string({ unit: 'binary', maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(9), name), { maxLength: 100 }), (steps) => {
        const names = new Names();
        const holders = Array.from({ length: 10 }, () => ({ number: 0, text: '' }));
        for (const [at, text] of steps) {
          const holder = holders[at] as { number: number; text: string };
          const bytes = Buffer.from(`-${text}-`);
          const number = names.take(bytes, 1, bytes.byteLength - 1, holder.number);
          if (number !== holder.number) names.release(holder.number);
          // A lone surrogate is no text in UTF-8.
          Object.assign(holder, { number, text: Buffer.from(text).toString() });
          for (const held of holders) {
            expect(names.text(held.number)).to.equal(held.text);
            expect(names.find(held.text)).to.equal(held.number);
          }
          expect(names.size).to.equal(new Set(holders.map((held) => held.text).filter((t) => t !== '')).size);
        }
      }),
    );
  });

  it('are one number for bytes that are no UTF-8 and for the text that they are read as', () => {
    const names = new Names();
    const [bad, good] = [Buffer.from([0x61, 0xff]), Buffer.from('a\ufffd')];
    expect(names.take(bad, 0, bad.byteLength, 0)).to.equal(names.take(good, 0, good.byteLength, 0));
    expect(names.find('a\ufffd')).to.be.above(0);
  });
});
