import {
  deferred,
  FakeClock,
  KeyedQueue,
  type KeyedQueueOptions,
  seededRandom,
  settle,
} from '@longshore/kit';
import { expect } from 'chai';
import fc from 'fast-check';

function queueOf(
  handle: KeyedQueueOptions['handle'],
  options: Partial<KeyedQueueOptions> = {},
): { readonly queue: KeyedQueue; readonly clock: FakeClock; readonly errors: string[] } {
  const clock = new FakeClock();
  const errors: string[] = [];
  const queue = new KeyedQueue({
    handle,
    onError: (error, key) => errors.push(`${key}: ${error.message}`),
    clock,
    random: seededRandom(1),
    ...options,
  });
  return { queue, clock, errors };
}

describe('KeyedQueue', () => {
  it('handles a key once however often it was added while it waited', async () => {
    const handled: string[] = [];
    const gate = deferred<undefined>();
    const { queue } = queueOf(async (key) => {
      handled.push(key);
      if (key === 'first') await gate.promise;
      return undefined;
    });
    for (const key of ['first', 'a', 'a', 'b', 'a']) queue.add(key);
    gate.resolve(undefined);
    await queue.idle();
    expect(handled).to.deep.equal(['first', 'a', 'b']);
  });

  it('handles a key again that was added while it was being handled', async () => {
    let runs = 0;
    const { queue } = queueOf(async (key) => {
      if (++runs === 1) queue.add(key);
      return undefined;
    });
    queue.add('a');
    await queue.idle();
    expect(runs).to.equal(2);
  });

  it('puts a key back with back-off when its handler throws', async () => {
    let runs = 0;
    const { queue, clock, errors } = queueOf(async () => {
      if (++runs < 3) throw new Error(`run ${runs}`);
      return undefined;
    });
    queue.add('a');
    await settle();
    expect(errors).to.deep.equal(['a: run 1']);
    await clock.advance(30_000);
    expect(runs).to.equal(3);
    expect(errors).to.have.length(2);
  });

  it('begins the back-off anew after a success', async () => {
    const waits: number[] = [];
    let fail = true;
    const clock = new FakeClock();
    const queue = new KeyedQueue({
      handle: async () => {
        if (fail) throw new Error('no');
        return undefined;
      },
      onError: (_error, _key, retryInMs) => waits.push(retryInMs),
      clock,
      random: seededRandom(1),
      backoff: { minMs: 100, maxMs: 10_000 },
    });
    queue.add('a');
    await clock.advance(1_000);
    fail = false;
    await clock.advance(10_000);
    fail = true;
    queue.add('a');
    await settle();
    expect(waits.length).to.be.greaterThan(2);
    expect(waits.at(-1)).to.be.at.most(100);
    expect(waits.at(-2)).to.be.greaterThan(100);
  });

  it('comes back to a key when its handler asks for it', async () => {
    let runs = 0;
    const { queue, clock } = queueOf(async () => (++runs === 1 ? { againInMs: 50 } : undefined));
    queue.add('a');
    await clock.advance(49);
    expect(runs).to.equal(1);
    await clock.advance(1);
    expect(runs).to.equal(2);
  });

  it('does not wait for a key that is added before its time', async () => {
    let runs = 0;
    const { queue, clock } = queueOf(async () => {
      runs++;
      return undefined;
    });
    queue.addAfter('a', 1_000);
    queue.add('a');
    await clock.advance(2_000);
    expect(runs).to.equal(1);
  });

  it('lets a look that was asked for soon win over one asked for late', async () => {
    let runs = 0;
    const { queue, clock } = queueOf(async () => {
      runs++;
      return undefined;
    });
    queue.addAfter('a', 10);
    queue.addAfter('a', 60_000);
    await clock.advance(10);
    expect(runs).to.equal(1);
  });

  it('takes nothing after close, and close waits for what runs', async () => {
    const gate = deferred<undefined>();
    const handled: string[] = [];
    const { queue } = queueOf(async (key) => {
      await gate.promise;
      handled.push(key);
      return undefined;
    });
    queue.add('a');
    queue.add('b');
    const closing = queue.close();
    queue.add('c');
    queue.addAfter('d', 0);
    gate.resolve(undefined);
    await closing;
    expect(handled).to.deep.equal(['a']);
    expect(queue.length).to.equal(0);
  });

  it('sets no timer for a key whose handler throws after close', async () => {
    const gate = deferred<undefined>();
    const { queue, clock } = queueOf(async () => {
      await gate.promise;
      throw new Error('late');
    });
    queue.add('a');
    const closing = queue.close();
    gate.resolve(undefined);
    await closing;
    expect(clock.untilNext()).to.equal(undefined);
  });

  it('never runs two handlers of one key, nor more than its parallelism', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 40 }),
        fc.integer({ min: 1, max: 3 }),
        async (keys, parallelism) => {
          const active = new Set<string>();
          const last = new Map<string, number>();
          let most = 0;
          const { queue } = queueOf(
            async (key) => {
              expect(active.has(key)).to.equal(false);
              active.add(key);
              most = Math.max(most, active.size);
              await settle();
              active.delete(key);
              last.set(key, (last.get(key) ?? 0) + 1);
              return undefined;
            },
            { parallelism },
          );
          for (const key of keys) queue.add(key);
          await queue.idle();
          expect(most).to.be.at.most(parallelism);
          expect([...last.keys()].sort()).to.deep.equal([...new Set(keys)].sort());
        },
      ),
      { numRuns: 40 },
    );
  });
});
