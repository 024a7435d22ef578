import {
  ByteReader,
  type Codec,
  codecOf,
  messageType,
  type TaskHolds,
  type TaskStatus,
} from '@longshore/model';
import type { TaskSummary } from '../store.js';
import { Interner } from './interner.js';
import { StringTable } from './string-table.js';

type LaunchType = TaskSummary['launchType'];
type HealthStatus = TaskSummary['healthStatus'];

const noHolds: TaskHolds = { cpuUnits: 0, memoryMiB: 0, ports: [], gpuIds: [] };

/** A summary with the place of the record's bytes. Replaced as a whole, never changed, but for its place when freed. */
export class TaskEntry implements TaskSummary {
  readonly cluster: string;
  readonly id: string;
  readonly revision: number;
  createRevision: number;
  /** In the slabs; -1 once the entry has been replaced or deleted. */
  place = -1;
  length = 0;
  family = '';
  definitionRevision = 0;
  instance = '';
  service = '';
  deployment = '';
  taskSet = '';
  group = '';
  startedBy = '';
  launchType: LaunchType = 'UNSET';
  desiredStatus: TaskStatus = 'PROVISIONING';
  lastStatus: TaskStatus = 'PROVISIONING';
  healthStatus: HealthStatus = 'UNSET';
  holds: TaskHolds = noHolds;
  createdAtMs = 0;
  startedAtMs = 0;
  stoppedAtMs = 0;
  protectedUntilMs = 0;
  placeByMs = 0;
  priority = 0;
  counted = false;
  acknowledged = false;

  constructor(cluster: string, id: string, revision: number, createRevision: number) {
    this.cluster = cluster;
    this.id = id;
    this.revision = revision;
    this.createRevision = createRevision;
  }
}

type Reader = (entry: TaskEntry, tables: SummaryReader, wire: ByteReader) => void;

/** Reads summaries straight from the bytes of TaskRecords: the rest of a record is stepped over. */
export class SummaryReader {
  readonly strings = new StringTable();
  readonly #holds = new Interner<TaskHolds>(50_000);
  readonly #wire = new ByteReader();
  readonly #readers = memberReaders();

  read(entry: TaskEntry, bytes: Uint8Array): void {
    const wire = this.#wire;
    wire.open(bytes);
    while (wire.position < wire.end) {
      const tag = wire.varint();
      const read = this.#readers[tag];
      if (read === undefined) wire.skip(tag & 7);
      else read(entry, this, wire);
    }
  }

  text(wire: ByteReader): string {
    const end = wire.delimitedEnd();
    const text = this.strings.read(wire.bytes, wire.position, end);
    wire.position = end;
    return text;
  }

  holds(wire: ByteReader): TaskHolds {
    const end = wire.delimitedEnd();
    const bytes = wire.bytes.subarray(wire.position, end);
    wire.position = end;
    const name = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    return this.#holds.get(name) ?? this.#holds.set(name, Object.freeze(holdsCodec.decode(bytes)));
  }
}

const holdsCodec: Codec<TaskHolds> = codecOf('TaskHolds');

/** By tag (number and wire type), from the contract's own numbers. */
function memberReaders(): readonly (Reader | undefined)[] {
  const readers: (Reader | undefined)[] = [];
  const { fields } = messageType('TaskRecord');
  const on = (name: string, wireType: number, reader: Reader): void => {
    const field = fields[name];
    if (field === undefined) throw new Error(`TaskRecord has no member ${name}`);
    readers[field.id * 8 + wireType] = reader;
  };
  onTexts(on);
  onNumbers(on);
  onEnums(on, fields);
  on('holds', 2, (e, r, w) => {
    e.holds = r.holds(w);
  });
  // A sparse array would be searched as a dictionary.
  return Array.from({ length: readers.length }, (_, i) => readers[i]);
}

type On = (name: string, wireType: number, reader: Reader) => void;

function onTexts(on: On): void {
  on('family', 2, (e, r, w) => {
    e.family = r.text(w);
  });
  on('instance', 2, (e, r, w) => {
    e.instance = r.text(w);
  });
  on('service', 2, (e, r, w) => {
    e.service = r.text(w);
  });
  on('deployment', 2, (e, r, w) => {
    e.deployment = r.text(w);
  });
  on('taskSet', 2, (e, r, w) => {
    e.taskSet = r.text(w);
  });
  on('group', 2, (e, r, w) => {
    e.group = r.text(w);
  });
  on('startedBy', 2, (e, r, w) => {
    e.startedBy = r.text(w);
  });
}

function onNumbers(on: On): void {
  on('revision', 0, (e, _r, w) => {
    e.definitionRevision = w.varint();
  });
  on('createdAtMs', 1, (e, _r, w) => {
    e.createdAtMs = w.double();
  });
  on('startedAtMs', 1, (e, _r, w) => {
    e.startedAtMs = w.double();
  });
  on('stoppedAtMs', 1, (e, _r, w) => {
    e.stoppedAtMs = w.double();
  });
  on('protectedUntilMs', 1, (e, _r, w) => {
    e.protectedUntilMs = w.double();
  });
  on('placeByMs', 1, (e, _r, w) => {
    e.placeByMs = w.double();
  });
  on('priority', 0, (e, _r, w) => {
    e.priority = w.varint();
  });
  on('counted', 0, (e, _r, w) => {
    e.counted = w.varint() !== 0;
  });
  on('acknowledged', 0, (e, _r, w) => {
    e.acknowledged = w.varint() !== 0;
  });
}

function onEnums(on: On, fields: ReturnType<typeof messageType>['fields']): void {
  const namesOf = (name: string): readonly string[] => {
    const resolved = fields[name]?.resolve().resolvedType;
    const byId = (resolved as { readonly valuesById?: Record<number, string> } | null)?.valuesById ?? {};
    return Array.from(
      { length: Math.max(...Object.keys(byId).map(Number)) + 1 },
      (_, i) => byId[i] ?? 'UNSET',
    );
  };
  const launchTypes = namesOf('launchType') as readonly LaunchType[];
  const statuses = namesOf('lastStatus').map((s) => (s === 'UNSET' ? 'PROVISIONING' : s)) as TaskStatus[];
  const healths = namesOf('healthStatus') as readonly HealthStatus[];
  on('launchType', 0, (e, _r, w) => {
    e.launchType = launchTypes[w.varint()] ?? 'UNSET';
  });
  on('desiredStatus', 0, (e, _r, w) => {
    e.desiredStatus = statuses[w.varint()] ?? 'PROVISIONING';
  });
  on('lastStatus', 0, (e, _r, w) => {
    e.lastStatus = statuses[w.varint()] ?? 'PROVISIONING';
  });
  on('healthStatus', 0, (e, _r, w) => {
    e.healthStatus = healths[w.varint()] ?? 'UNSET';
  });
}
