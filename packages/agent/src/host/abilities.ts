import { requiredAttributes, type TaskDefinition } from '@longshore/model';
import type { Config } from '../config/config.js';
import { PortBook, type PortRange } from '../ports/port-book.js';
import { TaskCgroups } from '../task-cgroups.js';
import { dynamicRanges, type HostFacts, portsInUse } from './host.js';
import { attributesOf, type RegistrationInputs } from './registration.js';

export type HostParts = Pick<RegistrationInputs, 'config' | 'engine' | 'host' | 'gpus'>;
/** As the plant has them. */
type Parts = Omit<HostParts, 'engine'> & {
  readonly engineFacts: RegistrationInputs['engine'];
};

/** What this agent can do on this host beyond running containers. */
export function abilities(parts: Parts): { readonly cgroups: TaskCgroups | undefined } {
  const { config, engineFacts } = parts;
  if (!keepsCgroups(parts)) return { cgroups: undefined };
  return {
    cgroups: new TaskCgroups({
      root: config.cgroupPath,
      version: engineFacts.cgroupVersion,
      driver: engineFacts.cgroupDriver,
      cpuPeriodMs: config.cgroupCpuPeriodMs,
      pidsLimit: config.taskPidsLimit,
    }),
  };
}

export function registrationInputs(parts: Parts, region: string): RegistrationInputs {
  const { config, host, engineFacts, gpus } = parts;
  const [dynamicPorts = { first: 49_153, last: 65_535 }] = rangesOf(config, host);
  return {
    config,
    engine: engineFacts,
    host,
    gpus,
    dynamicPorts,
    taskLimits: keepsCgroups(parts),
    taskEni: config.taskEni,
    region,
  };
}

export function portBookOf({ config, host }: Pick<Parts, 'config' | 'host'>): PortBook {
  return new PortBook({
    ranges: rangesOf(config, host),
    reserved: { tcp: new Set(config.reservedTcpPorts), udp: new Set(config.reservedUdpPorts) },
    inUse: portsInUse,
    staticIp: config.bindIp,
  });
}

/** A definition that asks for what this agent never registered is refused, never run without it. */
export function refusalOf(definition: TaskDefinition, parts: Parts): string | undefined {
  const can = new Set(attributesOf(registrationInputs(parts, '')).map((a) => a.name));
  const lacking = requiredAttributes(definition).filter((a) => !can.has(a.name));
  if (lacking.length === 0) return undefined;
  return `this container instance lacks ${lacking.map((a) => a.name).join(', ')}`;
}

function rangesOf(config: Config, host: HostFacts): readonly PortRange[] {
  return config.dynamicPorts ? [config.dynamicPorts] : dynamicRanges(host.ephemeralPorts);
}

function keepsCgroups({ config, host, engineFacts }: Parts): boolean {
  return config.taskLimits && host.isRoot && engineFacts.cgroupDriver !== 'none';
}
