import { FakeClock, silentLogger } from '@longshore/kit';
import { keyOf, type MemoryStore } from '@longshore/store';
import { expect } from 'chai';
import { Replica } from '../../../packages/control-plane/src/replica/replica.js';
import { startedStore } from './support/memory-store.js';

describe('the presence of a replica', () => {
  let clock: FakeClock;
  let store: MemoryStore;
  let replica: Replica;
  let losses: number;

  beforeEach(async () => {
    clock = new FakeClock();
    losses = 0;
    store = await startedStore(clock);
    replica = new Replica({
      store,
      clock,
      logger: silentLogger,
      replica: 'a',
      version: '0.1.0',
      addresses: () => ({ grpc: 'h:7400', http: 'h:7401' }),
      onLost: () => losses++,
    });
    await replica.start();
    await clock.advance(200);
  });

  afterEach(async () => {
    const stopped = replica.stop().then(() => store.stop());
    await clock.advance(10_000);
    await stopped;
  });

  it('is a record on a lease', () => {
    expect(replica.lease).not.to.equal(undefined);
    expect(store.get(keyOf('replica', 'a'))?.value).to.include({ grpcAddress: 'h:7400', version: '0.1.0' });
  });

  it('ends before the lease can be gone when it is not renewed, and begins anew', async () => {
    store.faults.away = 'cut';
    await clock.advance(10_000);
    expect(losses).to.equal(0);
    await clock.advance(9500);
    expect(replica.lease).to.equal(undefined);
    await clock.advance(1500);
    expect(losses).to.equal(1);
    store.faults.away = undefined;
    await clock.advance(10_000);
    expect(replica.lease).not.to.equal(undefined);
    expect(store.get(keyOf('replica', 'a'))).not.to.equal(undefined);
  });

  it('publishes what it had watched five minutes ago, for the compaction', async () => {
    expect(store.get(keyOf('replica', 'a'))?.value.compactable).to.equal(0);
    const watched = store.watched;
    await clock.advance(8 * 60_000);
    const { compactable = 0 } = store.get(keyOf('replica', 'a'))?.value ?? {};
    expect(compactable).to.be.at.least(watched - 2);
    expect(compactable).to.be.below(store.watched);
  });
});
