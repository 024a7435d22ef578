import protobuf from 'protobufjs';
import { allowedStrings, presenceOf } from '../descriptors.js';
import type { Walk } from './walk.js';

/** Checks one value and gives it back as the plain shape holds it. */
export type Reader = (value: unknown, walk: Walk) => unknown;

const integerBounds: Readonly<Record<string, readonly [min: number, max: number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  uint64: [0, Number.MAX_SAFE_INTEGER],
};

/** The strings that a member takes; undefined where it takes any, or is no text. */
export function valuesOf(field: protobuf.Field): readonly string[] | undefined {
  if (field.resolvedType instanceof protobuf.Enum) {
    const { values, valuesById } = field.resolvedType;
    return Object.keys(values).filter((name) => name !== valuesById[0] || !name.endsWith('UNSET'));
  }
  return allowedStrings(field);
}

/** The reader of a member that is neither message nor list nor map, or of one value of such. */
export function scalarReader(field: protobuf.Field): Reader {
  const allowed = valuesOf(field);
  if (allowed) {
    const unset =
      field.resolvedType instanceof protobuf.Enum && presenceOf(field) === 'implicit'
        ? field.resolvedType.valuesById[0]
        : undefined;
    return oneOf(allowed, unset);
  }
  const bounds = integerBounds[field.type];
  if (bounds) return integer(bounds[0], bounds[1]);
  switch (field.type) {
    case 'string':
      return text;
    case 'bool':
      return flag;
    case 'double':
    case 'float':
      return number;
    default:
      throw new Error(`no reader for ${field.fullName}: ${field.type}`);
  }
}

function oneOf(allowed: readonly string[], unset: string | undefined): Reader {
  const set = new Set(allowed);
  return (value, walk) => {
    if (typeof value !== 'string') throw walk.wrongType('text', value);
    if (!set.has(value) && value !== unset) throw walk.notAllowed(value, allowed);
    return value;
  };
}

function integer(min: number, max: number): Reader {
  return (value, walk) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) throw walk.wrongType('a whole number', value);
    if (value < min || value > max) throw walk.wrongType(`a whole number from ${min} to ${max}`, value);
    return value === 0 ? 0 : value;
  };
}

const text: Reader = (value, walk) => {
  if (typeof value !== 'string') throw walk.wrongType('text', value);
  return value;
};

const flag: Reader = (value, walk) => {
  if (typeof value !== 'boolean') throw walk.wrongType('a boolean', value);
  return value;
};

const number: Reader = (value, walk) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw walk.wrongType('a number', value);
  return value;
};
