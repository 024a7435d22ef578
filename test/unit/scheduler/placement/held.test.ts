import { HeldLedger, type HeldTask, heldBy, remaining } from '@longshore/scheduler';
import { expect } from 'chai';
import fc from 'fast-check';
import { aHeldTask, anInstance } from '../builders.js';

describe('what tasks hold', () => {
  it('sums what has not reached STOPPED: a stopping task still has its memory and ports', () => {
    const held = heldBy([
      aHeldTask({
        id: '1',
        holds: { cpuUnits: 100, memoryMiB: 200, ports: [{ port: 80, protocol: 'tcp' }] },
      }),
      aHeldTask({
        id: '2',
        lastStatus: 'STOPPING',
        desiredStatus: 'STOPPED',
        holds: { cpuUnits: 1, memoryMiB: 2, gpuIds: ['g'] },
      }),
      aHeldTask({
        id: '3',
        lastStatus: 'STOPPED',
        desiredStatus: 'STOPPED',
        holds: { cpuUnits: 5000, memoryMiB: 5000 },
      }),
    ]);
    expect(held).to.include({ cpuUnits: 101, memoryMiB: 202, runningTasks: 1, pendingTasks: 0 });
    expect(held.hasPort({ port: 80, protocol: 'tcp' })).to.equal(true);
    expect(held.hasPort({ port: 80, protocol: 'udp' })).to.equal(false);
    expect([...held.gpuIds]).to.deep.equal(['g']);
  });

  it('counts by group, family and deployment the tasks that want to run', () => {
    const held = heldBy([
      aHeldTask({ id: '1', deployment: '77' }),
      aHeldTask({ id: '2', lastStatus: 'PENDING' }),
      aHeldTask({ id: '3', desiredStatus: 'STOPPED' }),
    ]);
    expect([...held.tasksByGroup]).to.deep.equal([['service:web', 2]]);
    expect([...held.tasksByFamily]).to.deep.equal([['web', 2]]);
    expect([...held.tasksByDeployment]).to.deep.equal([['77', 1]]);
    expect(held).to.include({ runningTasks: 2, pendingTasks: 1 });
  });

  it('reads an empty group as the record means it', () => {
    const held = heldBy([
      aHeldTask({ id: '1', group: '', service: 'api' }),
      aHeldTask({ id: '2', group: '', family: 'batch' }),
    ]);
    expect([...held.tasksByGroup.keys()]).to.deep.equal(['service:api', 'family:batch']);
  });

  it('says what is left, also when an instance has shrunk below what it holds', () => {
    const gpus = [{ gpuId: 'a' }, { gpuId: 'b' }];
    const instance = anInstance(1, {
      resources: { cpuUnits: 100, gpus },
      tasks: [{ holds: { cpuUnits: 256, memoryMiB: 512, gpuIds: ['a'] } }],
    });
    expect(remaining(instance)).to.deep.equal({ cpuUnits: -156, memoryMiB: 7680, gpuIds: ['b'] });
  });

  it('is the sum of the last states whatever was added, changed and removed before', () => {
    const port = fc.record({
      port: fc.integer({ min: 1, max: 4 }),
      protocol: fc.constantFrom('tcp' as const, 'udp' as const),
    });
    const task: fc.Arbitrary<HeldTask> = fc.record({
      id: fc.constantFrom('1', '2', '3', '4'),
      group: fc.constantFrom('g', 'h', ''),
      family: fc.constantFrom('f', 'e'),
      deployment: fc.constantFrom('', '1', '2'),
      holds: fc.record({
        cpuUnits: fc.nat(9),
        memoryMiB: fc.nat(9),
        ports: fc.array(port, { maxLength: 2 }),
        gpuIds: fc.subarray(['x', 'y']),
      }),
      lastStatus: fc.constantFrom(
        'PROVISIONING' as const,
        'RUNNING' as const,
        'STOPPING' as const,
        'STOPPED' as const,
      ),
      desiredStatus: fc.constantFrom('RUNNING' as const, 'STOPPED' as const),
    });
    const step = fc.oneof(task, fc.constantFrom('1', '2', '3', '4'));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const ledger = new HeldLedger();
        const last = new Map<string, HeldTask>();
        for (const s of steps) {
          if (typeof s === 'string') {
            ledger.remove(s);
            last.delete(s);
          } else {
            ledger.add(s);
            ledger.add(s);
            last.set(s.id, s);
          }
        }
        expect(plain(ledger)).to.deep.equal(plain(heldBy(last.values())));
      }),
    );
  });
});

function plain(ledger: HeldLedger): unknown {
  const ports = [1, 2, 3, 4].flatMap((port) =>
    (['tcp', 'udp'] as const).map((protocol) => ledger.hasPort({ port, protocol })),
  );
  const { cpuUnits, memoryMiB, runningTasks, pendingTasks } = ledger;
  const maps = [ledger.tasksByGroup, ledger.tasksByFamily, ledger.tasksByDeployment].map((m) =>
    [...m].sort(([a], [b]) => a.localeCompare(b)),
  );
  return { cpuUnits, memoryMiB, runningTasks, pendingTasks, ports, gpus: [...ledger.gpuIds].sort(), maps };
}
