import { operationClassOf, type Rates, Throttle } from '@longshore/aws-api';
import { FakeClock } from '@longshore/kit';
import { expect } from 'chai';

const rates: Rates = {
  read: { perSecond: 10, burst: 5 },
  write: { perSecond: 1, burst: 2 },
  place: { perSecond: 2, burst: 3 },
};

function allowed(throttle: Throttle, caller: string, operation: string, attempts: number): number {
  let taken = 0;
  for (let i = 0; i < attempts; i++) if (throttle.take(caller, operation) === undefined) taken++;
  return taken;
}

describe('Throttle', () => {
  it('lets a burst through, then the rate', async () => {
    const clock = new FakeClock();
    const throttle = new Throttle(rates, clock);
    expect(allowed(throttle, 'a', 'ListTasks', 20)).to.equal(5);
    await clock.advance(300);
    expect(allowed(throttle, 'a', 'ListTasks', 20)).to.equal(3);
    await clock.advance(3_600_000);
    expect(allowed(throttle, 'a', 'ListTasks', 20)).to.equal(5);
  });

  it('says when the next call may come', () => {
    const throttle = new Throttle(rates, new FakeClock());
    allowed(throttle, 'a', 'StopTask', 2);
    expect(throttle.take('a', 'StopTask')).to.equal(1000);
  });

  it('keeps callers and classes of operations apart', () => {
    const throttle = new Throttle(rates, new FakeClock());
    expect(allowed(throttle, 'a', 'ListTasks', 9)).to.equal(5);
    expect(allowed(throttle, 'b', 'ListTasks', 9)).to.equal(5);
    expect(allowed(throttle, 'a', 'RunTask', 9)).to.equal(3);
    expect(allowed(throttle, 'a', 'StopTask', 9)).to.equal(2);
  });

  it('forgets callers beyond its bound', () => {
    const throttle = new Throttle(rates, new FakeClock());
    allowed(throttle, 'a', 'ListTasks', 9);
    for (let i = 0; i < 10_000; i++) throttle.take(`caller ${i}`, 'ListTasks');
    expect(allowed(throttle, 'a', 'ListTasks', 9)).to.equal(5);
  });
});

describe('operationClassOf', () => {
  for (const [operation, expected] of [
    ['DescribeTasks', 'read'],
    ['ListClusters', 'read'],
    ['GetTaskProtection', 'read'],
    ['RunTask', 'place'],
    ['StartTask', 'place'],
    ['UpdateService', 'write'],
    ['TagResource', 'write'],
  ] as const)
    it(`puts ${operation} to ${expected}`, () => expect(operationClassOf(operation)).to.equal(expected));
});
