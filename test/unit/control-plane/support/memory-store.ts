import { type FakeClock, seededRandom, silentLogger } from '@longshore/kit';
import { anInstanceRecord } from '@longshore/model';
import {
  type CommitRequest,
  keyOf,
  MemoryBackend,
  type MemoryStore,
  openMemoryStore,
} from '@longshore/store';
import { type AgentSession, Sessions } from '../../../../packages/control-plane/src/dispatcher/sessions.js';

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

/** The instance `i` of the cluster `c`, registered, and its session with this replica. */
export async function openedSession(
  store: MemoryStore,
  clock: FakeClock,
): Promise<{ readonly sessions: Sessions; readonly session: AgentSession }> {
  const key = keyOf('instance', 'c', 'i');
  const sessionKey = keyOf('session', 'c', 'i');
  const revision = await committed(store, clock, {
    expect: [
      { key, revision: 0 },
      { key: sessionKey, revision: 0 },
    ],
    write: [
      { put: key, value: anInstanceRecord({}) },
      { put: sessionKey, value: { replica: 'a', startedAtMs: 0 } },
    ],
  });
  const sessions = new Sessions(store, clock);
  return { sessions, session: sessions.open({ cluster: 'c', instance: 'i', session: revision }) };
}
