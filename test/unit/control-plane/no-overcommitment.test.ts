import { silentLogger, systemClock, systemRandom } from '@longshore/kit';
import { aClusterRecord, anInstanceRecord, aTaskRecord, someResources } from '@longshore/model';
import { keyOf, type MemoryBackend, openMemoryStore, type Store } from '@longshore/store';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Ask } from '../../../packages/control-plane/src/placement/ask.js';
import { InstanceViews } from '../../../packages/control-plane/src/placement/instance-views.js';
import { PlacementRounds } from '../../../packages/control-plane/src/placement/rounds.js';
import { newBackend } from './support/server.js';

interface Replica {
  readonly store: Store;
  readonly rounds: PlacementRounds;
  stop(): Promise<void>;
}

async function aReplica(replica: string, backend: MemoryBackend): Promise<Replica> {
  const parts = { clock: systemClock, random: systemRandom, logger: silentLogger };
  const store = openMemoryStore({ replica, backend, ...parts });
  await store.start();
  const views = new InstanceViews(store);
  const rounds = new PlacementRounds({ store, views, ...parts, onOutcome: () => undefined });
  return {
    store,
    rounds,
    stop: async () => {
      await rounds.stop();
      views.stop();
      await store.stop();
    },
  };
}

interface Wish {
  readonly count: number;
  readonly cpuUnits: number;
  readonly memoryMiB: number;
  readonly port: number | undefined;
  readonly gpuCount: number;
  readonly replica: number;
  readonly whole: boolean;
}

const gpus = [{ gpuId: 'gpu-a' }, { gpuId: 'gpu-b' }];
const capacity = { cpuUnits: 1000, memoryMiB: 1000 };

async function seed(store: Store, instances: number): Promise<void> {
  const cluster = keyOf('cluster', 'c');
  await store.commit({
    expect: [{ key: cluster, revision: 0 }],
    write: [{ put: cluster, value: aClusterRecord() }],
  });
  for (let i = 0; i < instances; i++) {
    const key = keyOf('instance', 'c', `i${i}`);
    const session = keyOf('session', 'c', `i${i}`);
    const outcome = await store.commit({
      expect: [{ key, revision: 0 }],
      write: [{ put: session, value: { replica: 'a', startedAtMs: 0 } }],
    });
    const reportedSession = outcome.ok ? outcome.revision : 0;
    const value = anInstanceRecord({ reportedSession, resources: someResources({ ...capacity, gpus }) });
    await store.commit({ expect: [{ key, revision: 0 }], write: [{ put: key, value }] });
  }
}

function askOf(wish: Wish, name: string): Ask {
  const ports = wish.port === undefined ? [] : [{ port: wish.port, protocol: 'tcp' as const }];
  const needs = { cpuUnits: wish.cpuUnits, memoryMiB: wish.memoryMiB, ports };
  return {
    cluster: 'c',
    class: 'request',
    request: {
      count: wish.count,
      group: 'family:web',
      family: 'web',
      needs,
      gpuCount: wish.gpuCount,
      requiredAttributes: [],
      constraints: [],
      strategies: [],
    },
    tasks: Array.from({ length: wish.count }, (_, i) => ({ instance, gpuIds }) => ({
      expect: [],
      write: {
        put: keyOf('task', 'c', `${name}-${i}`),
        value: aTaskRecord({ instance, lastStatus: 'PENDING', holds: { ...needs, gpuIds } }),
      },
    })),
    expect: [],
    whole: wish.whole,
    signal: new AbortController().signal,
  };
}

/** What instances hold, read from the store and nothing else. */
function audit(store: Store, instances: number): number {
  let tasks = 0;
  for (let i = 0; i < instances; i++) {
    let cpuUnits = 0;
    let memoryMiB = 0;
    const taken: string[] = [];
    for (const { holds } of store.tasks.onInstance('c', `i${i}`)) {
      tasks++;
      cpuUnits += holds.cpuUnits;
      memoryMiB += holds.memoryMiB;
      taken.push(...(holds.ports ?? []).map((p) => `${p.protocol} ${p.port}`), ...(holds.gpuIds ?? []));
    }
    expect(cpuUnits, `cpu of i${i}`).to.be.at.most(capacity.cpuUnits);
    expect(memoryMiB, `memory of i${i}`).to.be.at.most(capacity.memoryMiB);
    expect(new Set(taken).size, `ports and GPUs of i${i}`).to.equal(taken.length);
  }
  return tasks;
}

describe('two replicas that place on one store at once', () => {
  const wishes = fc.array(
    fc.record({
      count: fc.integer({ min: 1, max: 12 }),
      cpuUnits: fc.integer({ min: 0, max: 400 }),
      memoryMiB: fc.integer({ min: 1, max: 400 }),
      port: fc.option(fc.integer({ min: 8000, max: 8002 }), { nil: undefined }),
      gpuCount: fc.integer({ min: 0, max: 1 }),
      replica: fc.integer({ min: 0, max: 1 }),
      whole: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  );

  it('never over-commit an instance, give a port or GPU twice, or lose count of a task', async () => {
    await fc.assert(
      fc.asyncProperty(wishes, fc.integer({ min: 1, max: 4 }), async (all, instances) => {
        const backend = newBackend();
        const replicas = [await aReplica('a', backend), await aReplica('b', backend)] as const;
        try {
          await seed(replicas[0].store, instances);
          await replicas[1].store.barrier();
          const outcomes = await Promise.all(
            all.map((wish, i) => (replicas[wish.replica] as Replica).rounds.place(askOf(wish, `w${i}`))),
          );
          await replicas[0].store.barrier();
          const placed = outcomes.flatMap((o) => o.placed).filter((p) => p !== undefined).length;
          const refused = outcomes.flatMap((o) => o.refused).reduce((sum, r) => sum + r.count, 0);
          expect(audit(replicas[0].store, instances)).to.equal(placed);
          expect(placed + refused).to.equal(all.reduce((sum, w) => sum + w.count, 0));
        } finally {
          await Promise.all(replicas.map((r) => r.stop()));
        }
      }),
      { numRuns: 40 },
    );
  }).timeout(60_000);

  it('make the tasks of one client token once, however many ask for them in one round', async () => {
    const backend = newBackend();
    const replicas = [await aReplica('a', backend), await aReplica('b', backend)] as const;
    await seed(replicas[0].store, 3);
    await replicas[1].store.barrier();
    const wish = {
      cpuUnits: 1,
      memoryMiB: 1,
      port: undefined,
      gpuCount: 0,
      count: 3,
      whole: true,
      replica: 0,
    };
    const sameToken = (): Ask => ({
      ...askOf(wish, 'same'),
      expect: [{ key: keyOf('task', 'c', 'same-0'), revision: 0 }],
    });
    const outcomes = await Promise.all([
      ...Array.from({ length: 6 }, (_, i) => (replicas[i % 2] as Replica).rounds.place(sameToken())),
      // Whoever shares the round is none the worse for it.
      replicas[0].rounds.place(askOf(wish, 'other')),
    ]);
    await replicas[0].store.barrier();
    expect(audit(replicas[0].store, 3)).to.equal(6);
    expect(outcomes.filter((o) => o.conflict).map((o) => o.conflict?.key)).to.deep.equal(
      Array(5).fill('live/tasks/c/same-0'),
    );
    await Promise.all(replicas.map((r) => r.stop()));
  }).timeout(10_000);

  it('place a thousand tasks that fit exactly, from both sides, without losing room', async () => {
    const backend = newBackend();
    const replicas = [await aReplica('a', backend), await aReplica('b', backend)] as const;
    await seed(replicas[0].store, 20);
    await replicas[1].store.barrier();
    const wish = {
      cpuUnits: 20,
      memoryMiB: 20,
      port: undefined,
      gpuCount: 0,
      count: 10,
      whole: true,
      replica: 0,
    };
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, i) => (replicas[i % 2] as Replica).rounds.place(askOf(wish, `w${i}`))),
    );
    await replicas[0].store.barrier();
    expect(audit(replicas[0].store, 20)).to.equal(1000);
    expect(outcomes.every((o) => o.placed.every((p) => p !== undefined))).to.equal(true);
    await Promise.all(replicas.map((r) => r.stop()));
  }).timeout(30_000);

  it('place nothing on an instance that has changed since the decision, however long its commit takes', async () => {
    const backend = newBackend();
    const replica = await aReplica('a', backend);
    const { store, rounds } = replica;
    const instances = 100;
    await seed(store, instances);
    const none = { cpuUnits: 0, memoryMiB: 1, port: undefined, gpuCount: 0, whole: false, replica: 0 };
    const spread = { strategies: [{ type: 'spread' as const, field: 'instanceId' }] };
    const { request, ...ask } = askOf({ ...none, count: 9000 }, 'many');
    const outcome = rounds.place({ ...ask, class: 'controller', request: { ...request, ...spread } });
    // The round is decided, and its first transactions are on their way.
    await new Promise((resolve) => setImmediate(resolve));
    expect([...store.tasks.inCluster('c')]).to.have.length.below(9000);
    const drained = await Promise.all(Array.from({ length: instances }, (_, i) => drain(store, `i${i}`)));
    const { refused } = await outcome;
    await store.barrier();
    let [before, after] = [0, 0];
    for (const [i, revision] of drained.entries())
      for (const { revision: placed } of store.tasks.onInstance('c', `i${i}`))
        if (placed < revision) before++;
        else after++;
    expect(after).to.equal(0);
    expect(before + refused.reduce((sum, { count }) => sum + count, 0)).to.equal(9000);
    expect(refused).to.not.deep.equal([]);
    await replica.stop();
  }).timeout(20_000);
});

/** As UpdateContainerInstancesState does it; the revision at which it was done. */
async function drain(store: Store, instance: string): Promise<number> {
  const key = keyOf('instance', 'c', instance);
  const fence = keyOf('fence', 'c', instance);
  for (;;) {
    const [stored, counter] = [store.get(key), store.get(fence)];
    const outcome = await store.commit({
      expect: [
        { key, revision: stored?.revision ?? 0 },
        { key: fence, revision: counter?.revision ?? 0 },
      ],
      write: [
        { put: key, value: { ...anInstanceRecord(stored?.value), status: 'DRAINING' } },
        { put: fence, value: { counter: (counter?.value.counter ?? 0) + 1 } },
      ],
    });
    if (outcome.ok) return outcome.revision;
    await store.reached(outcome.conflict.asOf);
  }
}
