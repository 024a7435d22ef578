import { expect } from 'chai';
import fc from 'fast-check';
import { OrderedRows } from '../../../packages/store/src/cache/ordered-rows.js';
import { rankOf, TaskIds } from '../../../packages/store/src/cache/task-ids.js';
import { TaskRows } from '../../../packages/store/src/cache/task-rows.js';

const char = fc.constantFrom('\0', '!', '/', '0', '9', ':', '@', 'Z', '`', 'a', 'f', 'g', '~', 'é', '😀');
const text = fc.oneof(
  fc.string({ unit: char, maxLength: 12 }),
  fc.string({ unit: fc.constantFrom('0', 'f'), minLength: 32, maxLength: 32 }),
);

/** Rows with ids, and the same ids in a plain set. */
class Rig {
  readonly rows = new TaskRows();
  readonly ids = new TaskIds(this.rows);
  readonly order = new OrderedRows(this.ids);
  readonly there = new Map<string, number>();

  add(id: string): void {
    if (this.there.has(id)) return;
    const row = this.rows.take();
    this.ids.add(id, row);
    this.order.add(row);
    this.there.set(id, row);
  }

  delete(id: string): void {
    const row = this.there.get(id);
    if (row === undefined) return;
    expect(this.ids.find(id)).to.equal(row);
    this.order.delete(row);
    this.ids.delete(row);
    this.rows.free(row);
    this.there.delete(id);
  }

  check(from: string): void {
    const found = Array.from(this.order.from(from, rankOf(from)), (row) => this.ids.textOf(row));
    const expected = [...this.there.keys()].filter((id) => id >= from).sort((a, b) => (a < b ? -1 : 1));
    expect(found).to.deep.equal(expected);
    expect(this.ids.size).to.equal(this.there.size);
    for (const [id, row] of this.there) expect(this.ids.find(`before it ${id}`, 10)).to.equal(row);
  }
}

function spread(n: number): string {
  const word = (k: number): string => (Math.imul(n + 1, k) >>> 0).toString(16).padStart(8, '0');
  return word(0x9e3779b1) + word(0x85ebca6b) + word(0xc2b2ae35) + word(0x27d4eb2f);
}

const crowds: Readonly<Record<string, (n: number) => string>> = {
  'of hex digits': spread,
  'that begin alike': (n) => `task-number-${(n * 7919) % 4001}`,
  'that come in order': (n) => `0${String(n).padStart(31, '0')}`,
  'that come from behind': (n) => `0${String(9999 - n).padStart(31, '0')}`,
  'of all kinds': (n) => (n % 3 === 0 ? spread(n) : n % 3 === 1 ? `0000${n}` : `z${n}`),
};

describe('rows in order', () => {
  it('have ranks that never contradict the order of their ids', () => {
    fc.assert(
      fc.property(text, text, (one, two) => {
        if (one < two) expect(rankOf(one)).to.be.at.most(rankOf(two));
      }),
      { numRuns: 3000 },
    );
  });

  it('are found and read in the order of their ids, whatever comes, goes and is read in between', () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.tuple(fc.constant('add' as const), text) },
      { weight: 2, arbitrary: fc.tuple(fc.constant('delete' as const), text) },
      { weight: 1, arbitrary: fc.tuple(fc.constant('check' as const), text) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
        const rig = new Rig();
        for (const [act, id] of steps) rig[act](id);
        rig.check('');
      }),
    );
  });

  for (const [name, idOf] of Object.entries(crowds))
    it(`are in order by the thousand, ${name}`, () => {
      const rig = new Rig();
      for (let n = 0; n < 4000; n++) {
        rig.add(idOf(n));
        if (n % 5 === 4) rig.delete(idOf(n - 3));
        if (n % 1000 === 999) rig.check(idOf(n >> 1));
      }
      rig.check('');
      for (let n = 0; n < 4000; n += 1) if (n % 100 !== 0) rig.delete(idOf(n));
      rig.check('');
      for (let n = 0; n < 4000; n += 1) rig.add(idOf(n));
      rig.check('');
    });
});
