import { hasOption, presenceOf, valuesOf } from '@longshore/model';
import protobuf from 'protobufjs';

const arn = 'arn:aws:ecs:us-east-1:123456789012:';

const strangeTexts: readonly string[] = [
  '',
  ' ',
  '/',
  '../x',
  '__proto__',
  'a/b/c/d/e',
  'x:0',
  'x:99999999999999999999',
  'é\u0000\ud83d',
  'a'.repeat(9000),
  '(((((((((((',
  `${arn}task/`,
  `${arn}cluster/a/b`,
];

/** One member of a request, at any depth. */
export interface Member {
  readonly path: string;
  /** A value at the member, inside whatever holds it. */
  readonly around: (value: unknown) => unknown;
  /** Of no right type. */
  readonly wrong: readonly unknown[];
  /** Of the right type, and such as nobody means: what operations must refuse or take, never stumble over. */
  readonly strange: readonly unknown[];
}

/** Every member below a message, with values that are of no right type for it. */
export function* membersOf(
  type: protobuf.Type,
  path: string,
  around: Member['around'],
  above: readonly protobuf.Type[] = [],
): Generator<Member> {
  for (const field of type.fieldsArray) {
    if (field.id >= 1000) continue;
    const at = path === '' ? field.name : `${path}.${field.name}`;
    yield* memberOf(field.resolve(), at, (v) => around({ [field.name]: v }), [...above, type]);
  }
}

function* memberOf(
  field: protobuf.Field,
  path: string,
  around: Member['around'],
  above: readonly protobuf.Type[],
): Generator<Member> {
  const type = field.resolvedType;
  const presence = presenceOf(field);
  if (type instanceof protobuf.Type && hasOption(field, 'keeps_absent')) {
    const only = type.fieldsArray[0];
    if (only) yield* memberOf(only.resolve(), path, around, above);
    return;
  }
  if (presence === 'list') {
    yield { path, around, wrong: ['x', 1, true, {}, [null]], strange: [[], null] };
    yield* valueMembers(field, `${path}[0]`, (v) => around([v]), above);
  } else if (presence === 'map') {
    yield { path, around, wrong: ['x', 1, true, []], strange: [{}, { '': null }, null] };
    yield* valueMembers(field, `${path}.k`, (v) => around({ k: v }), above);
  } else yield* valueMembers(field, path, around, above);
}

function* valueMembers(
  field: protobuf.Field,
  path: string,
  around: Member['around'],
  above: readonly protobuf.Type[],
): Generator<Member> {
  const type = field.resolvedType;
  if (type instanceof protobuf.Type) {
    if (type.fullName === '.google.protobuf.Value') return;
    if (type.fullName === '.google.protobuf.Timestamp') {
      yield { path, around, wrong: ['2030-01-01', true, {}, [], 1e300], strange: [-1, 0, 1e12] };
      return;
    }
    yield { path, around, wrong: ['x', 1, true, []], strange: [{}, null] };
    if (!above.includes(type)) yield* membersOf(type, path, around, above);
    return;
  }
  const enumerated = valuesOf(field);
  if (enumerated)
    yield { path, around, wrong: [1, true, {}, [], '', 'UNSET', 'no such value'], strange: [...enumerated] };
  else if (field.type === 'string') yield { path, around, wrong: [1, true, {}, []], strange: strangeTexts };
  else if (field.type === 'bool')
    yield { path, around, wrong: ['true', 1, {}, []], strange: [true, false, null] };
  else if (field.type === 'double')
    yield { path, around, wrong: ['1', true, {}, []], strange: [-1, 0, 1e300, 0.1] };
  else
    yield { path, around, wrong: ['1', 1.5, 1e300, true, {}, []], strange: [-1, 0, 2 ** 31 - 1, -(2 ** 31)] };
}
