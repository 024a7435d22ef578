import { type FakeClock, seededRandom, silentLogger } from '@longshore/kit';
import { type CommitRequest, MemoryBackend, type MemoryStore, openMemoryStore } from '@longshore/store';

/** A store in memory under a clock that the test moves. */
export async function startedStore(clock: FakeClock): Promise<MemoryStore> {
  const store = openMemoryStore({
    replica: 'a',
    clock,
    random: seededRandom(1),
    logger: silentLogger,
    backend: new MemoryBackend({ clock }),
  });
  const starting = store.start();
  await clock.advance(50);
  await starting;
  return store;
}

export async function stopStore(store: MemoryStore, clock: FakeClock): Promise<void> {
  const stopped = store.stop();
  await clock.advance(50);
  await stopped;
}

/** Gives the revision; throws where something that it expects does not hold. */
export async function committed(
  store: MemoryStore,
  clock: FakeClock,
  request: CommitRequest,
): Promise<number> {
  const done = store.commit(request);
  await clock.advance(5);
  const outcome = await done;
  if (!outcome.ok) throw new Error(`${outcome.conflict.key} is not as expected`);
  return outcome.revision;
}
