import { FakeClock, seededRandom, silentLogger, systemClock, systemRandom } from '@longshore/kit';
import { EcsError, type EcsErrorName } from '@longshore/model';
import { keyOf, type MemoryBackend, type MemoryStore, openMemoryStore, type Records } from '@longshore/store';
import type { Call, OperationContext } from '../../../../packages/control-plane/src/api/operation.js';

export const accountId = '123456789012';
export const arn = (rest: string): string => `arn:aws:ecs:us-east-1:${accountId}:${rest}`;

/** A replica on a store in memory, and calls upon it. */
export interface Rig {
  readonly store: MemoryStore;
  readonly context: OperationContext & { readonly clock: FakeClock };
  call(overrides?: Partial<Call>): Call;
  put<K extends 'instance' | 'task' | 'service' | 'cluster' | 'session'>(
    kind: K,
    names: readonly string[],
    value: Records[K],
  ): Promise<number>;
  stop(): Promise<void>;
}

/** Replicas that share a backend see each other's writes. */
export async function openRig(backend?: MemoryBackend): Promise<Rig> {
  const store = openMemoryStore({
    replica: `replica-${systemRandom.hexId().slice(0, 6)}`,
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    ...(backend ? { backend } : {}),
  });
  await store.start();
  const context = { store, clock: new FakeClock(), random: seededRandom(1), logger: silentLogger, accountId };
  return {
    store,
    context,
    call: (overrides = {}) => ({
      caller: { kind: 'access-key', name: 'tester' },
      region: 'us-east-1',
      requestId: 'r',
      signal: AbortSignal.timeout(5_000),
      ...overrides,
    }),
    put: async (kind, names, value) => {
      const key = keyOf(kind, ...names);
      const revision = store.get(key)?.revision ?? 0;
      const outcome = await store.commit({ expect: [{ key, revision }], write: [{ put: key, value }] });
      if (!outcome.ok) throw new Error(`could not put ${key.path}`);
      return outcome.revision;
    },
    stop: () => store.stop(),
  };
}

/** The exception that a call ends with. */
export async function refusal(run: Promise<unknown>, code?: EcsErrorName): Promise<EcsError> {
  try {
    await run;
  } catch (error) {
    if (error instanceof EcsError && (code === undefined || error.code === code)) return error;
    throw error;
  }
  throw new Error('was taken');
}
