import { ByteReader, messageType } from '@longshore/model';
import { doubles, flags, ints, type RowDraft } from './task-rows.js';

type Reader = (draft: RowDraft, wire: ByteReader) => void;
type On = (name: string, wireType: number, reader: Reader) => void;

/** Reads rows straight from the bytes of TaskRecords: the rest of a record is stepped over. */
export class TaskReader {
  readonly #wire = new ByteReader();
  readonly #readers = memberReaders();

  /** Throws on bytes that are no record. */
  read(draft: RowDraft, bytes: Uint8Array): void {
    const wire = this.#wire;
    draft.clear(bytes);
    wire.open(bytes);
    while (wire.position < wire.end) {
      const tag = wire.varint();
      const read = this.#readers[tag];
      if (read === undefined) wire.skip(tag & 7);
      else read(draft, wire);
    }
  }
}

/** By tag (number and wire type), from the contract's own numbers. */
function memberReaders(): readonly (Reader | undefined)[] {
  const readers: (Reader | undefined)[] = [];
  const { fields } = messageType('TaskRecord');
  const on: On = (name, wireType, reader) => {
    const field = fields[name];
    if (field === undefined) throw new Error(`TaskRecord has no member ${name}`);
    readers[field.id * 8 + wireType] = reader;
  };
  onSpans(on);
  onIntegers(on);
  onDoubles(on);
  onFlags(on);
  // A sparse array would be searched as a dictionary.
  return Array.from({ length: readers.length }, (_, i) => readers[i]);
}

function onSpans(on: On): void {
  const names = [
    ...(['family', 'instance', 'service', 'deployment', 'taskSet', 'group', 'startedBy', 'holds'] as const),
  ];
  for (const name of names) {
    const member = ints[name];
    on(name, 2, (draft, wire) => {
      const end = wire.delimitedEnd();
      draft.setSpan(member, wire.position, end);
      wire.position = end;
    });
  }
}

function onIntegers(on: On): void {
  const names = ['priority', 'launchType', 'desiredStatus', 'lastStatus', 'healthStatus'] as const;
  const onInteger = (name: string, member: number): void =>
    on(name, 0, (draft, wire) => {
      draft.ints[member] = wire.varint();
    });
  for (const name of names) onInteger(name, ints[name]);
  onInteger('revision', ints.definitionRevision);
}

function onDoubles(on: On): void {
  const names = ['createdAtMs', 'startedAtMs', 'stoppedAtMs', 'protectedUntilMs', 'placeByMs'] as const;
  for (const name of names) {
    const member = doubles[name];
    on(name, 1, (draft, wire) => {
      draft.doubles[member] = wire.double();
    });
  }
}

function onFlags(on: On): void {
  for (const name of ['counted', 'acknowledged'] as const) {
    const flag = flags[name];
    on(name, 0, (draft, wire) => {
      const others = (draft.ints[ints.flags] as number) & ~flag;
      draft.ints[ints.flags] = wire.varint() === 0 ? others : others | flag;
    });
  }
}
