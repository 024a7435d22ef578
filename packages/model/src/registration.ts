import { shown } from './arn.js';
import { clientException } from './errors.js';
import type {
  ContainerDefinition,
  NetworkMode,
  PortMapping,
  RegisterTaskDefinitionRequest,
  TaskDefinition,
} from './generated/shapes.js';
import { limits } from './limits.js';
import { cpuUnitsOf, memoryMiBOf } from './resources.js';
import { checkTags } from './tags.js';
import { checkContainer } from './validation/container.js';
import { checkFargate } from './validation/fargate.js';
import { checkWhole, ecsName, isGiven, notSupported } from './validation/faults.js';
import { checkNeighbours } from './validation/neighbours.js';
import { checkPorts } from './validation/ports.js';
import { checkTaskSize } from './validation/task-size.js';
import { checkVolumes } from './validation/volumes.js';
import { toJson } from './walker/index.js';

/**
 * What RegisterTaskDefinition stores: the request checked, with the defaults that ECS fills in, and no others (a client
 * compares the answer with what it sent). Throws ECS's exceptions, which name the member and the fault.
 * Expressions of placement constraints are the scheduler's to read.
 */
export function definitionOf(request: RegisterTaskDefinitionRequest): TaskDefinition {
  const { tags, ...definition } = request;
  checkLength(request);
  checkFamily(definition.family);
  checkRefused(definition);
  checkCount(definition.containerDefinitions ?? []);
  for (const container of definition.containerDefinitions ?? []) checkContainer(container);
  checkNeighbours(definition);
  checkPorts(definition);
  checkVolumes(definition);
  checkFargate(definition);
  checkTaskSize(definition);
  checkConstraints(definition);
  checkTags(tags, 'task-definition');
  return withDefaults(definition);
}

function checkLength(request: RegisterTaskDefinitionRequest): void {
  // As ECS's JSON: what came by gRPC has every empty list spelled out, which is not what the limit counts.
  const bytes = Buffer.byteLength(JSON.stringify(toJson('RegisterTaskDefinitionRequest', request)));
  if (bytes > limits.taskDefinitionBytes)
    throw clientException(
      `Actual length: '${bytes}'. Max allowed length is '${limits.taskDefinitionBytes}' bytes.`,
    );
}

function checkFamily(family: string | undefined): void {
  if (!family) throw clientException('Family should not be null or empty.');
  if (!ecsName.test(family))
    throw clientException(
      `Family contains invalid characters: '${shown(family)}' (up to 255 letters, digits, hyphens, underscores).`,
    );
}

function checkCount(containers: readonly ContainerDefinition[]): void {
  if (containers.length === 0) throw clientException('Container list cannot be empty.');
  if (containers.length > limits.containersPerTaskDefinition) throw clientException('Too many containers.');
}

function checkRefused(definition: TaskDefinition): void {
  const where = 'Task definition';
  if (definition.proxyConfiguration) throw notSupported(where, 'proxyConfiguration');
  if (isGiven(definition.inferenceAccelerators)) throw notSupported(where, 'inferenceAccelerators');
  if (definition.enableFaultInjection) throw notSupported(where, 'enableFaultInjection');
  const system = definition.runtimePlatform?.operatingSystemFamily;
  if (system?.startsWith('WINDOWS'))
    throw notSupported(where, `runtimePlatform.operatingSystemFamily ${system}`);
  checkWhole(definition.ephemeralStorage?.sizeInGiB, { min: 21, max: 200 }, (bounds) =>
    clientException(`ephemeralStorage.sizeInGiB must be ${bounds}.`),
  );
}

function checkConstraints({ placementConstraints = [] }: TaskDefinition): void {
  if (placementConstraints.length > limits.placementConstraints)
    throw clientException(`Placement constraints: at most ${limits.placementConstraints} are allowed.`);
  for (const { type, expression } of placementConstraints) {
    if (type !== undefined && type !== 'memberOf')
      throw clientException(`constraint.type '${shown(type)}' is not supported.`);
    if (type === undefined || !expression)
      throw clientException(
        'Placement constraints of a task definition must be memberOf with an expression.',
      );
  }
}

/** Only what ECS documents to fill in: anything more would show for ever as a difference to what was asked for. */
function withDefaults(definition: TaskDefinition): TaskDefinition {
  const mode = definition.networkMode ?? 'bridge';
  const { cpu, memory } = definition;
  return {
    ...definition,
    cpu: cpu === undefined ? undefined : String(cpuUnitsOf(cpu)),
    memory: memory === undefined ? undefined : String(memoryMiBOf(memory)),
    volumes: definition.volumes ?? [],
    placementConstraints: definition.placementConstraints ?? [],
    containerDefinitions: (definition.containerDefinitions ?? []).map((c) => containerDefaults(c, mode)),
  };
}

function containerDefaults(container: ContainerDefinition, mode: NetworkMode): ContainerDefinition {
  return {
    ...container,
    cpu: container.cpu ?? 0,
    essential: container.essential ?? true,
    environment: container.environment ?? [],
    mountPoints: container.mountPoints ?? [],
    volumesFrom: container.volumesFrom ?? [],
    systemControls: container.systemControls ?? [],
    portMappings: (container.portMappings ?? []).map((m) => mappingDefaults(m, mode)),
  };
}

function mappingDefaults(mapping: PortMapping, mode: NetworkMode): PortMapping {
  const protocol = mapping.protocol ?? 'tcp';
  if (mapping.containerPortRange !== undefined) return { ...mapping, protocol };
  const hostPort = mapping.hostPort || (mode === 'bridge' ? 0 : mapping.containerPort);
  return { ...mapping, protocol, hostPort };
}
