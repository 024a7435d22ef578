import type { ContainerDefinition } from '@longshore/model';
import { healthCheckTable, healthTable } from './health.js';
import {
  capabilitiesTable,
  deviceTable,
  kernelTable,
  linuxParametersTable,
  systemControlTable,
  tmpfsTable,
} from './linux-parameters.js';
import { logConfigurationTable, loggingTable } from './logging.js';
import { hostEntryTable, networkingTable, portMappingTable } from './networking.js';
import { keyValueTable, processTable } from './process.js';
import { resourceRequirementTable, resourceTable, ulimitTable } from './resources.js';
import { securityTable } from './security.js';
import {
  dockerVolumeTable,
  hostVolumeTable,
  mountPointTable,
  storageTable,
  volumeFromTable,
  volumeTable,
} from './storage.js';
import type { Entry, TableOf } from './table.js';
import {
  attributeTable,
  dependencyTable,
  environmentFileTable,
  placementConstraintTable,
  restartPolicyTable,
  runtimePlatformTable,
  taskTable,
} from './task.js';

const containerTable: TableOf<ContainerDefinition> = {
  ...processTable,
  ...securityTable,
  ...resourceTable,
  ...networkingTable,
  ...kernelTable,
  ...loggingTable,
  ...healthTable,
  ...storageTable,
};

/**
 * Every member of ECS's task definition and of what it holds, by shape: what becomes of it. This is the mapping itself:
 * the create body is made by running these, and in no other way.
 */
export const definitionTables: Readonly<Record<string, Readonly<Record<string, Entry>>>> = {
  TaskDefinition: taskTable,
  ContainerDefinition: containerTable,
  KeyValuePair: keyValueTable,
  EnvironmentFile: environmentFileTable,
  ContainerDependency: dependencyTable,
  ContainerRestartPolicy: restartPolicyTable,
  PortMapping: portMappingTable,
  HostEntry: hostEntryTable,
  Ulimit: ulimitTable,
  ResourceRequirement: resourceRequirementTable,
  SystemControl: systemControlTable,
  LinuxParameters: linuxParametersTable,
  KernelCapabilities: capabilitiesTable,
  Device: deviceTable,
  Tmpfs: tmpfsTable,
  LogConfiguration: logConfigurationTable,
  HealthCheck: healthCheckTable,
  MountPoint: mountPointTable,
  VolumeFrom: volumeFromTable,
  Volume: volumeTable,
  HostVolumeProperties: hostVolumeTable,
  DockerVolumeConfiguration: dockerVolumeTable,
  RuntimePlatform: runtimePlatformTable,
  TaskDefinitionPlacementConstraint: placementConstraintTable,
  Attribute: attributeTable,
};
