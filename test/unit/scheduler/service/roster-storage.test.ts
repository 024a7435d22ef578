import { expect } from 'chai';
import fc from 'fast-check';
import { DueList } from '../../../../packages/scheduler/src/service/due-list.js';
import { TaskSlots } from '../../../../packages/scheduler/src/service/task-slots.js';
import { idOf } from '../builders.js';

/** Ids as tasks have them, near to each other and far, and some of another form. */
const taskId = fc.oneof(
  fc.nat(30).map(idOf),
  fc.nat(30).map((n) => `${n.toString(16).padStart(2, '0')}${'0'.repeat(30)}`),
  fc.nat(9).map((n) => `ffffffff${'0'.repeat(23)}${n}`),
  fc.nat(9).map((n) => `task-${n}`),
  fc.nat(9).map((n) => `${'A'.repeat(31)}${n}`),
  fc.nat(9).map((n) => `${'é'.repeat(31)}${n}`),
);

describe('the slots of tasks', () => {
  it('are found by their ids and tell them, however tasks come and go', () => {
    const step = fc.tuple(fc.constantFrom('come', 'come', 'go'), taskId);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const slots = new TaskSlots();
        const known = new Map<string, number>();
        let most = 0;
        for (const [act, id] of steps) {
          const slot = known.get(id);
          expect(slots.find(id)).to.equal(slot ?? -1);
          if (act === 'come' && slot === undefined) known.set(id, slots.take(id));
          else if (act === 'go' && slot !== undefined) {
            slots.release(slot);
            known.delete(id);
          }
          most = Math.max(most, known.size);
          expect(slots.size).to.equal(known.size);
        }
        expect(new Set(known.values()).size, 'a slot has one task').to.equal(known.size);
        for (const [id, slot] of known) {
          expect(slots.find(id)).to.equal(slot);
          expect(slots.idOf(slot)).to.equal(id);
        }
        expect(slots.end, 'slots are used again').to.equal(most);
      }),
      { numRuns: 300 },
    );
  });
});

describe('what falls due', () => {
  it('comes in the order of its time, once, and leaves what is not wanted', () => {
    const step = fc.oneof(
      fc.record({ add: fc.nat(400) }),
      fc.record({ add: fc.nat(400) }),
      fc.record({ add: fc.nat(400) }),
      fc.record({ take: fc.nat(400) }),
      fc.record({ first: fc.nat(3) }),
    );
    fc.assert(
      fc.property(fc.array(step, { minLength: 50, maxLength: 400 }), (steps) => {
        const list = new DueList();
        let model: { readonly atMs: number; readonly name: number }[] = [];
        for (const [name, s] of steps.entries()) {
          if ('add' in s) {
            list.add(s.add, name);
            model.push({ atMs: s.add, name });
            model.sort((a, b) => a.atMs - b.atMs);
          } else if ('take' in s) {
            const due = model.filter(({ atMs }) => atMs <= s.take);
            expect([...list.take(s.take)]).to.deep.equal(due.map((d) => d.name));
            model = model.slice(due.length);
          } else {
            const isWanted = (n: number): boolean => n % 4 >= s.first;
            while (model[0] !== undefined && !isWanted(model[0].name)) model.shift();
            expect(list.firstMs(isWanted)).to.equal(model[0]?.atMs);
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});
