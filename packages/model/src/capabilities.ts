import type { Attribute, ContainerDefinition, TaskDefinition } from './generated/shapes.js';

const amazon = 'com.amazonaws.ecs.capability.';
const ecs = 'ecs.capability.';

/** Names of the attributes that agents register for what their engine can, and definitions require. ECS's names. */
export const capabilities = {
  privileged: `${amazon}privileged-container`,
  selinux: `${amazon}selinux`,
  apparmor: `${amazon}apparmor`,
  remoteApi: (version: string): string => `${amazon}docker-remote-api.${version}`,
  loggingDriver: (driver: string): string => `${amazon}logging-driver.${driver}`,
  taskEni: `${ecs}task-eni`,
  taskLimits: `${ecs}task-cpu-mem-limit`,
  healthCheck: `${ecs}container-health-check`,
  ordering: `${ecs}container-ordering`,
  namespaceSharing: `${ecs}pid-ipc-namespace-sharing`,
  portRange: `${ecs}container-port-range`,
  restartPolicy: `${ecs}container-restart-policy`,
  volumePlugin: (driver: string): string => `${ecs}docker-plugin.${driver}`,
  /** Ours: files of environment variables from the host's disk. */
  environmentFiles: `${ecs}env-files.longshore-file`,
} as const;

interface Requirement {
  readonly name: string;
  readonly when: (definition: TaskDefinition) => boolean;
}

const anyContainer =
  (has: (container: ContainerDefinition) => unknown): Requirement['when'] =>
  (definition) =>
    (definition.containerDefinitions ?? []).some((c) => Boolean(has(c)));

const some = (list: readonly unknown[] | undefined): boolean => (list?.length ?? 0) > 0;

/** Which features need which capability. Versions are those of Docker's API that brought the feature. */
const requirements: readonly Requirement[] = [
  { name: capabilities.remoteApi('1.18'), when: () => true },
  { name: capabilities.remoteApi('1.21'), when: anyContainer((c) => c.memoryReservation) },
  {
    name: capabilities.remoteApi('1.22'),
    when: anyContainer((c) => c.linuxParameters?.sharedMemorySize ?? some(c.linuxParameters?.tmpfs)),
  },
  { name: capabilities.remoteApi('1.24'), when: anyContainer((c) => c.healthCheck) },
  { name: capabilities.remoteApi('1.25'), when: anyContainer((c) => c.linuxParameters?.initProcessEnabled) },
  { name: capabilities.privileged, when: anyContainer((c) => c.privileged) },
  { name: capabilities.selinux, when: securityOption('label:', 'label=') },
  { name: capabilities.apparmor, when: securityOption('apparmor:', 'apparmor=') },
  { name: capabilities.taskEni, when: (d) => d.networkMode === 'awsvpc' },
  { name: capabilities.taskLimits, when: (d) => d.cpu !== undefined || d.memory !== undefined },
  { name: capabilities.healthCheck, when: anyContainer((c) => c.healthCheck) },
  {
    name: capabilities.ordering,
    when: anyContainer(
      (c) => some(c.dependsOn) || c.startTimeout !== undefined || c.stopTimeout !== undefined,
    ),
  },
  { name: capabilities.namespaceSharing, when: (d) => d.pidMode !== undefined || d.ipcMode !== undefined },
  {
    name: capabilities.portRange,
    when: anyContainer((c) => c.portMappings?.some((p) => p.containerPortRange !== undefined)),
  },
  { name: capabilities.restartPolicy, when: anyContainer((c) => c.restartPolicy?.enabled) },
  { name: capabilities.environmentFiles, when: anyContainer((c) => some(c.environmentFiles)) },
];

function securityOption(...starts: readonly string[]): Requirement['when'] {
  return anyContainer((c) => c.dockerSecurityOptions?.some((o) => starts.some((s) => o.startsWith(s))));
}

/** What an instance must have registered to run tasks of this definition: ECS's requiresAttributes, by name. */
export function requiredAttributes(definition: TaskDefinition): readonly Attribute[] {
  const names = new Set(requirements.filter((r) => r.when(definition)).map((r) => r.name));
  for (const container of definition.containerDefinitions ?? []) {
    const driver = container.logConfiguration?.logDriver;
    if (driver && driver !== 'none') names.add(capabilities.loggingDriver(driver));
  }
  for (const volume of definition.volumes ?? []) {
    const driver = volume.dockerVolumeConfiguration?.driver;
    if (driver) names.add(capabilities.volumePlugin(driver));
  }
  return [...names].sort().map((name) => ({ name }));
}
