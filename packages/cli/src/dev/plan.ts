import { join } from 'node:path';

/** How to start a program: `args` come before those of the plan. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
}

export interface Programs {
  readonly etcd: Program;
  readonly server: Program;
  readonly agent: Program;
}

/** What the machine has to divide. */
export interface Machine {
  readonly cpuUnits: number;
  readonly memoryMiB: number;
  /** First and last port that the kernel gives to outgoing connections. */
  readonly ephemeralPorts: readonly [number, number];
}

export interface DevWish {
  readonly instances: number;
  readonly dataDir: string;
  readonly cluster: string;
  readonly grpcListen: string;
  readonly httpListen: string;
  readonly accountId: string;
  readonly region: string;
  /** Ports on 127.0.0.1 for etcd's clients and peers. */
  readonly etcdPorts: readonly [number, number];
  /** ECS_IMAGE_PULL_BEHAVIOR of the agents; undefined: prefer-cached. */
  readonly imagePullBehavior?: string | undefined;
  /** For each agent: introspection, task metadata, metrics. */
  readonly agentPorts: readonly (readonly [number, number, number])[];
}

/** A process to start and to start again. */
export interface ChildPlan {
  /** `etcd`, `server`, `agent-1`: names its pid file and its log. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

export function etcdPlan(wish: DevWish, program: Program): ChildPlan {
  const [clients, peers] = wish.etcdPorts.map((port) => `http://127.0.0.1:${port}`);
  return child('etcd', program, {
    name: 'dev',
    'data-dir': join(wish.dataDir, 'etcd'),
    'listen-client-urls': `${clients}`,
    'advertise-client-urls': `${clients}`,
    'listen-peer-urls': `${peers}`,
    'initial-advertise-peer-urls': `${peers}`,
    'initial-cluster': `dev=${peers}`,
    // What the control plane needs of its etcd: room, small snapshots, large transactions.
    'quota-backend-bytes': '8589934592',
    'snapshot-count': '5000',
    'max-txn-ops': '512',
    logger: 'zap',
  });
}

export function serverPlan(wish: DevWish, program: Program): ChildPlan {
  return child('server', program, {
    dev: true,
    'etcd-endpoints': `127.0.0.1:${wish.etcdPorts[0]}`,
    'grpc-listen': wish.grpcListen,
    'http-listen': wish.httpListen,
    'token-file': join(wish.dataDir, 'tokens', 'server'),
    'account-id': wish.accountId,
    region: wish.region,
    'replica-name': 'dev',
  });
}

/** Agent `k` of 1..N: with several on one engine each has its share of cpu, memory, host ports and loopback addresses. */
export function agentPlan(wish: DevWish, machine: Machine, program: Program, k: number): ChildPlan {
  const { instances } = wish;
  const [first, last] = dynamicPorts(machine, instances, k);
  const [introspection = 0, metadata = 0, metrics = 0] = wish.agentPorts[k - 1] ?? [];
  const plan = child(`agent-${k}`, program, {
    endpoints: loopback(wish.grpcListen),
    cluster: wish.cluster,
    'data-dir': join(wish.dataDir, 'agents', String(k)),
    'token-file': join(wish.dataDir, 'tokens', 'agent'),
    'instance-name': `local-${k}`,
    'instance-cpu': String(Math.floor(machine.cpuUnits / instances)),
    'instance-memory': String(Math.floor(machine.memoryMiB / instances)),
    'dynamic-ports': `${first}-${last}`,
    'introspection-port': String(introspection),
    'metadata-port': String(metadata),
    'metrics-port': String(metrics),
    ...(instances > 1 && { 'shared-engine': true, 'bind-ip': `127.0.0.${k}` }),
  });
  const zone = `${wish.region}${'abc'[(k - 1) % 3]}`;
  // Images of this machine are what one develops with: a registry is asked only for what is not here.
  const pull = { ECS_IMAGE_PULL_BEHAVIOR: wish.imagePullBehavior ?? 'prefer-cached' };
  return { ...plan, variables: { LONGSHORE_AVAILABILITY_ZONE: zone, ...pull } };
}

/** An address to reach what listens there: `0.0.0.0` and `[::]` are reached on loopback. */
export function loopback(listen: string): string {
  return listen.replace(/^(0\.0\.0\.0|\[::\])?:/, '127.0.0.1:');
}

const lowestDynamicPort = 20_000;
const portsWanted = 100;

/**
 * Invariant: the ranges of two agents never meet, and none holds a port that the kernel gives to outgoing connections:
 * above the ephemeral range where that is roomy enough, else below it.
 */
export function dynamicPorts(machine: Machine, instances: number, k: number): readonly [number, number] {
  const [low, high] = machine.ephemeralPorts;
  const above = [Math.max(49_153, high + 1), 65_535] as const;
  const below = [lowestDynamicPort, low - 1] as const;
  const roomy = (above[1] - above[0] + 1) / instances >= portsWanted;
  const [first, last] = roomy ? above : below;
  const size = Math.floor((last - first + 1) / instances);
  return [first + (k - 1) * size, first + k * size - 1];
}

/** A flag with its value; `true` is a switch. */
type Flags = Readonly<Record<string, string | true>>;

function child(name: string, program: Program, flags: Flags): ChildPlan {
  const words = Object.entries(flags).flatMap(([flag, value]) =>
    value === true ? [`--${flag}`] : [`--${flag}`, value],
  );
  return { name, command: program.command, args: [...program.args, ...words], variables: {} };
}
