import { FakeClock, systemClock } from '@longshore/kit';
import { expect } from 'chai';

describe('FakeClock', () => {
  it('fires what falls due in order of time, then of creation', async () => {
    const clock = new FakeClock();
    const fired: string[] = [];
    clock.timer(20, () => fired.push('c'));
    clock.timer(10, () => fired.push('a'));
    clock.timer(10, () => fired.push('b'));
    clock.timer(31, () => fired.push('late'));
    await clock.advance(30);
    expect(fired).to.deep.equal(['a', 'b', 'c']);
  });

  it('fires a timer that a timer sets within the same advance', async () => {
    const clock = new FakeClock();
    const at: number[] = [];
    clock.timer(10, () => clock.timer(5, () => at.push(clock.monotonicMs())));
    await clock.advance(20);
    expect(at).to.deep.equal([15]);
    expect(clock.monotonicMs()).to.equal(20);
  });

  it('does not fire what was cancelled', async () => {
    const clock = new FakeClock();
    clock.timer(10, () => expect.fail('fired')).cancel();
    await clock.advance(20);
    expect(clock.untilNext()).to.equal(undefined);
  });

  it('moves wall and monotonic time together', async () => {
    const clock = new FakeClock(1_000);
    await clock.advance(250);
    expect([clock.monotonicMs(), clock.wallMs()]).to.deep.equal([250, 1_250]);
  });

  it('wakes a sleeper when its time has come', async () => {
    const clock = new FakeClock();
    let awake = false;
    const sleeping = clock.sleep(100).then(() => {
      awake = true;
    });
    await clock.advance(99);
    expect(awake).to.equal(false);
    await clock.advance(1);
    await sleeping;
    expect(awake).to.equal(true);
  });
});

for (const [name, make] of [
  ['FakeClock', () => new FakeClock()],
  ['systemClock', () => systemClock],
] as const)
  describe(`sleep of ${name}`, () => {
    it('ends with the reason of its signal, and leaves no timer', async () => {
      const clock = make();
      const controller = new AbortController();
      const sleeping = clock.sleep(60_000, controller.signal);
      controller.abort(new Error('enough'));
      await sleeping.then(
        () => expect.fail('slept on'),
        (error: Error) => expect(error.message).to.equal('enough'),
      );
      if (clock instanceof FakeClock) expect(clock.untilNext()).to.equal(undefined);
    });

    it('does not begin where the signal has aborted already', async () => {
      const signal = AbortSignal.abort(new Error('before'));
      await make()
        .sleep(60_000, signal)
        .then(
          () => expect.fail('slept'),
          (error: Error) => expect(error.message).to.equal('before'),
        );
    });
  });
