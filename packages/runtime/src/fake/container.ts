import type { Timer } from '@longshore/kit';
import type { ContainerFacts, ContainerSpec, PortBinding } from '../driver.js';
import type { ContainerBehaviour } from './behaviour.js';

/** One container of the fake engine. Written by FakeRuntime alone. */
export interface FakeContainer {
  readonly id: string;
  readonly spec: ContainerSpec;
  readonly imageId: string;
  readonly createdAtMs: number;
  readonly address: number;
  behaviour: ContainerBehaviour;
  state: ContainerFacts['state'];
  exitCode: number | undefined;
  outOfMemory: boolean;
  error: string;
  startedAtMs: number;
  finishedAtMs: number;
  /** On the monotonic clock. */
  startedAt: number;
  health: ContainerFacts['health'];
  healthOutput: string;
  ports: readonly PortBinding[];
  pid: number;
  starts: number;
  /** What is to happen to it by itself. */
  timers: Timer[];
  /** Stops that wait for its end. */
  waiters: (() => void)[];
}

export function factsOf(container: FakeContainer): ContainerFacts {
  const { spec } = container;
  return {
    id: container.id,
    name: spec.name,
    labels: spec.labels,
    state: container.state,
    image: spec.image,
    imageId: container.imageId,
    exitCode: container.state === 'exited' ? container.exitCode : undefined,
    outOfMemory: container.outOfMemory,
    error: container.error,
    createdAtMs: container.createdAtMs,
    startedAtMs: container.startedAtMs,
    finishedAtMs: container.finishedAtMs,
    health: container.health,
    healthOutput: container.healthOutput,
    ports: container.state === 'running' ? container.ports : [],
    networks: networksOf(container),
    pid: container.pid,
  };
}

function networksOf({ spec, state, address }: FakeContainer): ContainerFacts['networks'] {
  if (spec.network.mode !== 'bridge' || state !== 'running') return [];
  const bytes = [(address >> 8) & 0xff, address & 0xff];
  return [
    {
      name: spec.network.name,
      ipv4Address: spec.network.ipv4Address ?? `172.17.${bytes.join('.')}`,
      macAddress: `02:42:ac:11:${bytes.map((b) => b.toString(16).padStart(2, '0')).join(':')}`,
    },
  ];
}

export function carries(
  labels: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): boolean {
  for (const key in wanted) if (labels[key] !== wanted[key]) return false;
  return true;
}

/** True where both would listen on the same address, port and protocol of the host. */
export function portsClash(a: PortBinding, b: PortBinding): boolean {
  if (a.hostPort !== b.hostPort || a.protocol !== b.protocol) return false;
  const [left, right] = [a.hostIp ?? '0.0.0.0', b.hostIp ?? '0.0.0.0'];
  return left === right || left === '0.0.0.0' || right === '0.0.0.0';
}
