import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';

/** Where the .proto files lie: beside packages/, from src/ and from dist/ alike. */
export const protoDirectory: string = fileURLToPath(new URL('../../../proto/', import.meta.url));

export const protoFiles = [
  'longshore/v1/options.proto',
  'longshore/v1/types.proto',
  'longshore/v1/ecs.proto',
  'longshore/v1/state.proto',
  'longshore/v1/agent.proto',
  'longshore/v1/longshore.proto',
] as const;

export const protoPackage = 'longshore.v1';

/** Reads the contract: every message, enum, service, option and comment of proto/. */
export function loadDescriptors(): protobuf.Root {
  const root = new protobuf.Root();
  const { resolve } = createRequire(import.meta.url);
  // protobufjs bundles the well-known types but for descriptor.proto, which lies in its package as a file.
  root.resolvePath = (_origin, target) => {
    if (target === 'google/protobuf/descriptor.proto') return resolve(`protobufjs/${target}`);
    return target.startsWith('google/') ? target : `${protoDirectory}${target}`;
  };
  root.loadSync([...protoFiles], { keepCase: true, alternateCommentMode: true });
  root.resolveAll();
  return root;
}

/** The contract of this process. Immutable once loaded. */
export const descriptors: protobuf.Root = loadDescriptors();

/** What has been looked up, which takes a walk through all namespaces: calls ask for the type of their message. */
const types = new Map<string, protobuf.Type>();

export function messageType(name: string): protobuf.Type {
  let type = types.get(name);
  if (!type) {
    type = descriptors.lookupType(`${protoPackage}.${name}`);
    types.set(name, type);
  }
  return type;
}

export function serviceDescriptor(name: string): protobuf.Service {
  return descriptors.lookupService(`${protoPackage}.${name}`);
}

/** How a member appears in plain objects. */
export type FieldPresence = 'list' | 'map' | 'message' | 'optional' | 'implicit';

export function presenceOf(field: protobuf.Field): FieldPresence {
  if (field instanceof protobuf.MapField) return 'map';
  if (field.repeated) return 'list';
  if (field.resolvedType instanceof protobuf.Type) return 'message';
  // A member of a oneof (google.protobuf.Value's) is absent when another one is set.
  return field.partOf || field.options?.['proto3_optional'] === true ? 'optional' : 'implicit';
}

/** An option of options.proto on a member, e.g. `answer_empty`. */
export function hasOption(
  field: protobuf.Field,
  option: 'answer_empty' | 'keeps_absent' | 'sensitive',
): boolean {
  return field.options?.[`(${option})`] === true;
}

/** The strings that ECS allows for a member that is text on the wire; undefined where anything goes. */
export function allowedStrings(field: protobuf.Field): readonly string[] | undefined {
  const found = (field.parsedOptions as readonly Record<string, unknown>[] | undefined)
    ?.map((o) => o['(one_of)'])
    .filter((v) => typeof v === 'string');
  return found && found.length > 0 ? found : undefined;
}
