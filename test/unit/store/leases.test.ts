import { FakeClock, seededRandom, settle, silentLogger } from '@longshore/kit';
import {
  keyOf,
  leadershipTtlSeconds,
  MemoryBackend,
  type MemoryStore,
  openMemoryStore,
} from '@longshore/store';
import { expect } from 'chai';
import { committed, failure } from './contract.js';

const never = new AbortController().signal;
const session = keyOf('session', 'c', 'i');

describe('leases and leadership', () => {
  let clock: FakeClock;
  let backend: MemoryBackend;
  let one: MemoryStore;
  let two: MemoryStore;
  beforeEach(async () => {
    clock = new FakeClock();
    backend = new MemoryBackend({ clock });
    const open = (replica: string) =>
      openMemoryStore({ backend, replica, clock, random: seededRandom(1), logger: silentLogger });
    one = open('one');
    two = open('two');
    await Promise.all([one.start(), two.start()]);
  });
  afterEach(async () => {
    await Promise.all([one.stop(), two.stop(), clock.advance(10_000)]);
  });

  const hang = (store: MemoryStore, lease: { readonly id: string }) =>
    committed(
      store.commit({
        expect: [{ key: session, revision: 0 }],
        write: [{ put: session, value: { replica: 'one', startedAtMs: 0 }, lease }],
      }),
    );

  it('live for as long as they are renewed', async () => {
    const lease = await one.lease(20);
    await hang(one, lease);
    await clock.advance(600_000);
    expect(lease.lost.aborted).to.equal(false);
    expect(two.get(session)).to.not.equal(undefined);
  });

  it('are lost before the backend drops them, counted from when the last answered renewal was sent', async () => {
    const lease = await one.lease(20);
    await hang(one, lease);
    await clock.advance(60_000);
    // The renewals that follow take long to be answered, and then are not.
    one.faults.latencyMs = 3_000;
    await clock.advance(7_000);
    one.faults.away = 'cut off';
    let lostAtMs = 0;
    let thereWhenLost = false;
    lease.lost.addEventListener('abort', () => {
      lostAtMs = clock.monotonicMs();
      thereWhenLost = two.get(session) !== undefined;
    });
    await clock.advance(60_000);
    expect(thereWhenLost).to.equal(true);
    expect(lostAtMs).to.be.within(75_000, 87_000);
    expect(two.get(session)).to.equal(undefined);
  });

  it('survive a renewal that fails once', async () => {
    const lease = await one.lease(20);
    await clock.advance(6_000);
    one.faults.away = 'a hiccup';
    await clock.advance(4_000);
    one.faults.away = undefined;
    await clock.advance(60_000);
    expect(lease.lost.aborted).to.equal(false);
  });

  it('end by themselves where nobody keeps them alive', async () => {
    await hang(one, await one.expiringLease(60));
    await clock.advance(59_000);
    expect(two.get(session)).to.not.equal(undefined);
    await clock.advance(2_000);
    expect(two.get(session)).to.equal(undefined);
  });

  it('are given back when the store stops', async () => {
    await hang(one, await one.lease(20));
    await one.stop();
    await settle();
    expect(two.get(session)).to.equal(undefined);
  });

  it('cannot be had while the store is away', async () => {
    one.faults.away = 'cut off';
    expect(await failure(one.lease(20))).to.match(/no lease: cut off/);
  });

  it('give a new leader once the old one is cut off, and the old one knew before', async () => {
    const first = await one.campaign('all', 'one', never);
    const campaign = two.campaign('all', 'two', never);
    one.faults.away = 'cut off';
    const cutAtMs = clock.monotonicMs();
    let lostAtMs = 0;
    first.lost.addEventListener('abort', () => {
      lostAtMs = clock.monotonicMs();
    });
    let electedAtMs = 0;
    void campaign.then(() => {
      electedAtMs = clock.monotonicMs();
    });
    for (let ms = 0; ms < 15_000; ms += 50) await clock.advance(50);
    const second = await campaign;
    expect(lostAtMs).to.be.above(cutAtMs).and.below(electedAtMs);
    expect(electedAtMs - cutAtMs).to.be.at.most(leadershipTtlSeconds * 1000 + 1_000);
    expect(second.revision).to.be.above(first.revision);
    one.faults.away = undefined;
    await clock.advance(5_000);
    const family = keyOf('family', 'f');
    const late = await one.commit({
      expect: [first.fence],
      write: [{ put: family, value: { lastRevision: 1 } }],
    });
    expect(late.ok, 'what the old leader still sends is refused').to.equal(false);
  });

  it('elect one of many, and never two at a time', async () => {
    const leading = new Set<string>();
    let most = 0;
    const run = async (store: MemoryStore, name: string): Promise<void> => {
      for (let term = 0; term < 5; term++) {
        const leadership = await store.campaign('all', name, never);
        leading.add(name);
        most = Math.max(most, leading.size);
        leadership.lost.addEventListener('abort', () => leading.delete(name));
        await clock.sleep(100);
        await leadership.resign();
      }
    };
    const runs = Promise.all([run(one, 'a'), run(one, 'b'), run(two, 'c')]);
    let done = false;
    void runs.then(() => {
      done = true;
    });
    for (let ms = 0; ms < 60_000 && !done; ms += 50) await clock.advance(50);
    expect(done).to.equal(true);
    expect(most).to.equal(1);
  });

  it('wins an election whose answer was lost', async () => {
    one.faults.loseAnswers = 1;
    const campaign = one.campaign('all', 'one', never);
    await clock.advance(2_000);
    const leadership = await campaign;
    expect(two.get(keyOf('leader', 'all'))?.createRevision).to.equal(leadership.revision);
  });
});
