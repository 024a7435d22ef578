import { FakeClock } from '@longshore/kit';
import { aClusterRecord, anInstanceRecord, aTaskRecord, someResources } from '@longshore/model';
import { heldBy, type PlacementRequest, place } from '@longshore/scheduler';
import { type Key, keyOf, type MemoryStore, type Store, type Write } from '@longshore/store';
import { expect } from 'chai';
import fc from 'fast-check';
import { InstanceViews } from '../../../packages/control-plane/src/placement/instance-views.js';
import { allOf } from '../scheduler/builders.js';
import { committed, startedStore, stopStore } from './support/memory-store.js';

type Step = (store: Store) => Write;

const most = 12;
const instanceName = fc.nat(most - 1).map((n) => `i${n}`);
const taskName = fc.nat(19).map((n) => `t${n}`);
const amount = fc.constantFrom(100, 400, 900);

/** An instance is written anew, its session comes or goes, it leaves. */
const instanceStep: fc.Arbitrary<Step> = fc
  .record({
    name: instanceName,
    act: fc.constantFrom('write', 'write', 'write', 'session', 'silence', 'leave'),
    status: fc.constantFrom('ACTIVE' as const, 'ACTIVE' as const, 'DRAINING' as const),
    cpuUnits: amount,
    impairedReason: fc.constantFrom('', '', 'disk full'),
    zone: fc.constantFrom('a', 'b'),
  })
  .map(({ name, act, status, cpuUnits, impairedReason, zone }) => (store) => {
    const key = keyOf('instance', 'c', name);
    const session = keyOf('session', 'c', name);
    if (act === 'leave') return { delete: key };
    if (act === 'silence') return { delete: session };
    if (act === 'session') return { put: session, value: { replica: 'a', startedAtMs: 0 } };
    return {
      put: key,
      value: anInstanceRecord({
        status,
        impairedReason,
        reportedSession: store.get(session)?.revision ?? 0,
        customAttributes: [{ name: 'zone', value: zone }],
        resources: someResources({ cpuUnits, memoryMiB: 1000 }),
      }),
    };
  });

const taskStep: fc.Arbitrary<Step> = fc
  .record({
    name: taskName,
    gone: fc.nat(4).map((n) => n === 0),
    instance: fc.oneof(instanceName, fc.constant('')),
    group: fc.constantFrom('g', 'h', ''),
    service: fc.constantFrom('', 's'),
    deployment: fc.constantFrom('', '1', '2'),
    lastStatus: fc.constantFrom('PENDING' as const, 'RUNNING' as const, 'STOPPED' as const),
    desiredStatus: fc.constantFrom('RUNNING' as const, 'STOPPED' as const),
    cpuUnits: amount,
    ports: fc.subarray([1, 2]).map((ports) => ports.map((port) => ({ port, protocol: 'tcp' as const }))),
    gpuIds: fc.subarray(['x', 'y']),
  })
  .map(({ name, gone, cpuUnits, ports, gpuIds, ...task }) => () => {
    const key = keyOf('task', 'c', name);
    const holds = { cpuUnits, memoryMiB: 10, ports, gpuIds };
    return gone ? { delete: key } : { put: key, value: aTaskRecord({ ...task, holds }) };
  });

const requests: readonly PlacementRequest[] = ['g', 'h'].map((group) => ({
  count: 2,
  group,
  family: 'web',
  needs: { cpuUnits: 300, memoryMiB: 10 },
  gpuCount: 0,
  requiredAttributes: [],
  constraints: [{ type: 'distinctInstance' }],
  strategies: [
    { type: 'spread', field: 'attribute:zone' },
    { type: 'spread', field: 'instanceId' },
  ],
}));

async function write(store: MemoryStore, clock: FakeClock, step: Step): Promise<void> {
  const change = step(store);
  const key = 'put' in change ? change.put : change.delete;
  const revision =
    key.kind === 'task'
      ? store.tasks.get(key.names[0] ?? '', key.names[1] ?? '')?.revision
      : store.get(key as Key<'instance'>)?.revision;
  if (revision === undefined && !('put' in change)) return;
  await committed(store, clock, { expect: [{ key, revision: revision ?? 0 }], write: [change] });
}

describe('the views that placement reads', () => {
  it('hold what the tasks of the cache hold, after every change and when they are filled later', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(instanceStep, taskStep, taskStep, taskStep), { maxLength: 60 }),
        async (steps) => {
          const clock = new FakeClock();
          const store = await startedStore(clock);
          await write(store, clock, () => ({ put: keyOf('cluster', 'c'), value: aClusterRecord() }));
          const views = new InstanceViews(store);
          for (const step of steps) {
            await write(store, clock, step);
            expectSummed(views, store);
          }
          const filled = new InstanceViews(store);
          expectSummed(filled, store);
          expect(filled.cluster('c').instances).to.have.length(views.cluster('c').instances.length);
          // Tasks that were there before are the later one's to follow too.
          for (const step of steps) await write(store, clock, step);
          expectSummed(filled, store);
          filled.stop();
          views.stop();
          await stopStore(store, clock);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('tell of every change: a board that is kept places as one that reads all of them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(instanceStep, taskStep, taskStep), { minLength: 10, maxLength: 60 }),
        async (steps) => {
          const clock = new FakeClock();
          const store = await startedStore(clock);
          const views = new InstanceViews(store);
          for (let n = 0; n < most; n++) await write(store, clock, comes(n));
          for (const [seed, step] of steps.entries()) {
            await write(store, clock, step);
            const view = views.cluster('c');
            const kept = place(view, requests, { seed, memo: views.memo('c') });
            expect(kept).to.deep.equal(place({ instances: view.instances }, requests, { seed }));
          }
          views.stop();
          await stopStore(store, clock);
        },
      ),
      { numRuns: 60 },
    );
  });
});

/** What the tasks of the cache hold of an instance, summed up afresh. */
function expectSummed(views: InstanceViews, store: Store): void {
  for (const { id, held } of views.cluster('c').instances)
    expect(allOf(held), id).to.deep.equal(allOf(heldBy(store.tasks.onInstance('c', id))));
}

function comes(n: number): Step {
  return () => ({
    put: keyOf('instance', 'c', `i${n}`),
    value: anInstanceRecord({ resources: someResources({ cpuUnits: 900, memoryMiB: 1000 }) }),
  });
}
