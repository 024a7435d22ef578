import { Roll } from '@longshore/kit';
import { expect } from 'chai';

describe('Roll', () => {
  it('keeps those who are there in order of arrival, and lets each leave once', () => {
    const roll = new Roll<string>();
    const [a, b, c] = ['a', 'b', 'c'].map((item) => roll.enter(item));
    if (!a || !b || !c) throw new Error('three have entered');
    expect(roll.all()).to.deep.equal(['a', 'b', 'c']);
    expect(roll.leave(b)).to.equal(true);
    expect(roll.leave(b)).to.equal(false);
    expect([roll.has(a), roll.has(b), roll.size]).to.deep.equal([true, false, 2]);
    expect(roll.all()).to.deep.equal(['a', 'c']);
    roll.leave(a);
    roll.enter('d');
    expect(roll.all()).to.deep.equal(['c', 'd']);
    roll.leave(c);
    expect(roll.find((item) => item === 'd')?.item).to.equal('d');
    expect(roll.find((item) => item === 'c')).to.equal(undefined);
  });

  it('finds the newest of equal ones, and is as good as new when all have left', () => {
    const roll = new Roll<string>();
    const first = roll.enter('same');
    const second = roll.enter('same');
    expect(roll.find(() => true)).to.equal(second);
    roll.leave(second);
    roll.leave(first);
    expect([roll.size, roll.all()]).to.deep.equal([0, []]);
    roll.enter('other');
    expect(roll.all()).to.deep.equal(['other']);
  });
});
