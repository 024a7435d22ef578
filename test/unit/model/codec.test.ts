import {
  aContainerRecord,
  aTaskRecord,
  codecOf,
  descriptors,
  type MessageName,
  messageType,
  protoPackage,
} from '@longshore/model';
import { expect } from 'chai';
import fc from 'fast-check';
import protobuf from 'protobufjs';

type Plain = Record<string, unknown>;

/** Every message of the contract. */
const messages = descriptors.lookup(protoPackage)?.toJSON().nested;
const names = Object.keys(messages ?? {}).filter(
  (name) => descriptors.lookup(`${protoPackage}.${name}`) instanceof protobuf.Type,
) as MessageName[];

/** Plain values of a message, as the codec reads them back. */
function plainOf(type: protobuf.Type, depth: number): fc.Arbitrary<Plain> {
  const members: Record<string, fc.Arbitrary<unknown>> = {};
  const optional: string[] = [];
  for (const field of type.fieldsArray.map((f) => f.resolve())) {
    const value = arbitraryOf(field, depth);
    if (value === undefined) continue;
    if (field instanceof protobuf.MapField)
      members[field.name] = fc.dictionary(fc.string(), value, { maxKeys: 3 });
    else if (field.repeated) members[field.name] = fc.array(value, { maxLength: 3 });
    else {
      members[field.name] = value;
      const isOptional = field.partOf !== null || field.resolvedType instanceof protobuf.Type;
      if (isOptional) optional.push(field.name);
    }
  }
  const required = Object.keys(members).filter((name) => !optional.includes(name));
  return fc.record(members, { requiredKeys: required as never[] }) as fc.Arbitrary<Plain>;
}

function arbitraryOf(field: protobuf.Field, depth: number): fc.Arbitrary<unknown> | undefined {
  const { resolvedType } = field;
  if (resolvedType instanceof protobuf.Type)
    return depth === 0 ? undefined : plainOf(resolvedType, depth - 1);
  if (resolvedType instanceof protobuf.Enum) return fc.constantFrom(...Object.keys(resolvedType.values));
  switch (field.type) {
    case 'string':
      return fc.oneof(
        fc.string(),
        fc.string({ unit: 'grapheme', maxLength: 200 }),
        fc.string({ minLength: 120, maxLength: 300 }),
      );
    case 'bool':
      return fc.boolean();
    case 'int32':
      return fc.integer();
    case 'int64':
      return fc.maxSafeNat();
    case 'double':
      return fc.double({ noNaN: true }).map((n) => (Object.is(n, -0) ? 0 : n));
    case 'bytes':
      return fc.uint8Array({ maxLength: 300 });
    default:
      throw new Error(`no values of ${field.type}`);
  }
}

/** Cut off at `depth`, the members that hold messages are as the codec fills them in. */
function withLists(type: protobuf.Type, plain: Plain): Plain {
  return codecOf(type.name as MessageName).decode(
    codecOf(type.name as MessageName).encode(plain as never),
  ) as never;
}

/** The same by protobufjs' own encoder. */
function byProtobufjs(type: protobuf.Type, plain: Plain): Uint8Array {
  return type.encode(type.fromObject(plain)).finish();
}

describe('the codec of a message', () => {
  it('is there for every message of the contract', () => {
    expect(names.length).to.be.above(300);
    for (const name of names) codecOf(name).decode(codecOf(name).encode({} as never));
  });

  for (const name of [
    'TaskRecord',
    'InstanceRecord',
    'PollResponse',
    'ReportRequest',
    'RegisterTaskDefinitionRequest',
    'Task',
    'ServiceRecord',
    'DescribeContainerInstancesResponse',
  ] as const) {
    const type = messageType(name);

    it(`reads back what it wrote: ${name}`, () => {
      fc.assert(
        fc.property(plainOf(type, 2), (plain) => {
          const full = withLists(type, plain);
          expect(withLists(type, full)).to.deep.equal(full);
        }),
        { numRuns: 15 },
      );
    });

    it(`understands protobufjs and is understood by it: ${name}`, () => {
      fc.assert(
        fc.property(plainOf(type, 2), (plain) => {
          const codec = codecOf(name);
          const ours = codec.encode(plain as never);
          expect(codec.decode(byProtobufjs(type, plain))).to.deep.equal(codec.decode(ours));
          const theirs = type.toObject(type.decode(ours), {
            longs: Number,
            enums: String,
            defaults: true,
            arrays: true,
            objects: true,
          });
          const again = type.toObject(type.decode(byProtobufjs(type, plain)), {
            longs: Number,
            enums: String,
            defaults: true,
            arrays: true,
            objects: true,
          });
          expect(theirs).to.deep.equal(again);
        }),
        { numRuns: 15 },
      );
    });
  }

  it('throws on bytes that end in the middle, wherever that is', () => {
    const codec = codecOf('TaskRecord');
    const task = aTaskRecord({
      family: 'web',
      createdAtMs: 1.5,
      containers: [aContainerRecord({ name: 'main' })],
    });
    const bytes = codec.encode(task);
    let thrown = 0;
    for (let end = 0; end < bytes.byteLength; end++) {
      try {
        codec.decode(bytes.subarray(0, end));
      } catch {
        thrown++;
      }
    }
    // Between two members the bytes are a shorter message.
    expect(thrown).to.be.above(bytes.byteLength / 2);
    expect(() => codec.decode(Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]))).to.throw();
  });

  it('steps over members that it does not know', () => {
    const known = codecOf('Tag').encode({ key: 'team', value: 'web' });
    const more = Buffer.concat([Buffer.from([0xf8, 0x06, 0x96, 0x01, 0xfa, 0x06, 0x02, 1, 2]), known]);
    expect(codecOf('Tag').decode(more)).to.deep.equal({ key: 'team', value: 'web' });
  });

  it('refuses what is no list and no message', () => {
    expect(() => codecOf('TaskRecord').encode({ containers: 'main' } as never)).to.throw(/array expected/);
    expect(() => codecOf('TaskRecord').encode({ holds: 5 } as never)).to.throw(/object expected/);
  });
});
