import type { ContainerDefinition, HostEntry, PortMapping } from '@longshore/model';
import type { ContainerSpec, PortBinding } from '../../driver.js';
import { byAgent, byControlPlane, honoured, type TableOf, together } from './table.js';

const portProof = 'portMappings publish tcp and udp ports on the host';
const nameProof = 'hostname, extraHosts and the DNS members are what the container resolves with';
const linkProof = "links resolve another container's name under an alias";

/** In another container's namespace that one's names, addresses and ports count: the engine refuses a second set. */
function ownsNetwork(spec: ContainerSpec): boolean {
  return spec.network.mode !== 'container';
}

export const networkingTable: TableOf<
  Pick<
    ContainerDefinition,
    | 'links'
    | 'portMappings'
    | 'hostname'
    | 'disableNetworking'
    | 'dnsServers'
    | 'dnsSearchDomains'
    | 'extraHosts'
  >
> = {
  links: honoured((body, { links }) => {
    if (links.length > 0) body.HostConfig.Links = links.map((l) => `${l.container}:${l.alias}`);
  }, linkProof),
  portMappings: { nested: 'PortMapping', apply: (body, spec) => applyPorts(body, spec) },
  hostname: honoured((body, spec) => {
    if (spec.definition.hostname && ownsNetwork(spec)) body.Hostname = spec.definition.hostname;
  }, nameProof),
  disableNetworking: honoured((body, { definition }) => {
    if (definition.disableNetworking) body.NetworkDisabled = true;
  }, 'disableNetworking leaves the loopback alone'),
  dnsServers: honoured((body, spec) => {
    if (spec.definition.dnsServers?.length && ownsNetwork(spec))
      body.HostConfig.Dns = [...spec.definition.dnsServers];
  }, nameProof),
  dnsSearchDomains: honoured((body, spec) => {
    if (spec.definition.dnsSearchDomains?.length && ownsNetwork(spec))
      body.HostConfig.DnsSearch = [...spec.definition.dnsSearchDomains];
  }, nameProof),
  extraHosts: {
    nested: 'HostEntry',
    apply: (body, spec) => {
      if (spec.definition.extraHosts?.length && ownsNetwork(spec))
        body.HostConfig.ExtraHosts = spec.definition.extraHosts.map((h) => `${h.hostname}:${h.ipAddress}`);
    },
  },
};

/** The agent has resolved the mappings (ranges, dynamic host ports) into bindings. */
function applyPorts(body: Parameters<typeof addBinding>[0], spec: ContainerSpec): void {
  if (spec.network.mode !== 'bridge' || spec.ports.length === 0) return;
  body.ExposedPorts = {};
  body.HostConfig.PortBindings = {};
  for (const port of spec.ports) addBinding(body, port);
}

function addBinding(
  body: {
    ExposedPorts?: Record<string, object> | undefined;
    readonly HostConfig: { PortBindings?: Record<string, object[]> };
  },
  port: PortBinding,
): void {
  const key = `${port.containerPort}/${port.protocol}`;
  const bindings = body.HostConfig.PortBindings ?? {};
  body.ExposedPorts = { ...body.ExposedPorts, [key]: {} };
  body.HostConfig.PortBindings = {
    ...bindings,
    [key]: [
      ...(bindings[key] ?? []),
      { HostIp: port.hostIp ?? '', HostPort: port.hostPort === 0 ? '' : String(port.hostPort) },
    ],
  };
}

export const portMappingTable: TableOf<PortMapping> = {
  containerPort: together(portProof),
  hostPort: together(portProof),
  protocol: together(portProof),
  containerPortRange: byAgent(
    'resolved into one binding a port',
    'a range of ports becomes a binding for each',
  ),
  name: byControlPlane('kept with the definition, for Service Connect', 'returns what was registered'),
  appProtocol: byControlPlane('kept with the definition, for Service Connect', 'returns what was registered'),
};

export const hostEntryTable: TableOf<HostEntry> = {
  hostname: together(nameProof),
  ipAddress: together(nameProof),
};
