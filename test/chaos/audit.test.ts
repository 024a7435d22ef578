import { seededRandom } from '@longshore/kit';
import { aTaskRecord, type InstanceRecord, someResources, type TaskRecord } from '@longshore/model';
import { expect } from 'chai';
import { differences, movements, overcommitments, placements, startedTwice, unkept } from './audit.js';
import type { Lying, Snapshot } from './etcd-reader.js';
import { scheduleOf } from './schedule.js';

const lying = <T>(value: T, revision = 1): Lying<T> => ({ value, revision, createRevision: revision });

interface World {
  readonly tasks?: Readonly<Record<string, Partial<TaskRecord>>>;
  readonly history?: Readonly<Record<string, Partial<TaskRecord>>>;
  readonly instance?: Partial<InstanceRecord>;
}

/** One instance `i` of 100 MiB in cluster `c`, its session at revision 9. */
function at({ tasks = {}, history = {}, instance }: World): Snapshot {
  const records = (of: typeof tasks) =>
    new Map(
      Object.entries(of).map(([id, task]) => [`c/${id}`, lying(aTaskRecord({ instance: 'i', ...task }))]),
    );
  const resources = someResources({ cpuUnits: 1024, memoryMiB: 100 });
  const well = {
    name: 'host',
    status: 'ACTIVE',
    lostSinceMs: 0,
    overdueSinceMs: 0,
    reportedSession: 9,
    resources,
  };
  return {
    revision: 10,
    tasks: records(tasks),
    history: records(history),
    instances: new Map([['c/i', lying({ ...well, ...instance } as InstanceRecord)]]),
    sessions: new Map([['c/i', lying({ replica: 'r', startedAtMs: 1 }, 9)]]),
  };
}

const takes = (memoryMiB: number, port?: number): Partial<TaskRecord> => ({
  lastStatus: 'RUNNING',
  holds: { cpuUnits: 1, memoryMiB, ports: port === undefined ? [] : [{ port, protocol: 'tcp' }] },
});

describe('the auditor', () => {
  const moments: readonly {
    readonly name: string;
    readonly world: World;
    readonly finds: readonly string[];
  }[] = [
    { name: 'a full instance is well', world: { tasks: { a: takes(60), b: takes(40) } }, finds: [] },
    {
      name: 'an instance that holds more than it has',
      world: { tasks: { a: takes(60), b: takes(41) } },
      finds: ['host holds 101 MiB of 100'],
    },
    {
      name: 'a stopped task holds nothing',
      world: { tasks: { a: takes(60), b: { ...takes(60), lastStatus: 'STOPPED' } } },
      finds: [],
    },
    {
      name: 'a port that is given twice',
      world: { tasks: { a: takes(1, 80), b: takes(1, 80) } },
      finds: ['host has given port tcp 80 twice'],
    },
  ];
  for (const { name, world, finds } of moments)
    it(name, () => expect(overcommitments(at(world))).to.deep.equal(finds));

  const ways: readonly {
    readonly name: string;
    readonly from: World;
    readonly to: World;
    readonly finds: RegExp | undefined;
  }[] = [
    {
      name: 'forward',
      from: { tasks: { a: {} } },
      to: { tasks: { a: { lastStatus: 'RUNNING' } } },
      finds: undefined,
    },
    {
      name: 'back',
      from: { tasks: { a: { lastStatus: 'RUNNING' } } },
      to: { tasks: { a: { lastStatus: 'PENDING' } } },
      finds: /went back from RUNNING to PENDING/,
    },
    {
      name: 'into the history',
      from: { tasks: { a: { lastStatus: 'STOPPED' } } },
      to: { history: { a: { lastStatus: 'STOPPED' } } },
      finds: undefined,
    },
    { name: 'away', from: { tasks: { a: {} } }, to: {}, finds: /is gone/ },
    {
      name: 'elsewhere',
      from: { tasks: { a: {} } },
      to: { tasks: { a: { instance: 'j' } } },
      finds: /moved from i to j/,
    },
    {
      name: 'back to being wanted',
      from: { tasks: { a: { desiredStatus: 'STOPPED' } } },
      to: { tasks: { a: { desiredStatus: 'RUNNING' } } },
      finds: /to be stopped and is not any more/,
    },
  ];
  for (const { name, from, to, finds } of ways)
    it(`a task that moves ${name} is ${finds ? 'found' : 'well'}`, () => {
      const found = movements(at(from), at(to)).join();
      if (finds) expect(found).to.match(finds);
      else expect(found).to.equal('');
    });

  const hosts: readonly (readonly [string, Partial<InstanceRecord>, RegExp | undefined])[] = [
    ['well', {}, undefined],
    ['draining', { status: 'DRAINING' }, /DRAINING/],
    ['lost', { lostSinceMs: 5 }, /lost/],
    ['silent', { overdueSinceMs: 5 }, /silent/],
    ['not yet heard in its session', { reportedSession: 8 }, /complete report/],
  ];
  for (const [name, instance, finds] of hosts)
    it(`a task given to an instance that is ${name}`, () => {
      const found = placements([['c/a', aTaskRecord({ instance: 'i' })]], at({ instance })).join();
      if (finds) expect(found).to.match(finds);
      else expect(found).to.equal('');
    });

  it('finds what store, engine and promises say differently', () => {
    const container = (task: string, instance = 'i') => ({ task, instance, container: `of-${task}` });
    const exited = { name: 'app', lastStatus: 'STOPPED', exitCode: 3 } as TaskRecord['containers'][number];
    const there = at({
      tasks: {
        well: { lastStatus: 'RUNNING' },
        silent: { lastStatus: 'RUNNING' },
        twice: { lastStatus: 'RUNNING' },
        elsewhere: { lastStatus: 'RUNNING' },
        slow: { lastStatus: 'PENDING' },
      },
      history: { zombie: { lastStatus: 'STOPPED' }, brief: { lastStatus: 'STOPPED', containers: [exited] } },
    });
    const ids = ['well', 'silent', 'twice', 'elsewhere', 'slow', 'lost'];
    const promised = ids.map((id) => ({ id, family: 'stay', stopped: false }));
    const running = [
      container('well'),
      container('twice'),
      container('twice'),
      container('elsewhere', 'j'),
      container('slow'),
      container('zombie'),
      container('stranger'),
    ];
    const brief = { id: 'brief', family: 'brief', stopped: false };
    const stopped = { id: 'zombie', family: 'stay', stopped: true };
    const found = differences([...promised, brief, stopped], { brief: 7 }, there, running);
    for (const one of [
      'task slow of stay is PENDING, not RUNNING',
      'task lost was promised and is lost',
      'task brief ended with 3, not 7',
      'task silent is RUNNING, and 0 containers',
      'task twice is RUNNING, and 2 containers',
      'task elsewhere runs on j, not on i',
      'task zombie is STOPPED, and 1 containers',
      'container of-stranger runs for task stranger',
    ])
      expect(
        found.some((problem) => problem.startsWith(one)),
        one,
      ).to.equal(true);
    expect(found).to.have.length(8);
  });

  const kept = { lastStatus: 'RUNNING', desiredStatus: 'RUNNING', service: 'web' } as const;
  const counts: readonly (readonly [string, World, boolean])[] = [
    ['what it wants', { tasks: { a: kept, b: kept, c: { ...kept, lastStatus: 'STOPPED' } } }, true],
    ['too few', { tasks: { a: kept } }, false],
    ['too many', { tasks: { a: kept, b: kept, c: kept } }, false],
    ['one that is still stopping', { tasks: { a: kept, b: { ...kept, desiredStatus: 'STOPPED' } } }, false],
  ];
  for (const [name, world, well] of counts)
    it(`a service that has ${name} is ${well ? 'well' : 'found'}`, () =>
      expect(unkept({ name: 'web', desiredCount: 2 }, at(world))).to.have.length(well ? 0 : 1));

  it('finds a task that was started twice', () => {
    const starts = new Map([
      ['a', ['1']],
      ['b', ['2', '3']],
    ]);
    expect(startedTwice(starts)).to.deep.equal(['task b was started 2 times: 2, 3']);
  });
});

describe('the schedule', () => {
  const world = { servers: ['s'], agents: ['a', 'b'] };

  it('is the same for the same seed, and another for another', () => {
    const of = (seed: number) => scheduleOf(seededRandom(seed), world, 60_000);
    expect(of(1)).to.deep.equal(of(1));
    expect(of(1)).to.not.deep.equal(of(2));
  });

  it('has every kind of trouble, and never two at once for one', () => {
    for (let seed = 0; seed < 50; seed++) {
      const planned = scheduleOf(seededRandom(seed), world, 60_000);
      expect(new Set(planned.map(({ fault }) => fault.kind)).size, `seed ${seed}`).to.equal(7);
      const freeFrom = new Map<string, number>();
      for (const { atMs, forMs, fault } of planned) {
        expect(atMs, `seed ${seed}`).to.be.at.least(freeFrom.get(fault.target) ?? 0);
        freeFrom.set(fault.target, atMs + forMs);
      }
    }
  });
});
