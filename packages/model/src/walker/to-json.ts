import protobuf from 'protobufjs';
import type { MessageName } from '../codec.js';
import { hasOption, messageType, presenceOf } from '../descriptors.js';
import type { MessageShapes } from '../generated/shapes.js';
import { firstOwnNumber } from './from-json.js';
import { bytesToJson, documentToJson, timestampToJson } from './leaves.js';
import type { Plain } from './walk.js';

export interface ToJsonOptions {
  /** With the members numbered from 1000, which ECS's wire does not have: for people, not for SDKs. */
  readonly beyondEcs?: boolean;
}

type Writer = (value: unknown) => unknown;

const writers = { ecs: new Map<protobuf.Type, Writer>(), beyond: new Map<protobuf.Type, Writer>() };

/**
 * A plain shape as ECS's JSON: absent is absent, an empty list or map is left out but where ECS answers it, timestamps
 * are epoch seconds. The shape is trusted.
 */
export function toJson<N extends MessageName>(
  name: N,
  shape: MessageShapes[N],
  options: ToJsonOptions = {},
): Record<string, unknown> {
  return messageWriter(messageType(name), options.beyondEcs ? 'beyond' : 'ecs')(shape) as Plain;
}

function messageWriter(type: protobuf.Type, form: keyof typeof writers): Writer {
  const known = writers[form].get(type);
  if (known) return known;
  const members: ((from: Plain, to: Plain) => void)[] = [];
  // Set before the members are looked at: a message may hold itself.
  const writer: Writer = (shape) => {
    const json: Plain = {};
    for (const member of members) member(shape as Plain, json);
    return json;
  };
  writers[form].set(type, writer);
  for (const field of type.fieldsArray)
    if (form === 'beyond' || field.id < firstOwnNumber) members.push(memberWriter(field.resolve(), form));
  return writer;
}

function memberWriter(field: protobuf.Field, form: keyof typeof writers): (from: Plain, to: Plain) => void {
  const { name } = field;
  const write = wholeWriter(field, form);
  const presence = presenceOf(field);
  if (presence === 'list' || presence === 'map') {
    const answerEmpty = hasOption(field, 'answer_empty');
    const none = presence === 'list' ? () => [] : () => ({});
    return (from, to) => {
      const value = from[name];
      if (!isEmpty(value)) to[name] = write(value);
      else if (answerEmpty) to[name] = none();
    };
  }
  const unset = field.resolvedType instanceof protobuf.Enum ? field.resolvedType.valuesById[0] : undefined;
  return (from, to) => {
    const value = from[name];
    if (value !== undefined && value !== null && (unset === undefined || value !== unset))
      to[name] = write(value);
  };
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0;
}

function wholeWriter(field: protobuf.Field, form: keyof typeof writers): Writer {
  const write = valueWriter(field, form);
  switch (presenceOf(field)) {
    case 'list':
      return (value) => (value as unknown[]).map(write);
    case 'map':
      return (value) => Object.fromEntries(Object.entries(value as Plain).map(([key, v]) => [key, write(v)]));
    default:
      return write;
  }
}

function valueWriter(field: protobuf.Field, form: keyof typeof writers): Writer {
  const type = field.resolvedType;
  if (field.type === 'bytes') return bytesToJson;
  if (!(type instanceof protobuf.Type)) return (value) => value;
  if (type.fullName === '.google.protobuf.Timestamp') return timestampToJson;
  if (type.fullName === '.google.protobuf.Value') return documentToJson;
  if (hasOption(field, 'keeps_absent')) {
    const only = type.fieldsArray[0];
    if (!only) throw new Error(`${type.fullName} must have one member`);
    const inner = wholeWriter(only.resolve(), form);
    return (value) => inner((value as Plain)[only.name] ?? []);
  }
  // Looked up when used: a message may hold itself.
  return (value) => messageWriter(type, form)(value);
}
