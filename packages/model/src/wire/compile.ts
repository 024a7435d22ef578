import protobuf from 'protobufjs';
import { presenceOf } from '../descriptors.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';

type Plain = Readonly<Record<string, unknown>>;

/** What was compiled for one message type. */
export interface MessageCode {
  /** Throws TypeError where a list or a message is something else. */
  write(value: Plain, to: ByteWriter): void;
  /** Reads up to `end`, which lies within what `from` has open. */
  read(from: ByteReader, end: number): Plain;
}

/** How one value of a protobuf type is written and read; `enums` and `types` are looked up by the field's number. */
interface Scalar {
  readonly wireType: 0 | 1 | 2;
  readonly write: (value: string) => string;
  readonly read: string;
  /** What an absent member reads as. */
  readonly absent: string;
}

const scalars: Readonly<Record<string, Scalar>> = {
  string: {
    wireType: 2,
    write: (v) => `w.string(typeof ${v} === 'string' ? ${v} : String(${v}))`,
    read: 'r.string()',
    absent: "''",
  },
  bytes: { wireType: 2, write: (v) => `w.bytes(${v})`, read: 'r.view()', absent: 'new Uint8Array(0)' },
  bool: { wireType: 0, write: (v) => `w.bool(${v})`, read: 'r.varint() !== 0', absent: 'false' },
  int32: { wireType: 0, write: (v) => `w.int32(${v})`, read: 'r.int32()', absent: '0' },
  int64: { wireType: 0, write: (v) => `w.int64(Number(${v}))`, read: 'r.varint()', absent: '0' },
  double: { wireType: 1, write: (v) => `w.double(${v})`, read: 'r.double()', absent: '0' },
};

const compiled = new Map<protobuf.Type, MessageCode>();

/**
 * Functions for one message, made from its descriptor when first used, as protobufjs makes its own: straight between the
 * plain shape and the bytes. Its own way goes through an object of its class and two walks more, which is four times
 * the work for a task's record.
 */
export function messageCode(type: protobuf.Type): MessageCode {
  const known = compiled.get(type);
  if (known) return known;
  // A message may hold itself: what it holds is compiled when it is first met.
  const made: { write: MessageCode['write']; read: MessageCode['read'] } = {
    write: (value, to) => {
      made.write = compileWrite(type);
      made.write(value, to);
    },
    read: (from, end) => {
      made.read = compileRead(type);
      return made.read(from, end);
    },
  };
  compiled.set(type, made);
  return made;
}

/** What the code of a field refers to: the code of its message, or the names and numbers of its enum. */
function referenceOf(field: protobuf.Field): unknown {
  const { resolvedType } = field;
  if (resolvedType instanceof protobuf.Type) return messageCode(resolvedType);
  if (resolvedType instanceof protobuf.Enum)
    return { numbers: new Map(Object.entries(resolvedType.values)), names: namesOf(resolvedType) };
  return undefined;
}

function namesOf({ valuesById }: protobuf.Enum): readonly (string | undefined)[] {
  const numbers = Object.keys(valuesById).map(Number);
  return Array.from({ length: Math.max(0, ...numbers) + 1 }, (_, i) => valuesById[i]);
}

function build(parameters: readonly string[], body: string, fields: readonly protobuf.Field[]): never {
  const references: Record<number, unknown> = {};
  for (const field of fields) references[field.id] = referenceOf(field);
  // What is compiled is our own text, of names and numbers that the descriptors hold, and of no message.
  // oxlint-disable-next-line typescript/no-implied-eval
  const make = new Function('refs', 'check', `return (${parameters.join(', ')}) => {\n${body}\n};`);
  return make(references, { list: checkedList, object: checkedObject }) as never;
}

function compileWrite(type: protobuf.Type): MessageCode['write'] {
  const fields = type.fieldsArray.map((f) => f.resolve()).sort((a, b) => a.id - b.id);
  return build(['v', 'w'], fields.map(writeField).join('\n'), fields);
}

function writeField(field: protobuf.Field): string {
  const { id } = field;
  const value = `f${id}`;
  const load = `const ${value} = v[${JSON.stringify(field.name)}];`;
  const present = `${value} !== undefined && ${value} !== null`;
  switch (presenceOf(field)) {
    case 'list':
      return `${load} if (${present}) { ${writeList(field, value)} }`;
    case 'map':
      return `${load} if (${present}) for (const k of Object.keys(${value})) { ${writeEntry(field, value)} }`;
    case 'implicit':
      return `${load} if (${present}${unlessAbsent(field, value)}) { ${writeOne(field, value)} }`;
    case 'message':
    case 'optional':
      return `${load} if (${present}) { ${writeOne(field, value)} }`;
  }
}

/** What reads back the same when it is absent is not written: that is half of a task's record. */
function unlessAbsent(field: protobuf.Field, value: string): string {
  const { resolvedType, id } = field;
  if (resolvedType instanceof protobuf.Enum) return ` && ${value} !== 0 && ${value} !== refs[${id}].names[0]`;
  return field.type === 'bytes' ? ` && ${value}.length > 0` : ` && ${value} !== ${scalarOf(field).absent}`;
}

function writeOne(field: protobuf.Field, value: string): string {
  const { id, resolvedType } = field;
  if (resolvedType instanceof protobuf.Type)
    return `w.uint32(${tagOf(id, 2)}); { const at = w.open(); refs[${id}].write(check.object(${value}, ${JSON.stringify(field.fullName)}), w); w.close(at); }`;
  if (resolvedType instanceof protobuf.Enum)
    return `const n = ${numberOf(id, value)}; if (n !== undefined) { w.uint32(${tagOf(id, 0)}); w.int32(n); }`;
  const { wireType, write } = scalarOf(field);
  return `w.uint32(${tagOf(id, wireType)}); ${write(value)};`;
}

function numberOf(id: number, value: string): string {
  return `typeof ${value} === 'number' ? ${value} : refs[${id}].numbers.get(${value})`;
}

function writeList(field: protobuf.Field, value: string): string {
  const { id } = field;
  const each = (body: string): string =>
    `for (const e of check.list(${value}, ${JSON.stringify(field.fullName)})) { ${body} }`;
  if (!isPacked(field)) return each(writeOne(field, 'e'));
  const one =
    field.resolvedType instanceof protobuf.Enum
      ? `const n = ${numberOf(id, 'e')}; if (n !== undefined) w.int32(n);`
      : `${scalarOf(field).write('e')};`;
  return `if (${value}.length > 0) { w.uint32(${tagOf(id, 2)}); const at = w.open(); ${each(one)} w.close(at); }`;
}

function writeEntry(field: protobuf.Field, value: string): string {
  const { id, resolvedType } = field;
  const body =
    resolvedType instanceof protobuf.Type
      ? `w.uint32(18); { const in_ = w.open(); refs[${id}].write(${value}[k], w); w.close(in_); }`
      : `w.uint32(${tagOf(2, scalarOf(field).wireType)}); ${scalarOf(field).write(`${value}[k]`)};`;
  return `w.uint32(${tagOf(id, 2)}); const at = w.open(); w.uint32(10); w.string(k); ${body} w.close(at);`;
}

function compileRead(type: protobuf.Type): MessageCode['read'] {
  const fields = type.fieldsArray.map((f) => f.resolve());
  const body = [
    ...fields.map((f) => `let f${f.id}${initial(f)};`),
    'while (r.position < end) { const tag = r.varint(); switch (tag) {',
    ...fields.map(readCases),
    'default: r.skip(tag & 7); } }',
    `if (r.position !== end) throw new Error('a message ends in the middle of a member');`,
    `const m = { ${fields.filter(isAlwaysThere).map(member).join(', ')} };`,
    ...fields
      .filter((f) => !isAlwaysThere(f))
      .map((f) => `if (f${f.id} !== undefined) m[${JSON.stringify(f.name)}] = f${f.id};`),
    'return m;',
  ];
  return build(['r', 'end'], body.join('\n'), fields);
}

function isAlwaysThere(field: protobuf.Field): boolean {
  const presence = presenceOf(field);
  return presence !== 'message' && presence !== 'optional';
}

function initial(field: protobuf.Field): string {
  if (presenceOf(field) !== 'implicit' || field.type === 'bytes') return '';
  if (field.resolvedType instanceof protobuf.Enum) return ` = refs[${field.id}].names[0]`;
  return ` = ${scalarOf(field).absent}`;
}

function member(field: protobuf.Field): string {
  const made = {
    list: ' ?? []',
    map: ' ?? {}',
    implicit: field.type === 'bytes' ? ' ?? new Uint8Array(0)' : '',
  };
  return `${JSON.stringify(field.name)}: f${field.id}${made[presenceOf(field) as keyof typeof made]}`;
}

function readCases(field: protobuf.Field): string {
  const { id } = field;
  const target = `f${id}`;
  const wireType = wireTypeOf(field);
  if (presenceOf(field) === 'map') return `case ${tagOf(id, 2)}: { ${readEntry(field, target)} break; }`;
  if (presenceOf(field) !== 'list')
    return `case ${tagOf(id, wireType)}: ${target} = ${readOne(field)}; break;`;
  const one = `case ${tagOf(id, wireType)}: (${target} ??= []).push(${readOne(field)}); break;`;
  if (wireType === 2) return one;
  // Whoever wrote it may have packed a list of numbers or not.
  return `${one} case ${tagOf(id, 2)}: { const to = r.delimitedEnd(); ${target} ??= []; while (r.position < to) ${target}.push(${readOne(field)}); break; }`;
}

function readOne(field: protobuf.Field): string {
  const { id, resolvedType } = field;
  if (resolvedType instanceof protobuf.Type) return `refs[${id}].read(r, r.delimitedEnd())`;
  // A value that a newer version has added.
  if (resolvedType instanceof protobuf.Enum) return `(refs[${id}].names[r.varint()] ?? 'UNSET')`;
  return scalarOf(field).read;
}

function readEntry(field: protobuf.Field, target: string): string {
  const { resolvedType } = field;
  const wireType = wireTypeOf(field);
  const absent = resolvedType instanceof protobuf.Type ? '{}' : scalarOf(field).absent;
  return [
    `const to = r.delimitedEnd(); let k = ''; let e = ${absent}; ${target} ??= {};`,
    'while (r.position < to) { const t = r.varint(); switch (t) {',
    `case 10: k = r.string(); break; case ${tagOf(2, wireType)}: e = ${readOne(field)}; break;`,
    'default: r.skip(t & 7); } }',
    `Object.defineProperty(${target}, k, { value: e, enumerable: true, configurable: true, writable: true });`,
  ].join(' ');
}

function scalarOf(field: protobuf.Field): Scalar {
  const scalar = scalars[field.type];
  if (!scalar)
    throw new Error(`${field.fullName}: the contract uses no ${field.type} elsewhere: teach it to the codec`);
  return scalar;
}

function wireTypeOf(field: protobuf.Field): number {
  if (field.resolvedType instanceof protobuf.Enum) return 0;
  return field.resolvedType instanceof protobuf.Type ? 2 : scalarOf(field).wireType;
}

function isPacked(field: protobuf.Field): boolean {
  return field.packed && wireTypeOf(field) !== 2;
}

function tagOf(id: number, wireType: number): number {
  return id * 8 + wireType;
}

function checkedList(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError(`${name}: array expected`);
  return value;
}

function checkedObject(value: unknown, name: string): object {
  if (typeof value !== 'object' || value === null) throw new TypeError(`${name}: object expected`);
  return value;
}
