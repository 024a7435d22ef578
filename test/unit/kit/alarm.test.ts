import { Alarm, FakeClock } from '@longshore/kit';
import { expect } from 'chai';

/** A clock that counts the timers that were made. */
class CountingClock extends FakeClock {
  made = 0;

  override timer(ms: number, fn: () => void) {
    this.made++;
    return super.timer(ms, fn);
  }
}

describe('an alarm', () => {
  let clock: CountingClock;
  let rang: number[];
  let alarm: Alarm;

  beforeEach(() => {
    clock = new CountingClock();
    rang = [];
    alarm = new Alarm(clock, () => rang.push(clock.monotonicMs()));
  });

  it('rings once, at the time that was set last', async () => {
    alarm.set(100);
    alarm.set(250);
    alarm.set(200);
    await clock.advance(1000);
    expect(rang).to.deep.equal([200]);
  });

  it('needs no new timer for being put off', async () => {
    for (let dueMs = 1000; dueMs < 60_000; dueMs += 10) alarm.set(dueMs);
    expect(clock.made).to.equal(1);
    await clock.advance(60_000);
    expect(rang).to.deep.equal([59_990]);
    expect(clock.made).to.equal(2);
  });

  it('set by a time rings no later than that', async () => {
    alarm.setBy(300);
    alarm.setBy(100);
    alarm.setBy(200);
    await clock.advance(1000);
    expect(rang).to.deep.equal([100]);
  });

  it('does not ring when it was unset or stopped, and can be set again', async () => {
    alarm.set(100);
    alarm.unset();
    await clock.advance(500);
    alarm.set(600);
    alarm.stop();
    await clock.advance(500);
    expect(rang).to.deep.equal([]);
    alarm.set(1100);
    await clock.advance(500);
    expect(rang).to.deep.equal([1100]);
  });

  it('may be set from its own ring', async () => {
    const again = new Alarm(clock, () => {
      rang.push(clock.monotonicMs());
      if (rang.length < 3) again.set(clock.monotonicMs() + 50);
    });
    again.set(50);
    await clock.advance(1000);
    expect(rang).to.deep.equal([50, 100, 150]);
  });
});
