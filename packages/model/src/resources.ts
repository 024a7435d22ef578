import type {
  Compatibility,
  ContainerDefinition,
  ContainerOverride,
  HeldPort,
  TaskDefinition,
  TaskOverride,
} from './generated/shapes.js';

/** What one task takes of its instance. */
export interface TaskNeeds {
  readonly cpuUnits: number;
  readonly memoryMiB: number;
  /** Static host ports; dynamic ones are the agent's. */
  readonly ports: readonly HeldPort[];
  readonly gpuCount: number;
}

/**
 * What a task of this definition holds from placement to STOPPED, by ECS's rules: task-level cpu and memory where
 * given, else the sums over the containers of cpu and of memoryReservation, or memory where there is none.
 */
export function taskNeeds(definition: TaskDefinition, overrides?: TaskOverride): TaskNeeds {
  const containers = definition.containerDefinitions ?? [];
  const overrideOf = new Map(overrides?.containerOverrides?.map((o) => [o.name, o]));
  const sum = (of: (container: ContainerDefinition, override?: ContainerOverride) => number): number =>
    containers.reduce((total, c) => total + of(c, overrideOf.get(c.name)), 0);
  return {
    cpuUnits: cpuUnitsOf(overrides?.cpu ?? definition.cpu) ?? sum((c, o) => o?.cpu ?? c.cpu ?? 0),
    memoryMiB: memoryMiBOf(overrides?.memory ?? definition.memory) ?? sum(containerMemoryMiB),
    ports: staticPorts(definition),
    gpuCount: sum(gpuCount),
  };
}

function containerMemoryMiB(container: ContainerDefinition, override?: ContainerOverride): number {
  const soft = override?.memoryReservation ?? container.memoryReservation;
  return soft ?? override?.memory ?? container.memory ?? 0;
}

/** How many GPUs a container asks for. */
export function gpuCount(container: ContainerDefinition, override?: ContainerOverride): number {
  // A list that came by protobuf is never absent: an empty one overrides nothing.
  const asked = override?.resourceRequirements ?? [];
  const wanted = asked.length > 0 ? asked : (container.resourceRequirements ?? []);
  return wanted.reduce((total, r) => total + (r.type === 'GPU' ? Number(r.value ?? 0) : 0), 0);
}

/** The host ports that the definition fixes: hostPort in bridge mode, containerPort in host mode. */
export function staticPorts(definition: TaskDefinition): readonly HeldPort[] {
  const { networkMode } = definition;
  if (networkMode === 'awsvpc' || networkMode === 'none') return [];
  const ports: HeldPort[] = [];
  for (const container of definition.containerDefinitions ?? [])
    for (const mapping of container.portMappings ?? []) {
      const port = networkMode === 'host' ? (mapping.containerPort ?? mapping.hostPort) : mapping.hostPort;
      if (port) ports.push({ port, protocol: mapping.protocol ?? 'tcp' });
    }
  return ports;
}

/** Task-level cpu in units of 1/1024 vCPU: `1024`, `1 vCPU`, `.5 vcpu`; undefined where absent or malformed. */
export function cpuUnitsOf(text: string | undefined): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*(vcpu)?\s*$/i.exec(text ?? '');
  if (!match) return undefined;
  const units = Number(match[1]) * (match[2] ? 1024 : 1);
  return Number.isInteger(units) ? units : undefined;
}

/** Task-level memory in MiB: `512`, `2GB`, `2 GB`, `.5GB`; undefined where absent or malformed. */
export function memoryMiBOf(text: string | undefined): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*(gb)?\s*$/i.exec(text ?? '');
  if (!match) return undefined;
  const mib = Number(match[1]) * (match[2] ? 1024 : 1);
  return Number.isInteger(mib) ? mib : undefined;
}

/** Where a definition can run. Every valid one runs here, so EC2 is always among them, as on ECS for Linux. */
export function compatibilitiesOf(definition: TaskDefinition): readonly Compatibility[] {
  const asked = new Set(definition.requiresCompatibilities ?? []);
  const found: Compatibility[] = ['EC2'];
  if (asked.has('EXTERNAL') || runsExternally(definition)) found.push('EXTERNAL');
  if (asked.has('FARGATE')) found.push('FARGATE');
  if (asked.has('MANAGED_INSTANCES')) found.push('MANAGED_INSTANCES');
  return found;
}

/** ECS Anywhere knows neither awsvpc nor GPUs by awsvpc; what it lacks, ECS leaves out of compatibilities. */
function runsExternally(definition: TaskDefinition): boolean {
  return definition.networkMode !== 'awsvpc';
}
