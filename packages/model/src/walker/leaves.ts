import type { Timestamp } from '../generated/shapes.js';
import type { Reader } from './scalars.js';
import { isObject, type Plain, type Walk } from './walk.js';

/** ECMAScript's own bounds of a date, in seconds. */
const maxEpochSeconds = 8.64e12;

/** Epoch seconds, with a fraction down to milliseconds, as google.protobuf.Timestamp. */
export const timestampFromJson: Reader = (value, walk) => {
  if (typeof value !== 'number' || Math.abs(value) > maxEpochSeconds)
    throw walk.wrongType('a timestamp in seconds since 1970', value);
  return timestampOf(Math.round(value * 1000));
};

/** As `timestampFromJson`, and takes ISO 8601 as well: for what people write. */
export const timestampFromText: Reader = (value, walk) => {
  if (typeof value !== 'string') return timestampFromJson(value, walk);
  const ms = Date.parse(value);
  if (Number.isNaN(ms))
    throw walk.wrongType('a timestamp (seconds since 1970, or 2030-01-31T12:00:00Z)', value);
  return timestampOf(ms);
};

function timestampOf(ms: number): Timestamp {
  const seconds = Math.floor(ms / 1000);
  return { seconds, nanos: Math.round((ms - seconds * 1000) * 1e6) };
}

export function timestampToJson(value: unknown): number {
  const { seconds, nanos } = value as Timestamp;
  return Math.round(seconds * 1000 + nanos / 1e6) / 1000;
}

export const bytesFromJson: Reader = (value, walk) => {
  const wellFormed =
    typeof value === 'string' && value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(value);
  if (!wellFormed) throw walk.wrongType('base64', value);
  return new Uint8Array(Buffer.from(value as string, 'base64'));
};

export const bytesAsTheyAre: Reader = (value, walk) => {
  if (!(value instanceof Uint8Array)) throw walk.wrongType('bytes', value);
  return value;
};

export function bytesToJson(value: unknown): string {
  return Buffer.from(value as Uint8Array).toString('base64');
}

/** Any JSON value as google.protobuf.Value. */
export const documentFromJson: Reader = (value, walk) => {
  if (value === null) return { nullValue: 'NULL_VALUE' };
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return { numberValue: value };
  if (Array.isArray(value))
    return { listValue: { values: value.map((v, i) => walk.at(i, () => documentFromJson(v, walk))) } };
  if (isObject(value)) return { structValue: { fields: documentFields(value, walk) } };
  throw walk.wrongType('JSON', value);
};

function documentFields(value: Plain, walk: Walk): Plain {
  return Object.fromEntries(
    Object.entries(value).map(([key, v]) => [
      checkedKey(key, walk),
      walk.at(key, () => documentFromJson(v, walk)),
    ]),
  );
}

/** `__proto__` would be lost, or worse, in the objects that protobufjs builds. */
export function checkedKey(key: string, walk: Walk): string {
  if (key === '__proto__') throw walk.invalid('cannot have the key __proto__');
  return key;
}

export function documentToJson(value: unknown): unknown {
  const document = value as Plain;
  if (isObject(document.structValue)) {
    const fields = (document.structValue.fields ?? {}) as Plain;
    return Object.fromEntries(Object.entries(fields).map(([k, v]) => [k, documentToJson(v)]));
  }
  if (isObject(document.listValue))
    return ((document.listValue.values ?? []) as unknown[]).map(documentToJson);
  return document.stringValue ?? document.numberValue ?? document.boolValue ?? null;
}
