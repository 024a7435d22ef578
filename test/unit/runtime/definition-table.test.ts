import * as sdk from '@aws-sdk/client-ecs';
import { type ContainerDefinition, definitionOf, type RegisterTaskDefinitionRequest } from '@longshore/model';
import { definitionTables, type Entry } from '@longshore/runtime';
import { expect } from 'chai';

/** A structure of the SDK: kind 3, then namespace, name, traits, names of the members, their schemas. */
type StructureSchema = readonly [3, string, string, unknown, readonly string[], readonly unknown[]];

/** Through the functions and the lists and maps that the SDK wraps a schema in, to the structure inside, if any. */
function structureOf(schema: unknown): StructureSchema | undefined {
  if (typeof schema === 'function') return structureOf(schema());
  if (!Array.isArray(schema)) return undefined;
  if (typeof schema[0] === 'function') return structureOf(schema[0]());
  if (schema[0] === 3) return schema as unknown as StructureSchema;
  if (schema[0] === 1) return structureOf(schema[4]);
  if (schema[0] === 2) return structureOf(schema[5]);
  return undefined;
}

/** Every shape below the task definition by name; what lies below a refused member needs no table. */
function shapesOf(schema: StructureSchema, found = new Map<string, StructureSchema>()): typeof found {
  const [, , name, , members, schemas] = schema;
  if (found.has(name)) return found;
  found.set(name, schema);
  members.forEach((member, i) => {
    const entry = definitionTables[name]?.[member];
    const below = structureOf(schemas[i]);
    if (below && entry && !('refused' in entry) && !('kept' in entry)) shapesOf(below, found);
  });
  return found;
}

const shapes = shapesOf(sdk.TaskDefinition$ as unknown as StructureSchema);

/** A request that holds the member; its refusal must name it. */
const refusals: Readonly<Record<string, Partial<RegisterTaskDefinitionRequest> | ContainerDefinition>> = {
  'ContainerDefinition.secrets': { secrets: [{ name: 'A', valueFrom: 'arn' }] },
  'ContainerDefinition.repositoryCredentials': { repositoryCredentials: { credentialsParameter: 'arn' } },
  'ContainerDefinition.credentialSpecs': { credentialSpecs: ['credentialspec:arn'] },
  'ContainerDefinition.firelensConfiguration': { firelensConfiguration: { type: 'fluentbit' } },
  'LogConfiguration.secretOptions': {
    logConfiguration: { logDriver: 'splunk', secretOptions: [{ name: 'A', valueFrom: 'arn' }] },
  },
  'ResourceRequirement.sharingStrategy': {
    resourceRequirements: [{ type: 'GPU', value: '1', sharingStrategy: {} }],
  } as ContainerDefinition,
  'Volume.efsVolumeConfiguration': {
    volumes: [{ name: 'v', efsVolumeConfiguration: { fileSystemId: 'fs-1' } }],
  },
  'Volume.s3filesVolumeConfiguration': {
    volumes: [{ name: 'v', s3filesVolumeConfiguration: { fileSystemArn: 'arn' } }],
  },
  'Volume.fsxWindowsFileServerVolumeConfiguration': {
    volumes: [{ name: 'v', fsxWindowsFileServerVolumeConfiguration: { fileSystemId: 'fs-1' } }],
  },
  'Volume.configuredAtLaunch': { volumes: [{ name: 'v', configuredAtLaunch: true }] },
  'TaskDefinition.inferenceAccelerators': {
    inferenceAccelerators: [{ deviceName: 'a', deviceType: 'eia2' }],
  },
  'TaskDefinition.proxyConfiguration': { proxyConfiguration: { containerName: 'main' } },
  'TaskDefinition.enableFaultInjection': { enableFaultInjection: true },
};

function requestWith(path: string): RegisterTaskDefinitionRequest {
  const inContainer = /^(ContainerDefinition|LogConfiguration|ResourceRequirement)\./.test(path);
  const sample = refusals[path];
  return {
    family: 'web',
    containerDefinitions: [
      {
        name: 'main',
        image: 'busybox:1.36',
        memory: 64,
        ...(inContainer && (sample as ContainerDefinition)),
      },
    ],
    ...(!inContainer && (sample as Partial<RegisterTaskDefinitionRequest>)),
  };
}

describe("the table of ECS's task definition", () => {
  for (const [name, [, , , , members]] of shapes)
    it(`has every member of ${name}, and none that the SDK does not have`, () => {
      expect(Object.keys(definitionTables[name] ?? {})).to.have.members(members);
    });

  it('has no table of a shape that nothing leads to', () => {
    expect(Object.keys(definitionTables)).to.have.members([...shapes.keys()]);
  });

  it('has 42 members of the container definition', () => {
    expect(Object.keys(definitionTables.ContainerDefinition ?? {})).to.have.length(42);
  });

  it('nests exactly where the SDK has a structure', () => {
    for (const [name, [, , , , members, schemas]] of shapes)
      members.forEach((member, i) => {
        const entry = definitionTables[name]?.[member] as Entry;
        if ('refused' in entry || 'kept' in entry) return;
        const below = structureOf(schemas[i])?.[2];
        expect('nested' in entry ? entry.nested : undefined, `${name}.${member}`).to.equal(below);
      });
  });

  const refused = Object.entries(definitionTables).flatMap(([shape, table]) =>
    Object.entries(table)
      .filter(([, entry]) => 'refused' in entry)
      .map(([member]) => `${shape}.${member}`),
  );
  for (const path of refused)
    it(`${path} is refused at registration, by its name`, () => {
      expect(Object.keys(refusals), 'a request that holds it').to.include(path);
      const member = path.slice(path.indexOf('.') + 1);
      expect(() => definitionOf(requestWith(path))).to.throw(new RegExp(member, 'i'));
    });

  it('registers the same request without the refused member', () => {
    expect(definitionOf(requestWith('none')).family).to.equal('web');
  });
});
