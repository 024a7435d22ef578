import { type Attribute, capabilities, type InstanceResources } from '@longshore/model';
import type { EngineFacts } from '@longshore/runtime';
import type { Config } from '../config/config.js';
import type { PortRange } from '../ports/port-book.js';
import type { Registration } from '../session/session.js';
import { agentHash, agentVersion } from '../version.js';
import type { HostFacts } from './host.js';

export interface RegistrationInputs {
  readonly config: Config;
  readonly engine: EngineFacts;
  readonly host: HostFacts;
  readonly gpus: readonly string[];
  readonly dynamicPorts: PortRange;
  /** Whether the agent can keep cgroups for tasks. */
  readonly taskLimits: boolean;
  /** Whether the agent can give tasks an address of their own. */
  readonly taskEni: boolean;
  /** The control plane's; empty before the first answer. */
  readonly region: string;
}

/** What the instance says of itself when it joins. Pure. */
export function registrationOf(inputs: RegistrationInputs): Registration {
  const { config, engine, host } = inputs;
  return {
    cluster: config.cluster,
    name: config.instanceName ?? host.name,
    agentVersion,
    agentHash,
    dockerVersion: engine.version,
    attributes: attributesOf(inputs),
    resources: resourcesOf(inputs),
    tags: Object.entries(config.instanceTags).map(([key, value]) => ({ key, value })),
  };
}

export function resourcesOf({ config, engine, gpus, dynamicPorts }: RegistrationInputs): InstanceResources {
  const memoryMiB = config.instanceMemoryMiB ?? Math.floor(engine.memoryBytes / 1024 ** 2);
  return {
    cpuUnits: config.instanceCpuUnits ?? engine.cpus * 1024,
    memoryMiB: Math.max(0, memoryMiB - config.reservedMemoryMiB),
    reservedTcpPorts: config.reservedTcpPorts,
    reservedUdpPorts: config.reservedUdpPorts,
    gpus: gpus.map((gpuId) => ({ gpuId })),
    dynamicPortFirst: dynamicPorts.first,
    dynamicPortLast: dynamicPorts.last,
  };
}

/** ECS's attributes of an instance, then the capabilities, then the person's own, which win. */
export function attributesOf(inputs: RegistrationInputs): readonly Attribute[] {
  const { config, engine, host, region } = inputs;
  const zone = config.availabilityZone ?? (region === '' ? undefined : `${region}a`);
  const own: Record<string, string> = {
    'ecs.os-type': engine.osType,
    'ecs.os-family': engine.osType.toUpperCase(),
    'ecs.cpu-architecture': architectureOf(engine.architecture),
    'ecs.instance-type': config.instanceType ?? host.productName,
    'ecs.ami-id': host.osRelease,
    ...(zone === undefined ? {} : { 'ecs.availability-zone': zone }),
    ...config.instanceAttributes,
  };
  const named = Object.entries(own).map(([name, value]) => ({ name, value }));
  return [...named, ...capabilityNames(inputs).map((name) => ({ name }))];
}

/** What this engine and this agent really can, by the names that task definitions require. */
export function capabilityNames(inputs: RegistrationInputs): readonly string[] {
  const { config, engine, taskLimits, taskEni } = inputs;
  const { privileged, selinux, apparmor, logDrivers, volumePlugins } = config.capabilities;
  const security = (name: string): boolean => engine.securityOptions.some((o) => o.includes(`name=${name}`));
  const has = (condition: boolean, name: string): readonly string[] => (condition ? [name] : []);
  return [
    ...has(privileged, capabilities.privileged),
    ...has(selinux || security('selinux'), capabilities.selinux),
    ...has(apparmor || security('apparmor'), capabilities.apparmor),
    ...remoteApis(engine.apiVersion).map(capabilities.remoteApi),
    ...(logDrivers ?? engine.logDrivers).map(capabilities.loggingDriver),
    ...[...new Set([...engine.volumePlugins, ...volumePlugins])].map(capabilities.volumePlugin),
    ...has(taskEni, capabilities.taskEni),
    ...has(taskLimits, capabilities.taskLimits),
    ...has(config.healthChecks, capabilities.healthCheck),
    ...has(config.envFileDir !== undefined, capabilities.environmentFiles),
    capabilities.ordering,
    capabilities.namespaceSharing,
    capabilities.portRange,
    capabilities.restartPolicy,
  ];
}

/** Versions of Docker's API from 1.17, the first that ECS names, up to the engine's, at most 1.44. */
function remoteApis(apiVersion: string): readonly string[] {
  const minor = Number(apiVersion.split('.')[1] ?? 0);
  const last = Math.min(minor, 44);
  return Array.from({ length: Math.max(0, last - 16) }, (_, i) => `1.${17 + i}`);
}

function architectureOf(machine: string): string {
  return machine === 'aarch64' || machine === 'arm64' ? 'arm64' : machine;
}
