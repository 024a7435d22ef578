import protobuf from 'protobufjs';
import { messageType, presenceOf } from './descriptors.js';
import type { MessageShapes } from './generated/shapes.js';

export type MessageName = keyof MessageShapes;

/** Between plain objects (the generated shapes) and protobuf's bytes. */
export interface Codec<T> {
  readonly name: string;
  encode(value: T): Uint8Array;
  /** Throws on bytes that are no such message. Lists and maps are always there, enums are strings. */
  decode(bytes: Uint8Array): T;
}

type Plain = Record<string, unknown>;
type ToPlain = (message: Plain) => Plain;

const codecs = new Map<string, Codec<unknown>>();
const plainers = new Map<protobuf.Type, ToPlain>();
const leaners = new Map<protobuf.Type, ToPlain>();

/** The codec of a message; made on first use. Unknown members of `value` are not looked at: check before. */
export function codecOf<N extends MessageName>(name: N): Codec<MessageShapes[N]> {
  let codec = codecs.get(name);
  if (!codec) {
    const type = messageType(name);
    const toPlain = plainerOf(type);
    codec = {
      name,
      encode: (value) => type.encode(type.fromObject(leanerOf(type)(value as Plain))).finish(),
      decode: (bytes) => toPlain(type.decode(bytes) as unknown as Plain),
    };
    codecs.set(name, codec);
  }
  return codec as Codec<MessageShapes[N]>;
}

/**
 * Leaves out what reads back as the same when it is absent: protobufjs writes every zero and empty string that is
 * there, which is half of a task's record.
 */
function leanerOf(type: protobuf.Type): ToPlain {
  const known = leaners.get(type);
  if (known) return known;
  const fields: {
    readonly name: string;
    readonly absent: unknown;
    readonly lean?: (value: unknown) => unknown;
  }[] = [];
  const toLean: ToPlain = (plain) => {
    const leaned: Plain = {};
    for (const { name, absent, lean } of fields) {
      const value = plain[name];
      if (value === undefined || value === null || value === absent) continue;
      leaned[name] = lean ? lean(value) : value;
    }
    return leaned;
  };
  leaners.set(type, toLean);
  for (const field of type.fieldsArray) fields.push(leanField(field.resolve()));
  return toLean;
}

function leanField(field: protobuf.Field) {
  const { name, resolvedType } = field;
  const presence = presenceOf(field);
  // A default of bytes is no single value; an empty one costs two bytes.
  const absent = presence === 'implicit' && field.type !== 'bytes' ? absentValue(field) : undefined;
  if (!(resolvedType instanceof protobuf.Type) || presence === 'map') return { name, absent };
  const one = (value: unknown): unknown => leanerOf(resolvedType)(value as Plain);
  return { name, absent, lean: presence === 'list' ? (list: unknown) => (list as unknown[]).map(one) : one };
}

function absentValue(field: protobuf.Field): unknown {
  if (field.resolvedType instanceof protobuf.Enum) return field.resolvedType.valuesById[0];
  return field.type.endsWith('64') ? 0 : field.defaultValue;
}

function plainerOf(type: protobuf.Type): ToPlain {
  const known = plainers.get(type);
  if (known) return known;
  const readers: ((from: Plain, to: Plain) => void)[] = [];
  // Set before the members are looked at: a message may hold itself.
  const toPlain: ToPlain = (message) => {
    const plain: Plain = {};
    for (const read of readers) read(message, plain);
    return plain;
  };
  plainers.set(type, toPlain);
  for (const field of type.fieldsArray) readers.push(fieldReader(field.resolve()));
  return toPlain;
}

function fieldReader(field: protobuf.Field): (from: Plain, to: Plain) => void {
  const { name } = field;
  const value = valueReader(field);
  switch (presenceOf(field)) {
    case 'list':
      return (from, to) => {
        to[name] = ((from[name] as unknown[] | undefined) ?? []).map(value);
      };
    case 'map':
      return (from, to) => {
        const entries = Object.entries((from[name] as Plain | undefined) ?? {});
        to[name] = Object.fromEntries(entries.map(([k, v]) => [k, value(v)]));
      };
    case 'implicit':
      return (from, to) => {
        to[name] = value(from[name]);
      };
    case 'message':
    case 'optional':
      return (from, to) => {
        if (from[name] !== null && from[name] !== undefined && Object.hasOwn(from, name))
          to[name] = value(from[name]);
      };
  }
}

function valueReader(field: protobuf.Field): (value: unknown) => unknown {
  const { resolvedType } = field;
  if (resolvedType instanceof protobuf.Type) {
    // Looked up when used: a message may hold itself.
    return (v) => plainerOf(resolvedType)(v as Plain);
  }
  if (resolvedType instanceof protobuf.Enum) {
    const names = resolvedType.valuesById;
    return (v) => names[v as number] ?? 'UNSET';
  }
  if (field.type.endsWith('64')) return (v) => Number(v);
  if (field.type === 'bytes') return (v) => (v instanceof Uint8Array ? v : new Uint8Array());
  return (v) => v;
}
