import { type HeldTask, heldBy, remaining } from '@longshore/scheduler';
import { expect } from 'chai';
import fc from 'fast-check';
import { aHeldTask, allOf, anInstance, HeldTasks } from '../builders.js';

describe('what tasks hold', () => {
  it('sums what has not reached STOPPED: a stopping task still has its memory and ports', () => {
    const held = heldBy([
      aHeldTask({
        holds: { cpuUnits: 100, memoryMiB: 200, ports: [{ port: 80, protocol: 'tcp' }] },
      }),
      aHeldTask({
        lastStatus: 'STOPPING',
        desiredStatus: 'STOPPED',
        holds: { cpuUnits: 1, memoryMiB: 2, gpuIds: ['g'] },
      }),
      aHeldTask({
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
      aHeldTask({ deployment: '77' }),
      aHeldTask({ lastStatus: 'PENDING' }),
      aHeldTask({ desiredStatus: 'STOPPED' }),
    ]);
    expect([...held.tasksByGroup]).to.deep.equal([['service:web', 2]]);
    expect([...held.tasksByFamily]).to.deep.equal([['web', 2]]);
    expect([...held.tasksByDeployment]).to.deep.equal([['77', 1]]);
    expect(held).to.include({ runningTasks: 2, pendingTasks: 1 });
  });

  it('reads an empty group as the record means it', () => {
    const held = heldBy([
      aHeldTask({ group: '', service: 'api' }),
      aHeldTask({ group: '', family: 'batch' }),
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

  it('takes a status alone for what it is: the counts by name are not touched', () => {
    const before = aHeldTask({ deployment: '77', lastStatus: 'PENDING' });
    const held = heldBy([before, aHeldTask({ group: 'other', family: 'other', deployment: '78' })]);
    const names = (): unknown => [
      [...held.tasksByGroup],
      [...held.tasksByFamily],
      [...held.tasksByDeployment],
    ];
    const named = names();
    held.change(before, { ...before, lastStatus: 'RUNNING' });
    // A name that is taken out and put back comes last.
    expect(names()).to.deep.equal(named);
    expect(held).to.include({ runningTasks: 2, pendingTasks: 0 });
  });

  it('is empty once all tasks have been taken out or have STOPPED, whatever they hold', () => {
    const nothing = aHeldTask({ holds: { cpuUnits: 0, memoryMiB: 0 } });
    const held = heldBy([nothing, aHeldTask()]);
    held.remove(aHeldTask());
    expect(held.isEmpty).to.equal(false);
    held.change(nothing, { ...nothing, lastStatus: 'STOPPED' });
    expect(held.isEmpty).to.equal(true);
  });

  it('is the sum of the last states whatever was added, changed and removed before', () => {
    const port = fc.record({
      port: fc.integer({ min: 1, max: 4 }),
      protocol: fc.constantFrom('tcp' as const, 'udp' as const),
    });
    // Some tasks share the object of what they hold, as the store's do.
    const shared: readonly HeldTask['holds'][] = [
      { cpuUnits: 1, memoryMiB: 2, ports: [{ port: 3, protocol: 'tcp' }], gpuIds: ['x'] },
      { cpuUnits: 3, memoryMiB: 4 },
    ];
    const task: fc.Arbitrary<HeldTask> = fc.record({
      group: fc.constantFrom('g', 'h', ''),
      family: fc.constantFrom('f', 'e'),
      service: fc.constantFrom(undefined, 's'),
      deployment: fc.constantFrom('', '1', '2'),
      holds: fc.oneof(
        fc.constantFrom(...shared),
        fc.record({
          cpuUnits: fc.nat(9),
          memoryMiB: fc.nat(9),
          ports: fc.array(port, { maxLength: 2 }),
          gpuIds: fc.subarray(['x', 'y']),
        }),
      ),
      lastStatus: fc.constantFrom(
        'PROVISIONING' as const,
        'RUNNING' as const,
        'STOPPING' as const,
        'STOPPED' as const,
      ),
      desiredStatus: fc.constantFrom('RUNNING' as const, 'STOPPED' as const),
    });
    const name = fc.constantFrom('1', '2', '3', '4');
    const status = fc.constantFrom('PENDING' as const, 'RUNNING' as const);
    const step = fc.oneof(
      fc.tuple(name, task),
      fc.tuple(name, fc.record({ lastStatus: status })),
      fc.tuple(name, fc.record({ desiredStatus: fc.constant('STOPPED' as const) })),
      name,
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const held = new HeldTasks();
        for (const s of steps) {
          if (typeof s === 'string') held.remove(s);
          else held.put(s[0], { ...aHeldTask(), ...held.byName.get(s[0]), ...s[1] });
          const fresh = heldBy(held.byName.values());
          expect(allOf(held.ledger)).to.deep.equal(allOf(fresh));
          expect(held.ledger.isEmpty).to.equal(fresh.isEmpty);
        }
      }),
      { numRuns: 300 },
    );
  });
});
