import {
  HeldLedger,
  type HeldTask,
  type HeldView,
  heldBy,
  type InstanceView,
  type PlacementRequest,
} from '@longshore/scheduler';

/** Ids as the store has them: 32 hex digits. */
export function idOf(n: number): string {
  return n.toString(16).padStart(32, '0');
}

export interface InstanceOptions extends Partial<Omit<InstanceView, 'resources' | 'attributes'>> {
  readonly resources?: Partial<InstanceView['resources']>;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly tasks?: readonly Partial<HeldTask>[];
}

/** An ACTIVE, connected instance of 4 vCPUs and 8 GiB; `n` gives its id. */
export function anInstance(n: number, options: InstanceOptions = {}): InstanceView {
  const { resources, attributes = {}, tasks = [], ...rest } = options;
  return {
    id: idOf(n),
    status: 'ACTIVE',
    agentConnected: true,
    impairedReason: '',
    agentVersion: '1.2.3',
    registeredAtMs: Date.UTC(2026, 0, 1),
    attributes: Object.entries(attributes).map(([name, value]) => ({ name, value })),
    resources: {
      cpuUnits: 4096,
      memoryMiB: 8192,
      reservedTcpPorts: [22, 2375, 2376, 51678, 51679, 51680],
      reservedUdpPorts: [],
      gpus: [],
      dynamicPortFirst: 32768,
      dynamicPortLast: 60999,
      ...resources,
    },
    held: heldBy(tasks.map((task) => aHeldTask(task))),
    ...rest,
  };
}

export function aHeldTask(options: Partial<HeldTask> = {}): HeldTask {
  return {
    group: 'service:web',
    family: 'web',
    holds: { cpuUnits: 256, memoryMiB: 512 },
    lastStatus: 'RUNNING',
    desiredStatus: 'RUNNING',
    ...options,
  };
}

/** A ledger and the tasks that it sums, by a name of the test's own. */
export class HeldTasks {
  readonly ledger = new HeldLedger();
  readonly byName = new Map<string, HeldTask>();

  put(name: string, task: HeldTask): void {
    const before = this.byName.get(name);
    if (before === undefined) this.ledger.add(task);
    else this.ledger.change(before, task);
    this.byName.set(name, task);
  }

  remove(name: string): void {
    const before = this.byName.get(name);
    if (before !== undefined) this.ledger.remove(before);
    this.byName.delete(name);
  }
}

/** All that a ledger says, with the ports 1 to 4, in an order of its own. */
export function allOf(held: HeldView): unknown {
  const ports = [1, 2, 3, 4].flatMap((port) =>
    (['tcp', 'udp'] as const).map((protocol) => held.hasPort({ port, protocol })),
  );
  const { cpuUnits, memoryMiB, runningTasks, pendingTasks } = held;
  const maps = [held.tasksByGroup, held.tasksByFamily, held.tasksByDeployment ?? []].map((m) =>
    [...m].sort(([a], [b]) => a.localeCompare(b)),
  );
  const gpus = [...held.gpuIds].sort();
  return { cpuUnits, memoryMiB, runningTasks, pendingTasks, ports, gpus, maps };
}

export interface RequestOptions extends Partial<Omit<PlacementRequest, 'needs'>> {
  readonly needs?: Partial<PlacementRequest['needs']>;
}

/** One task of service web that needs 256 CPU units and 512 MiB. */
export function aRequest(options: RequestOptions = {}): PlacementRequest {
  const { needs, ...rest } = options;
  return {
    count: 1,
    group: 'service:web',
    family: 'web',
    needs: { cpuUnits: 256, memoryMiB: 512, ports: [], ...needs },
    gpuCount: 0,
    requiredAttributes: [],
    constraints: [],
    strategies: [],
    ...rest,
  };
}

export const zones = ['a', 'b', 'c'] as const;

/** `count` instances, one after the other in zones a, b and c. */
export function inZones(count: number, options: InstanceOptions = {}): InstanceView[] {
  return Array.from({ length: count }, (_, n) =>
    anInstance(n, {
      ...options,
      attributes: { 'ecs.availability-zone': zones[n % zones.length] as string, ...options.attributes },
    }),
  );
}

/** How many tasks were placed by instance, or by whatever `keyOf` makes of the instance. */
export function tally(
  placed: readonly { readonly instance: string }[],
  keyOf: (instance: string) => string = (instance) => instance,
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { instance } of placed) counts[keyOf(instance)] = (counts[keyOf(instance)] ?? 0) + 1;
  return counts;
}
