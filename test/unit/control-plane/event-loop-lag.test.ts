import { type Clock, FakeClock } from '@longshore/kit';
import { expect } from 'chai';
import { EventLoopLag } from '../../../packages/control-plane/src/metrics/event-loop-lag.js';
import { Metrics } from '../../../packages/control-plane/src/metrics/metrics.js';
import { ServerGauges } from '../../../packages/control-plane/src/metrics/server-metrics.js';
import { InstanceViews } from '../../../packages/control-plane/src/placement/instance-views.js';
import { startedStore, stopStore } from './support/memory-store.js';

/** A lag under a fake clock, and standstills of the loop: time that passes while no timer fires. */
function stoppable(
  fake: FakeClock,
  activeMs = () => fake.monotonicMs(),
): {
  readonly lag: EventLoopLag;
  readonly standStill: (ms: number) => Promise<void>;
} {
  let stoodMs = 0;
  const clock: Clock = {
    monotonicMs: () => fake.monotonicMs() + stoodMs,
    wallMs: () => fake.wallMs() + stoodMs,
    sleep: (ms, signal) => fake.sleep(ms, signal),
    timer: (ms, fn) => fake.timer(ms, fn),
  };
  const lag = new EventLoopLag(clock, activeMs);
  lag.start();
  return {
    lag,
    standStill: async (ms) => {
      stoodMs += ms;
      await fake.advance(100);
    },
  };
}

describe('the lag of the event loop', () => {
  it('is none while timers come when they are due', async () => {
    const clock = new FakeClock();
    const { lag } = stoppable(clock);
    await clock.advance(5_000);
    expect(lag.worst()).to.equal(0);
  });

  it('is the worst of the last 60 seconds, however often it is asked for', async () => {
    const clock = new FakeClock();
    const { lag, standStill } = stoppable(clock);
    await standStill(2_000);
    await clock.advance(20_000);
    await standStill(500);
    expect([lag.worst(), lag.worst()]).to.deep.equal([2, 2]);
    await clock.advance(39_000);
    expect(lag.worst()).to.equal(2);
    await clock.advance(1_000);
    expect(lag.worst(), 'the first is forgotten, the second is not').to.equal(0.5);
    await clock.advance(20_100);
    expect(lag.worst()).to.equal(0);
  });

  it('is looked at once a second where the loop rests, and ten times again with the first work', async () => {
    const clock = new FakeClock();
    let activeMs = 0;
    const { lag } = stoppable(clock, () => activeMs);
    let looks = 0;
    lag.observe(() => looks++);
    const looksIn = async (ms: number): Promise<number> => {
      looks = 0;
      await clock.advance(ms);
      return looks;
    };
    expect(await looksIn(3_000), 'three quiet seconds').to.equal(30);
    expect(await looksIn(10_000), 'at rest').to.equal(10);
    activeMs += 500;
    await clock.advance(1_000);
    expect(await looksIn(1_000), 'after half a second of work').to.equal(10);
    lag.stop();
    expect(await looksIn(5_000)).to.equal(0);
  });

  it('is shown to each of two scrapes at once', async () => {
    const clock = new FakeClock();
    const { lag, standStill } = stoppable(clock);
    const store = await startedStore(clock);
    const views = new InstanceViews(store);
    const metrics = new Metrics();
    const none = new Map<string, never>();
    const gauges = new ServerGauges({ metrics, store, views, lag, leading: () => none, pending: () => none });
    await standStill(3_000);
    const scrapes = Promise.all([metrics.scrape(), metrics.scrape()]);
    await clock.advance(50);
    for (const { text } of await scrapes) expect(text).to.match(/^longshore_event_loop_lag_seconds 3$/m);
    gauges.stop();
    views.stop();
    lag.stop();
    await stopStore(store, clock);
  });
});
