import protobuf from 'protobufjs';
import type { MessageName } from '../codec.js';
import { hasOption, messageType, presenceOf } from '../descriptors.js';
import { firstOwnNumber } from './from-json.js';
import { valuesOf } from './scalars.js';

/** An example of a message in ECS's JSON with every member there, to be filled in: `--generate-cli-skeleton`. */
export function skeletonOf(name: MessageName): Record<string, unknown> {
  return messageSkeleton(messageType(name), []);
}

function messageSkeleton(type: protobuf.Type, above: readonly protobuf.Type[]): Record<string, unknown> {
  const members = type.fieldsArray.filter((f) => f.id < firstOwnNumber);
  return Object.fromEntries(members.map((f) => [f.name, memberSkeleton(f.resolve(), [...above, type])]));
}

function memberSkeleton(field: protobuf.Field, above: readonly protobuf.Type[]): unknown {
  const value = valueSkeleton(field, above);
  switch (presenceOf(field)) {
    case 'list':
      return [value];
    case 'map':
      return { KeyName: value };
    default:
      return value;
  }
}

function valueSkeleton(field: protobuf.Field, above: readonly protobuf.Type[]): unknown {
  const type = field.resolvedType;
  if (!(type instanceof protobuf.Type)) return valuesOf(field)?.[0] ?? scalarSkeleton(field.type);
  if (type.fullName === '.google.protobuf.Timestamp') return 0;
  if (type.fullName === '.google.protobuf.Value' || above.includes(type)) return {};
  const only = type.fieldsArray[0];
  if (only && hasOption(field, 'keeps_absent')) return memberSkeleton(only.resolve(), above);
  return messageSkeleton(type, above);
}

function scalarSkeleton(type: string): unknown {
  if (type === 'string' || type === 'bytes') return '';
  return type === 'bool' ? true : 0;
}
