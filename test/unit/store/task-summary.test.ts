import {
  aTaskRecord,
  codecOf,
  healthStatusValues,
  launchTypeValues,
  type TaskRecord,
  taskStatusValues,
} from '@longshore/model';
import { expect } from 'chai';
import fc from 'fast-check';
import type { TaskEntry } from '../../../packages/store/src/cache/task-summary.js';
import { TaskTable } from '../../../packages/store/src/cache/task-table.js';

const codec = codecOf('TaskRecord');

function put(table: TaskTable, task: string, value: Uint8Array): TaskEntry {
  const change = table.put({ cluster: 'c', task }, { value, revision: 7, createRevision: 5 }, true);
  if (change === undefined) throw new Error('a change that is observed is told');
  return change.after;
}

function summaryOf(bytes: Uint8Array): TaskEntry {
  return put(new TaskTable(), 't', bytes);
}

const moment = fc.oneof(fc.constant(0), fc.double({ min: 1, max: 4e12, noNaN: true }));
const record: fc.Arbitrary<TaskRecord> = fc
  .record({
    family: fc.string(),
    revision: fc.nat(),
    instance: fc.string({ maxLength: 40 }),
    service: fc.string({ unit: 'grapheme', maxLength: 20 }),
    deployment: fc.string(),
    taskSet: fc.string(),
    group: fc.string(),
    startedBy: fc.string({ unit: 'grapheme' }),
    launchType: fc.constantFrom('UNSET' as const, ...launchTypeValues),
    desiredStatus: fc.constantFrom(...taskStatusValues),
    lastStatus: fc.constantFrom(...taskStatusValues),
    healthStatus: fc.constantFrom('UNSET' as const, ...healthStatusValues),
    createdAtMs: moment,
    startedAtMs: moment,
    stoppedAtMs: moment,
    protectedUntilMs: moment,
    placeByMs: moment,
    priority: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    counted: fc.boolean(),
    acknowledged: fc.boolean(),
    stoppedReason: fc.string(),
    tags: fc.array(fc.record({ key: fc.string(), value: fc.string() }), { maxLength: 3 }),
    requestHash: fc.uint8Array({ maxLength: 32 }),
    holds: fc.record({
      cpuUnits: fc.nat(10_000),
      memoryMiB: fc.nat(100_000),
      ports: fc.array(
        fc.record({ port: fc.nat(65535), protocol: fc.constantFrom('tcp' as const, 'udp' as const) }),
        {
          maxLength: 3,
        },
      ),
      gpuIds: fc.array(fc.string(), { maxLength: 2 }),
    }),
  })
  .map((members) => aTaskRecord(members));

describe('a task summary', () => {
  it('says what the decoded record says, whatever else the record holds', () => {
    fc.assert(
      fc.property(record, (value) => {
        const decoded = codec.decode(codec.encode(value));
        const summary = summaryOf(codec.encode(value));
        const { cluster: _c, id: _i, revision: _r, place: _p, length: _l, ...read } = summary;
        const { definitionRevision, ...same } = read;
        expect(definitionRevision).to.equal(decoded.revision);
        for (const [name, member] of Object.entries(same))
          expect(member, name).to.deep.equal(decoded[name as keyof TaskRecord]);
      }),
    );
  });

  it('shares equal strings and equal holdings between tasks', () => {
    const table = new TaskTable();
    const bytes = codec.encode(aTaskRecord({ instance: 'i'.repeat(32) }));
    const [one, two] = ['t1', 't2'].map((id) => put(table, id, bytes));
    expect(one?.holds).to.equal(two?.holds);
  });

  it('refuses bytes that end too early', () => {
    const bytes = codec.encode(aTaskRecord({ family: 'a family with a long name' }));
    expect(() => summaryOf(bytes.subarray(0, 5))).to.throw(/ends in the middle/);
  });
});
