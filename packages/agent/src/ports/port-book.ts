import type { ContainerDefinition, TaskDefinition } from '@longshore/model';
import type { PortBinding } from '@longshore/runtime';

export interface PortRange {
  readonly first: number;
  readonly last: number;
  /** Given from the last down. */
  readonly descending?: boolean;
}

export interface PortBookOptions {
  /** Where dynamic host ports come from; the next range is used when the one before is used up. */
  readonly ranges: readonly PortRange[];
  readonly reserved: { readonly tcp: ReadonlySet<number>; readonly udp: ReadonlySet<number> };
  /** Ports that sockets of the host hold now. */
  readonly inUse: () => { readonly tcp: ReadonlySet<number>; readonly udp: ReadonlySet<number> };
  /** The host address of static ports; undefined: all. */
  readonly staticIp: string | undefined;
}

type Protocol = 'tcp' | 'udp';

/**
 * Which host ports the tasks of this agent hold. Invariant: a port is given to one task at a time: it is held from
 * the moment that it is chosen until its task has stopped, and after a restart it is held anew from the journal.
 */
export class PortBook {
  readonly #options: PortBookOptions;
  readonly #holders = new Map<string, string>();
  readonly #next = new Map<PortRange, number>();

  constructor(options: PortBookOptions) {
    this.#options = options;
  }

  /** The bindings of every container of a task, by name; undefined where the dynamic ports are used up. */
  assign(
    task: string,
    definition: TaskDefinition,
  ): Readonly<Record<string, readonly PortBinding[]>> | undefined {
    const bindings: Record<string, readonly PortBinding[]> = {};
    const mode = definition.networkMode ?? 'bridge';
    if (mode === 'none' || mode === 'awsvpc') return bindings;
    for (const container of definition.containerDefinitions ?? []) {
      const found = this.bindingsOf(task, container, mode === 'host');
      if (!found) {
        this.release(task);
        return undefined;
      }
      bindings[container.name ?? ''] = found;
    }
    return bindings;
  }

  /** One container's bindings: static ones as they are, dynamic ones chosen anew. */
  bindingsOf(
    task: string,
    container: ContainerDefinition,
    hostMode: boolean,
  ): readonly PortBinding[] | undefined {
    const bindings: PortBinding[] = [];
    for (const mapping of container.portMappings ?? []) {
      const protocol = mapping.protocol ?? 'tcp';
      const ports = containerPorts(mapping);
      const first = ports[0];
      if (first === undefined) continue;
      const fixed = hostMode ? first : mapping.hostPort || undefined;
      const host = fixed ?? this.#choose(task, protocol, ports.length);
      if (host === undefined) return undefined;
      const hostIp = fixed === undefined || hostMode ? undefined : this.#options.staticIp;
      for (const [i, containerPort] of ports.entries()) {
        this.#holders.set(key(protocol, host + i), task);
        bindings.push({ containerPort, hostPort: host + i, protocol, ...(hostIp ? { hostIp } : {}) });
      }
    }
    return bindings;
  }

  hold(task: string, bindings: readonly PortBinding[]): void {
    for (const b of bindings) this.#holders.set(key(b.protocol, b.hostPort), task);
  }

  release(task: string): void {
    for (const [port, holder] of this.#holders) if (holder === task) this.#holders.delete(port);
  }

  /** The first of `count` free ports in a row, going round: a port just freed is not given at once. */
  #choose(task: string, protocol: Protocol, count: number): number | undefined {
    const inUse = this.#options.inUse()[protocol];
    const free = (port: number): boolean =>
      !this.#holders.has(key(protocol, port)) &&
      !inUse.has(port) &&
      !this.#options.reserved[protocol].has(port);
    for (const range of this.#options.ranges) {
      const span = range.last - range.first + 1;
      const start = this.#next.get(range) ?? range.first;
      for (let i = 0; i < span; i++) {
        const offset = (start - range.first + i) % span;
        const port = range.descending ? range.last - offset - count + 1 : range.first + offset;
        if (port < range.first) continue;
        if (port + count - 1 > range.last) continue;
        if (!Array.from({ length: count }, (_, j) => port + j).every(free)) continue;
        const next = range.first + ((offset + count) % span);
        this.#next.set(range, next);
        for (let j = 0; j < count; j++) this.#holders.set(key(protocol, port + j), task);
        return port;
      }
    }
    return undefined;
  }
}

function containerPorts(mapping: {
  readonly containerPort?: number | undefined;
  readonly containerPortRange?: string | undefined;
}): readonly number[] {
  if (!mapping.containerPortRange) return mapping.containerPort === undefined ? [] : [mapping.containerPort];
  const [first = 0, last = first] = mapping.containerPortRange.split('-').map(Number);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
}

/** Every container port that a definition names, ranges port by port. */
export function containerPortsOf(
  definition: ContainerDefinition,
): readonly { readonly port: number; readonly protocol: Protocol }[] {
  return (definition.portMappings ?? []).flatMap((mapping) =>
    containerPorts(mapping).map((port) => ({ port, protocol: mapping.protocol ?? 'tcp' })),
  );
}

function key(protocol: Protocol, port: number): string {
  return `${protocol}/${port}`;
}
