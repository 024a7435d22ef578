import { shown } from '../arn.js';
import { clientException } from '../errors.js';
import type { ContainerDefinition, NetworkMode, PortMapping, TaskDefinition } from '../generated/shapes.js';
import { staticPorts } from '../resources.js';
import { containerFault, firstDuplicate, isGiven } from './faults.js';

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

const mostRanges = 100;

/** Reads `8000-8010`; undefined where it is malformed, empty or outside 1 to 65535. */
export function portRangeOf(text: string): PortRange | undefined {
  const match = /^(\d{1,5})-(\d{1,5})$/.exec(text);
  const [first, last] = [Number(match?.[1] ?? 0), Number(match?.[2] ?? 0)];
  return match && first >= 1 && first < last && last <= 65535 ? { first, last } : undefined;
}

/** Checks the port mappings of all containers against the task's network mode. */
export function checkPorts(definition: TaskDefinition): void {
  const mode = definition.networkMode ?? 'bridge';
  for (const container of definition.containerDefinitions ?? []) {
    if (mode === 'none' && isGiven(container.portMappings))
      throw clientException(
        `Port mappings are not supported when networkMode=none (container '${container.name}').`,
      );
    for (const mapping of container.portMappings ?? []) checkMapping(container, mapping, mode);
    checkRanges(container);
  }
  checkNames(definition);
  const twice = firstDuplicate(staticPorts(definition).map((p) => `${p.port}/${p.protocol}`));
  if (twice) throw clientException(`Port mappings: host port ${twice} is used more than once in the task.`);
}

function checkMapping(container: ContainerDefinition, mapping: PortMapping, mode: NetworkMode): void {
  const { containerPort, hostPort, containerPortRange } = mapping;
  if (containerPortRange !== undefined) {
    checkRangeMapping(container, mapping, mode);
    return;
  }
  if (!isPort(containerPort))
    throw containerFault(container, `'containerPort' must be between 1 and 65535, but was ${containerPort}.`);
  if (hostPort === undefined || hostPort === 0) return;
  if (!isPort(hostPort))
    throw containerFault(container, `'hostPort' must be between 0 and 65535, but was ${hostPort}.`);
  if (mode === 'awsvpc' && hostPort !== containerPort)
    throw clientException(
      'When networkMode=awsvpc, the host ports and container ports in port mappings must match.',
    );
  if (mode === 'host' && hostPort !== containerPort)
    throw clientException(
      'When networkMode=host, the host ports and container ports in port mappings must match.',
    );
}

function checkRangeMapping(container: ContainerDefinition, mapping: PortMapping, mode: NetworkMode): void {
  const { containerPortRange = '' } = mapping;
  if (mode !== 'bridge' && mode !== 'awsvpc')
    throw containerFault(container, `'containerPortRange' is not supported when networkMode=${mode}.`);
  if (mapping.containerPort !== undefined || mapping.hostPort)
    throw containerFault(
      container,
      `'containerPortRange' cannot stand beside 'containerPort' or 'hostPort'.`,
    );
  if (!portRangeOf(containerPortRange))
    throw containerFault(
      container,
      `'containerPortRange' must be FIRST-LAST within 1 to 65535, but was '${shown(containerPortRange)}'.`,
    );
}

function isPort(port: number | undefined): boolean {
  return port !== undefined && Number.isInteger(port) && port >= 1 && port <= 65535;
}

/** A port stands in one mapping of its container at most, as soon as ranges are in play. */
function checkRanges(container: ContainerDefinition): void {
  const mappings = container.portMappings ?? [];
  const ranges = mappings.filter((m) => m.containerPortRange !== undefined);
  if (ranges.length > mostRanges)
    throw containerFault(
      container,
      `'containerPortRange' is given ${ranges.length} times; the limit is 100.`,
    );
  if (ranges.length === 0) return;
  const spans = mappings
    .map((m) => ({ ...spanOf(m), protocol: m.protocol ?? 'tcp' }))
    .sort((a, b) => a.first - b.first);
  for (const protocol of ['tcp', 'udp'] as const) {
    const own = spans.filter((s) => s.protocol === protocol);
    const overlap = own.find((s, i) => i > 0 && s.first <= (own[i - 1]?.last ?? 0));
    if (overlap)
      throw containerFault(
        container,
        `'portMappings' include container port ${overlap.first} more than once.`,
      );
  }
}

function spanOf(mapping: PortMapping): PortRange {
  const range = portRangeOf(mapping.containerPortRange ?? '');
  return range ?? { first: mapping.containerPort ?? 0, last: mapping.containerPort ?? 0 };
}

function checkNames(definition: TaskDefinition): void {
  const named = (definition.containerDefinitions ?? []).flatMap((c) =>
    (c.portMappings ?? []).flatMap((m) => (m.name === undefined ? [] : [{ container: c, name: m.name }])),
  );
  for (const { container, name } of named)
    if (!/^[a-z0-9_][a-z0-9_-]{0,63}$/.test(name))
      throw containerFault(
        container,
        `'portMappings' name '${shown(name)}' must be up to 64 lower-case letters, digits, hyphens and underscores.`,
      );
  const twice = firstDuplicate(named.map((n) => n.name));
  if (twice) throw clientException(`Port mappings: the name '${twice}' is used more than once.`);
}
