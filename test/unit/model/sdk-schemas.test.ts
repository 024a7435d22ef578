import * as sdk from '@aws-sdk/client-ecs';
import {
  allowedStrings,
  descriptors,
  ecsErrors,
  messageType,
  protocolErrorNames,
  protoPackage,
  serviceDescriptor,
} from '@longshore/model';
import { expect } from 'chai';
import protobuf from 'protobufjs';

// The SDK's schemas at run time are arrays: [kind, namespace, name, traits, ...]. 3 is a structure, 4 a union, 9 an
// operation, -3 an error; members' types are a number (0 text, 1 number, 2 boolean, 4 time, 15 document, 64 and 128
// marks for list and map), an array (1 list, 2 map, 0 a named simple type), or a function that gives one of them.
type Schema = readonly unknown[];
/** `text`, `number`, ..., the name of a message, or `list of` and `map of` one of these. */
type Kind = string;

const exported = sdk as unknown as Readonly<Record<string, unknown>>;
const schemas = Object.values(exported).filter(
  (v): v is Schema => Array.isArray(v) && v[1] === 'com.amazonaws.ecs',
);
const ofKind = (...kinds: readonly number[]): readonly Schema[] =>
  schemas.filter((s) => kinds.includes(Number(s[0])));

function sdkKind(type: unknown): Kind {
  if (typeof type === 'function') return sdkKind((type as () => unknown)());
  if (typeof type === 'number') return simpleKind(type);
  if (!Array.isArray(type)) throw new Error(`an unknown type of schema: ${String(type)}`);
  // A member with traits of its own: [type, traits].
  if (typeof type[0] === 'function' || (type.length === 2 && typeof type[0] === 'number'))
    return sdkKind(type[0]);
  if (type[0] === 1) return `list of ${sdkKind(type[4])}`;
  if (type[0] === 2) return `map of ${sdkKind(type[5])}`;
  if (type[0] === 0) return sdkKind(type[4]);
  return String(type[2]);
}

function simpleKind(code: number): Kind {
  if (code >= 128) return `map of ${simpleKind(code - 128)}`;
  if (code >= 64) return `list of ${simpleKind(code - 64)}`;
  const names: Readonly<Record<number, Kind>> = {
    0: 'text',
    1: 'number',
    2: 'boolean',
    4: 'time',
    15: 'document',
  };
  const name = names[code];
  if (!name) throw new Error(`an unknown code of a simple type: ${code}`);
  return name;
}

function protoKind(field: protobuf.Field): Kind {
  field.resolve();
  if (field instanceof protobuf.MapField) return `map of ${valueKind(field)}`;
  if (field.repeated) return `list of ${valueKind(field)}`;
  const type = field.resolvedType;
  if (type instanceof protobuf.Type && field.options?.['(keeps_absent)'] === true)
    return protoKind(type.fieldsArray[0] as protobuf.Field);
  return valueKind(field);
}

function valueKind(field: protobuf.Field): Kind {
  const type = field.resolvedType;
  if (type instanceof protobuf.Enum) return 'text';
  if (type instanceof protobuf.Type) {
    if (type.fullName === '.google.protobuf.Timestamp') return 'time';
    return type.fullName.startsWith('.google.') ? 'document' : type.name;
  }
  if (field.type === 'string') return 'text';
  return field.type === 'bool' ? 'boolean' : 'number';
}

describe('the contract against the schemas of @aws-sdk/client-ecs', () => {
  it('sees the schemas of the SDK', () => {
    expect(ofKind(3).length).to.be.greaterThan(350);
    expect(ofKind(9).length).to.be.greaterThan(80);
  });

  it('has every member of every shape, with its spelling and its type', () => {
    const problems: string[] = [];
    for (const schema of ofKind(3, 4)) problems.push(...shapeProblems(schema));
    expect(problems).to.deep.equal([]);
  });

  it('has every operation, with its request and its response', () => {
    const service = serviceDescriptor('EcsService');
    const problems = ofKind(9).flatMap((schema) => {
      const name = String(schema[2]);
      const method = service.methods[name];
      if (!method) return [`EcsService lacks ${name}`];
      const [request, response] = [sdkKind(schema[4]), sdkKind(schema[5])];
      return method.requestType === request && method.responseType === response
        ? []
        : [`${name} is (${request}) -> ${response}, not (${method.requestType}) -> ${method.responseType}`];
    });
    expect(problems).to.deep.equal([]);
    expect(service.methodsArray).to.have.length(ofKind(9).length);
  });

  it('has every string of every enum', () => {
    const problems = Object.entries(exported).flatMap(([name, value]) => enumProblems(name, value));
    expect(problems).to.deep.equal([]);
  });

  it('knows every exception, its fault and its status', () => {
    const problems = ofKind(-3).flatMap((schema) => {
      const name = String(schema[2]);
      const traits = schema[3] as { readonly error?: string; readonly httpError?: number };
      const known = ecsErrors[name as keyof typeof ecsErrors];
      if (!known) return [`errors.ts lacks ${name}`];
      const status = traits.httpError ?? (traits.error === 'server' ? 500 : 400);
      return known.fault === traits.error && known.httpStatus === status
        ? []
        : [`${name}: ${status} ${traits.error}`];
    });
    expect(problems).to.deep.equal([]);
    expect(Object.keys(ecsErrors)).to.have.length(ofKind(-3).length + protocolErrorNames.length);
  });
});

function shapeProblems(schema: Schema): readonly string[] {
  const name = String(schema[2]);
  const [members, types] = [schema[4] as readonly string[], schema[5] as readonly unknown[]];
  const type = descriptors.lookup(`${protoPackage}.${name}`);
  if (!(type instanceof protobuf.Type)) return [`no message ${name}`];
  return members.flatMap((member, i) => {
    const field = messageType(name).fields[member];
    if (!field) return [`${name} lacks ${member}`];
    const [asked, has] = [sdkKind(types[i]), protoKind(field)];
    return asked === has ? [] : [`${name}.${member} is ${asked}, not ${has}`];
  });
}

/** Enums whose strings are no proto identifiers stand as text with their strings in options of some member. */
const textStrings = new Set(
  descriptors.nestedArray.flatMap(function strings(node: protobuf.ReflectionObject): readonly string[] {
    if (node instanceof protobuf.Type) return node.fieldsArray.flatMap((f) => allowedStrings(f) ?? []);
    return node instanceof protobuf.Namespace ? node.nestedArray.flatMap(strings) : [];
  }),
);
/** ECS leaves it open: an engine may have drivers of its own. */
const openEnums = new Set(['LogDriver']);

function enumProblems(name: string, value: unknown): readonly string[] {
  if (!/^[A-Z]/.test(name) || typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const strings = Object.values(value);
  if (strings.length === 0 || openEnums.has(name) || !strings.every((s) => typeof s === 'string')) return [];
  const holder = descriptors.lookup(`${protoPackage}.${name}`);
  const values = holder instanceof protobuf.Type ? holder.nested?.Value : undefined;
  const known = values instanceof protobuf.Enum ? new Set(Object.keys(values.values)) : textStrings;
  return strings.filter((s) => !known.has(s)).map((s) => `${name} lacks ${s}`);
}
