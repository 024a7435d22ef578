import protobuf from 'protobufjs';
import type { MessageName } from '../codec.js';
import { hasOption, messageType, presenceOf } from '../descriptors.js';
import type { MessageShapes } from '../generated/shapes.js';
import {
  bytesAsTheyAre,
  bytesFromJson,
  checkedKey,
  documentFromJson,
  timestampFromJson,
  timestampFromText,
} from './leaves.js';
import { type Reader, scalarReader } from './scalars.js';
import { isObject, type Plain, type UnknownMembers, Walk } from './walk.js';

/** Numbers from here on are Longshore's own answers, which ECS's wire does not have. */
export const firstOwnNumber = 1000;

/** `json`: ECS's wire. `text`: the same as people write it. `plain`: the generated shapes themselves. */
type Form = 'json' | 'text' | 'plain';

export interface FromJsonOptions {
  /** `refuse`: a MemberError that holds the right names. A function is told of each, and may throw. */
  readonly unknownMembers: UnknownMembers;
  /** Timestamps may be ISO 8601 too: for files and flags, not for the wire. */
  readonly isoTimestamps?: boolean;
}

const readers: Readonly<Record<Form, Map<protobuf.Type, Reader>>> = {
  json: new Map(),
  text: new Map(),
  plain: new Map(),
};

/**
 * ECS's JSON as the plain shape that the codec would give for the same message: lists and maps always there, what is
 * absent or null absent. Throws MemberError, which names the member.
 */
export function fromJson<N extends MessageName>(
  name: N,
  json: unknown,
  options: FromJsonOptions,
): MessageShapes[N] {
  const form = options.isoTimestamps ? 'text' : 'json';
  return read(name, form, json, options.unknownMembers) as MessageShapes[N];
}

/**
 * Checks a plain shape before it is encoded: protobuf itself drops unknown members, and makes an unknown enum value
 * the first one. Gives back the shape as the codec would read it again.
 */
export function checkShape<N extends MessageName>(
  name: N,
  shape: unknown,
  unknownMembers: UnknownMembers = 'refuse',
): MessageShapes[N] {
  return read(name, 'plain', shape, unknownMembers) as MessageShapes[N];
}

function read(name: MessageName, form: Form, value: unknown, unknownMembers: UnknownMembers): unknown {
  return messageReader(messageType(name), form)(value, new Walk(unknownMembers));
}

function messageReader(type: protobuf.Type, form: Form): Reader {
  const known = readers[form].get(type);
  if (known) return known;
  const members = new Map<string, (from: Plain, to: Plain, walk: Walk) => void>();
  let names: readonly string[] = [];
  // Set before the members are looked at: a message may hold itself.
  const reader: Reader = (value, walk) => {
    if (!isObject(value)) throw walk.wrongType('an object', value);
    for (const key of Object.keys(value))
      if (!members.has(key) && value[key] !== undefined) walk.unknownMember(key, names);
    const plain: Plain = {};
    for (const member of members.values()) member(value, plain, walk);
    return plain;
  };
  readers[form].set(type, reader);
  for (const field of type.fieldsArray)
    if (form === 'plain' || field.id < firstOwnNumber)
      members.set(field.name, memberReader(field.resolve(), form));
  names = [...members.keys()];
  return reader;
}

function memberReader(field: protobuf.Field, form: Form): (from: Plain, to: Plain, walk: Walk) => void {
  const { name } = field;
  const presence = presenceOf(field);
  const value = wholeReader(field, form);
  const absent =
    presence === 'list'
      ? () => []
      : presence === 'map'
        ? () => ({})
        : presence === 'implicit'
          ? () => implicitDefault(field)
          : undefined;
  return (from, to, walk) => {
    const found = Object.hasOwn(from, name) ? from[name] : undefined;
    if (found !== undefined && found !== null) to[name] = walk.at(name, () => value(found, walk));
    else if (absent) to[name] = absent();
  };
}

function implicitDefault(field: protobuf.Field): unknown {
  if (field.resolvedType instanceof protobuf.Enum) return field.resolvedType.valuesById[0];
  if (field.type === 'bytes') return new Uint8Array();
  return field.type.endsWith('64') ? 0 : field.typeDefault;
}

/** The reader of a member as a whole: list, map or single value. */
function wholeReader(field: protobuf.Field, form: Form): Reader {
  const value = valueReader(field, form);
  switch (presenceOf(field)) {
    case 'list':
      return listReader(value);
    case 'map':
      return mapReader(value);
    default:
      return value;
  }
}

function listReader(value: Reader): Reader {
  return (found, walk) => {
    if (!Array.isArray(found)) throw walk.wrongType('a list', found);
    return found.map((v, i) => walk.at(i, () => value(v, walk)));
  };
}

function mapReader(value: Reader): Reader {
  return (found, walk) => {
    if (!isObject(found)) throw walk.wrongType('an object', found);
    const entries = Object.entries(found).filter(([, v]) => v !== null && v !== undefined);
    return Object.fromEntries(
      entries.map(([key, v]) => [checkedKey(key, walk), walk.at(key, () => value(v, walk))]),
    );
  };
}

function valueReader(field: protobuf.Field, form: Form): Reader {
  const type = field.resolvedType;
  if (field.type === 'bytes') return form === 'plain' ? bytesAsTheyAre : bytesFromJson;
  if (!(type instanceof protobuf.Type)) return scalarReader(field);
  if (form !== 'plain') {
    if (type.fullName === '.google.protobuf.Timestamp')
      return form === 'text' ? timestampFromText : timestampFromJson;
    if (type.fullName === '.google.protobuf.Value') return documentFromJson;
    if (hasOption(field, 'keeps_absent')) return flattenedReader(type, form);
  }
  // Looked up when used: a message may hold itself.
  return (value, walk) => messageReader(type, form)(value, walk);
}

/** A list in a message of its own, so that absent and empty differ: JSON holds the list alone. */
function flattenedReader(type: protobuf.Type, form: Form): Reader {
  const only = type.fieldsArray[0];
  if (!only || type.fieldsArray.length !== 1) throw new Error(`${type.fullName} must have one member`);
  const inner = wholeReader(only.resolve(), form);
  return (value, walk) => ({ [only.name]: inner(value, walk) });
}
