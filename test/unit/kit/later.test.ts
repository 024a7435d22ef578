import { Later } from '@longshore/kit';
import { expect } from 'chai';

/** What its listener has heard. */
function heardOf(later: Later<number>): unknown[] {
  const heard: unknown[] = [];
  later.listen({ kept: (value) => heard.push(value), failed: (reason) => heard.push(['failed', reason]) });
  return heard;
}

describe('what comes later', () => {
  it('is told to who listens, in the same turn', () => {
    const later = new Later<number>();
    const heard = heardOf(later);
    expect(later.isOpen).to.equal(true);
    later.keep(7);
    expect(later.isOpen).to.equal(false);
    expect(heard).to.deep.equal([7]);
  });

  it('is told at once to who listens late, whichever way it went', () => {
    const kept = new Later<number>();
    kept.keep(7);
    expect(heardOf(kept)).to.deep.equal([7]);
    expect(heardOf(Later.failed('why'))).to.deep.equal([['failed', 'why']]);
  });

  it('is the first word alone', () => {
    for (const isLate of [false, true]) {
      const later = new Later<number>();
      const early = isLate ? undefined : heardOf(later);
      later.keep(1);
      later.keep(2);
      later.fail('too late');
      expect(early ?? heardOf(later)).to.deep.equal([1]);
    }
  });

  it('has one listener', () => {
    const later = new Later<number>();
    heardOf(later);
    expect(() => heardOf(later)).to.throw('listens already');
  });

  it('can be awaited as a promise', async () => {
    const later = new Later<number>();
    const doubled = later.then((value) => value * 2);
    later.keep(4);
    expect(await doubled).to.equal(8);
    const failed = new Later<number>();
    failed.fail(new Error('no'));
    const thrown = await Promise.resolve(failed).catch((error: unknown) => error);
    expect(thrown).to.have.property('message', 'no');
  });
});
