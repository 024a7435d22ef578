import type { ContainerDefinition, HostEntry, PortMapping } from '@longshore/model';
import type { ContainerSpec } from '../../driver.js';
import {
  byAgent,
  byControlPlane,
  type CreateBody,
  endpointOf,
  honoured,
  type TableOf,
  together,
} from './table.js';

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
  links: honoured((body, { links, network }) => {
    if (links.length === 0) return;
    const named = links.map((l) => `${l.container}:${l.alias}`);
    // The engine's own `bridge` links by its hosts file, every other network by its resolver.
    if (network.mode === 'bridge' && network.name !== 'bridge') endpointOf(body, network.name).Links = named;
    else body.HostConfig.Links = named;
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
function applyPorts(body: CreateBody, spec: ContainerSpec): void {
  if (spec.network.mode !== 'bridge' || spec.ports.length === 0) return;
  const bindings = new Map<string, object[]>();
  for (const port of spec.ports) {
    const key = `${port.containerPort}/${port.protocol}`;
    // Without a number the engine chooses a free one.
    const hostPort = port.hostPort === 0 ? '' : String(port.hostPort);
    const known = bindings.get(key) ?? [];
    bindings.set(key, [...known, { HostIp: port.hostIp ?? '', HostPort: hostPort }]);
  }
  body.HostConfig.PortBindings = Object.fromEntries(bindings);
  body.ExposedPorts = Object.fromEntries([...bindings.keys()].map((key) => [key, {}]));
}

export const portMappingTable: TableOf<PortMapping> = {
  containerPort: together(portProof),
  hostPort: together(portProof),
  protocol: together(portProof),
  containerPortRange: byAgent(
    'resolved into one binding a port',
    'a range of udp ports is bound in a row and carries packets, beside a tcp port of its own',
  ),
  name: byControlPlane('kept with the definition, for Service Connect', 'returns what was registered'),
  appProtocol: byControlPlane('kept with the definition, for Service Connect', 'returns what was registered'),
};

export const hostEntryTable: TableOf<HostEntry> = {
  hostname: together(nameProof),
  ipAddress: together(nameProof),
};
