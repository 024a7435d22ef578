import { type HeldPort, type InstanceResources, portRangeOf, type TaskRecord } from '@longshore/model';

/**
 * A static port inside the dynamic range that an instance has registered is never placed there. Once that range is used
 * up its agent goes on below it, where people have static ports of their own (27017, 24224): there a port is held from
 * the report that it is bound. What is placed on it before that report meets the engine's clash. Pure; gives the same
 * record where nothing is added.
 */
export function holdingBoundPorts(record: TaskRecord, resources: InstanceResources | undefined): TaskRecord {
  if (!resources || record.lastStatus === 'STOPPED') return record;
  const held = record.holds?.ports ?? [];
  const isKnown = ({ port, protocol }: HeldPort): boolean =>
    (port >= resources.dynamicPortFirst && port <= resources.dynamicPortLast) ||
    held.some((h) => h.port === port && h.protocol === protocol);
  const added = boundPorts(record).filter((p) => !isKnown(p));
  if (added.length === 0 || !record.holds) return record;
  return { ...record, holds: { ...record.holds, ports: [...held, ...added] } };
}

function boundPorts({ containers }: TaskRecord): readonly HeldPort[] {
  return containers.flatMap((c) =>
    c.networkBindings.flatMap(({ hostPort, hostPortRange, protocol = 'tcp' }) => {
      const range = hostPortRange === undefined ? undefined : portRangeOf(hostPortRange);
      const first = range?.first ?? hostPort ?? 0;
      const last = range?.last ?? first;
      if (first === 0) return [];
      return Array.from({ length: last - first + 1 }, (_, i) => ({ port: first + i, protocol }));
    }),
  );
}
