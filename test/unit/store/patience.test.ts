import { FakeClock } from '@longshore/kit';
import { expect } from 'chai';
import { Patience } from '../../../packages/store/src/etcd/patience.js';

describe('the patience with etcd', () => {
  const answerAfter = async (clock: FakeClock, patience: Patience, ms: number): Promise<void> => {
    const call = patience.measured(() => clock.sleep(ms));
    await clock.advance(ms);
    await call;
  };

  it('is short while answers are quick', async () => {
    const clock = new FakeClock();
    const patience = new Patience(clock, 5000);
    expect(patience.withinMs).to.equal(5000);
    for (let i = 0; i < 20; i++) await answerAfter(clock, patience, 100);
    expect(patience.withinMs).to.equal(5000);
  });

  it('grows with the time that answers take, within bounds, and shrinks again', async () => {
    const clock = new FakeClock();
    const patience = new Patience(clock, 5000);
    for (let i = 0; i < 40; i++) await answerAfter(clock, patience, 1000);
    expect(patience.withinMs).to.be.within(7500, 8000);
    for (let i = 0; i < 40; i++) await answerAfter(clock, patience, 4000);
    expect(patience.withinMs).to.equal(20_000);
    for (let i = 0; i < 60; i++) await answerAfter(clock, patience, 5);
    expect(patience.withinMs).to.equal(5000);
  });

  it('does not grow by calls that nobody answers', async () => {
    const patience = new Patience(new FakeClock(), 5000);
    for (let i = 0; i < 20; i++)
      await patience.measured(() => Promise.reject(new Error('gone'))).catch(() => undefined);
    expect(patience.withinMs).to.equal(5000);
  });
});
