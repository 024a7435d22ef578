import { FakeClock } from '@longshore/kit';
import { expect } from 'chai';
import { LeaseStream } from '../../../packages/store/src/etcd/lease-stream.js';

type Answer = (answer: { readonly ID: string; readonly TTL: string }) => void;

/** A stream whose answers the test gives, and what was deferred until what has arrived has been read. */
function open(clock: FakeClock) {
  const deferred: (() => void)[] = [];
  let answer: Answer = () => undefined;
  const duplex = {
    on(event: string, listener: unknown) {
      if (event === 'data') answer = listener as Answer;
      return duplex;
    },
    write: () => true,
    cancel: () => undefined,
    pause: () => undefined,
    resume: () => undefined,
  };
  const stream = new LeaseStream(async () => duplex, {
    clock,
    answerMs: 1500,
    defer: (fn) => deferred.push(fn),
  });
  return { stream, answer: (id: string) => answer({ ID: id, TTL: '6' }), deferred };
}

describe('the renewals of leases', () => {
  it('fail when no answer comes in time', async () => {
    const clock = new FakeClock();
    const { stream, deferred } = open(clock);
    const renewal = stream.renew('7').catch((thrown: Error) => thrown.message);
    await clock.advance(1500);
    for (const fn of deferred) fn();
    expect(await renewal).to.match(/not answered/);
  });

  it('succeed where the answer lay there when a long turn ended, though its time was up', async () => {
    const clock = new FakeClock();
    const { stream, answer, deferred } = open(clock);
    const renewal = stream.renew('7');
    await clock.advance(5000);
    answer('7');
    for (const fn of deferred) fn();
    expect(await renewal).to.equal(6);
  });
});
