import { FakeClock } from '@longshore/kit';
import { expect } from 'chai';
import { Pacer } from '../../../packages/control-plane/src/dispatcher/pace.js';

describe('the pace of agents', () => {
  const pacerOf = (clock: FakeClock, agents = 5000): Pacer =>
    new Pacer({ clock, instanceTimeoutMs: 30_000, agents: () => agents });

  const exchange = (pacer: Pacer, times: number): void => {
    for (let i = 0; i < times; i++) pacer.exchanged();
  };

  it('is at once while quiet', () => {
    const pacer = pacerOf(new FakeClock());
    exchange(pacer, 200);
    expect(pacer.gatherMs()).to.equal(0);
    expect(pacer.pace().reportMs).to.equal(0);
  });

  it('gathers what comes faster than four thousand exchanges a second, and is at once again when that has passed', async () => {
    const clock = new FakeClock();
    const pacer = pacerOf(clock);
    exchange(pacer, 9000);
    expect(pacer.gatherMs()).to.equal(2000);
    await clock.advance(2000);
    expect(pacer.gatherMs()).to.equal(0);
  });

  it('has fewer and larger exchanges while the event loop is late, and as many as before once it is not', () => {
    const pacer = pacerOf(new FakeClock());
    exchange(pacer, 5000);
    const quick = pacer.gatherMs();
    for (let i = 0; i < 5; i++) pacer.loopWas(200);
    const busy = pacer.gatherMs();
    expect(busy).to.be.above(2 * quick);
    for (let i = 0; i < 100; i++) pacer.loopWas(0);
    expect(pacer.gatherMs()).to.equal(quick);
  });

  it('never gathers for longer than 10 s, however late the event loop is', () => {
    const pacer = pacerOf(new FakeClock());
    for (let i = 0; i < 100; i++) pacer.loopWas(5000);
    exchange(pacer, 100_000);
    expect(pacer.gatherMs()).to.equal(10_000);
  });
});
