import { allowedStrings, hasOption, messageType, presenceOf } from '@longshore/model';
import { kebab } from './kebab.js';

type MessageType = ReturnType<typeof messageType>;
type Field = MessageType['fieldsArray'][number];

/** What a member of an ECS shape holds, as far as a person who types it must know. */
export type Kind =
  | { readonly is: 'text'; readonly allowed?: readonly string[] }
  | { readonly is: 'integer' | 'number' | 'flag' | 'timestamp' | 'anything' }
  | { readonly is: 'structure'; readonly shape: string }
  | { readonly is: 'list'; readonly of: Kind }
  | { readonly is: 'map'; readonly of: Kind };

export interface Member {
  /** ECS's name. */
  readonly name: string;
  /** The word of `aws ecs`, without the dashes before it. */
  readonly word: string;
  readonly kind: Kind;
  readonly comment: string | undefined;
  readonly sensitive: boolean;
}

/** Fields from here on are answers beyond ECS: never asked for, never in ECS's JSON. */
const firstOwnNumber = 1000;

const known = new Map<string, readonly Member[]>();

/** The members of an ECS shape, in the order of the contract. */
export function membersOf(shape: string): readonly Member[] {
  let members = known.get(shape);
  if (!members) {
    members = messageType(shape)
      .fieldsArray.filter((f) => f.id < firstOwnNumber)
      .map((f) => memberOf(f.resolve() as Field));
    known.set(shape, members);
  }
  return members;
}

function memberOf(field: Field): Member {
  return {
    name: field.name,
    word: kebab(field.name),
    kind: kindOf(field),
    comment: field.comment ?? undefined,
    sensitive: hasOption(field, 'sensitive'),
  };
}

function kindOf(field: Field): Kind {
  // A list that can be absent sits in a message of one field, which people never see.
  if (hasOption(field, 'keeps_absent')) {
    const inner = isMessage(field.resolvedType) ? field.resolvedType.fieldsArray[0] : undefined;
    if (inner) return kindOf(inner.resolve() as Field);
  }
  const presence = presenceOf(field);
  if (presence === 'list') return { is: 'list', of: elementKind(field) };
  if (presence === 'map') return { is: 'map', of: elementKind(field) };
  return elementKind(field);
}

function elementKind(field: Field): Kind {
  const type = field.resolvedType;
  if (isMessage(type)) {
    if (type.fullName === '.google.protobuf.Timestamp') return { is: 'timestamp' };
    if (type.fullName.startsWith('.google.')) return { is: 'anything' };
    return { is: 'structure', shape: type.name };
  }
  if (type) {
    const allowed = Object.keys(type.values).filter((v) => !v.endsWith('UNSET'));
    return { is: 'text', allowed };
  }
  if (field.type === 'bool') return { is: 'flag' };
  if (field.type === 'double' || field.type === 'float') return { is: 'number' };
  if (/int(32|64)$/.test(field.type)) return { is: 'integer' };
  const allowed = allowedStrings(field);
  return allowed ? { is: 'text', allowed } : { is: 'text' };
}

function isMessage(type: Field['resolvedType']): type is MessageType {
  return type !== null && 'fieldsArray' in type;
}
