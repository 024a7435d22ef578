import type { ContainerDefinition } from '@longshore/model';
import type { BenchCluster } from './cluster.js';
import {
  type AgentsTold,
  Durations,
  type Fingerprint,
  type HeldTold,
  type Moment,
  noFingerprint,
  type Told,
  together,
} from './load.js';
import { LoadProcess } from './load-processes.js';
import { givePrecedence } from './precedence.js';

export const crowdCluster = 'default';

/** Ten sizes of tasks, and one with a static port. */
export const families = [...Array.from({ length: 10 }, (_, i) => `size-${i}`), 'port'];

const sizes = Array.from({ length: 10 }, (_, i) => ({ cpuUnits: 4 + 2 * i, memoryMiB: 8 + 2 * i }));

/** What an instance offers so that so many tasks fit, with a fifth to spare. */
export function roomFor(tasksPerInstance: number): { readonly cpuUnits: number; readonly memoryMiB: number } {
  const mean = (of: (size: (typeof sizes)[number]) => number): number =>
    sizes.reduce((sum, size) => sum + of(size), 0) / sizes.length;
  const times = 1.2 * tasksPerInstance;
  return {
    cpuUnits: Math.ceil(times * mean((s) => s.cpuUnits)) + 64,
    memoryMiB: Math.ceil(times * mean((s) => s.memoryMiB)) + 64,
  };
}

export async function registerFamilies({ client }: BenchCluster): Promise<void> {
  for (const [i, family] of families.entries()) {
    const { cpuUnits, memoryMiB } = sizes[i % sizes.length] ?? { cpuUnits: 4, memoryMiB: 8 };
    const container: ContainerDefinition = {
      name: 'main',
      image: 'busybox:1.36',
      cpu: cpuUnits,
      memory: memoryMiB,
      essential: true,
      ...(family === 'port' ? { portMappings: [{ containerPort: 80, hostPort: 9000 }] } : {}),
    };
    const request = { family, networkMode: 'bridge' as const, containerDefinitions: [container] };
    await client.RegisterTaskDefinition(request);
  }
}

/** Simulated agents in processes of their own. */
export class Crowd {
  readonly processes: readonly LoadProcess[];

  private constructor(processes: readonly LoadProcess[]) {
    this.processes = processes;
  }

  /**
   * All joined. `goesBehind`: server and etcd have the niceness of their units, for figures of time. A million tasks told
   * and reported at once leave who goes behind no processor, until it counts as silent.
   */
  static async start(
    cluster: BenchCluster,
    instances: number,
    tasksPerInstance: number,
    options: { readonly processes?: number; readonly rejoin?: boolean; readonly goesBehind?: boolean } = {},
  ): Promise<Crowd> {
    const { processes = instances > 100 ? 2 : 1, rejoin = false, goesBehind = false } = options;
    if (goesBehind) {
      for (const { pid } of cluster.etcds) givePrecedence(pid, 'longshore-etcd');
      for (const { program } of cluster.servers) givePrecedence(program.pid, 'longshore-server');
    }
    const crowd = new Crowd(Array.from({ length: processes }, () => LoadProcess.start()));
    const share = Math.ceil(instances / processes);
    try {
      await Promise.all(
        crowd.processes.map((process, i) =>
          process.ask({
            do: 'agents',
            endpoints: cluster.servers.map((s) => s.endpoint),
            cluster: crowdCluster,
            first: i * share,
            count: Math.min(share, instances - i * share),
            ...roomFor(tasksPerInstance),
            rejoin,
          }),
        ),
      );
      return crowd;
    } catch (thrown) {
      await crowd.end();
      throw thrown;
    }
  }

  /** What all have seen. Throws where something was wrong. */
  async told(): Promise<{
    readonly delivered: Fingerprint;
    readonly running: number;
    readonly delivery: Durations;
  }> {
    const told = await Promise.all(this.processes.map((process) => process.ask({ do: 'tell' })));
    const delivery = new Durations();
    let delivered = noFingerprint;
    let running = 0;
    for (const one of told.map(agentsTold)) {
      if (one.problems.length > 0) throw new Error(`agents have seen: ${one.problems.join('; ')}`);
      delivered = together(delivered, one.delivered);
      running += one.running;
      delivery.merge(one.delivery);
    }
    return { delivered, running, delivery };
  }

  /** What has become of each task since the last call; nothing is written down before the first. */
  async moments(): Promise<readonly Moment[]> {
    const told = await Promise.all(this.processes.map((process) => process.ask({ do: 'moments' })));
    return told.flatMap((one) => (one.kind === 'moments' ? one.moments : []));
  }

  /** Ids of the tasks that run, by the number of the agent. */
  async held(): Promise<HeldTold['held']> {
    const told = await Promise.all(this.processes.map((process) => process.ask({ do: 'held' })));
    return told.flatMap((one) => (one.kind === 'held' ? one.held : []));
  }

  /** The host of this number is gone without a word. */
  async lose(agent: number): Promise<void> {
    await Promise.all(this.processes.map((process) => process.ask({ do: 'lose', agent })));
  }

  /** It is back, with what ran on it, and has reported. */
  async return(agent: number): Promise<void> {
    await Promise.all(this.processes.map((process) => process.ask({ do: 'return', agent })));
  }

  async end(): Promise<void> {
    await Promise.all(this.processes.map((process) => process.end()));
  }
}

function agentsTold(told: Told): AgentsTold {
  if (told.kind !== 'agents') throw new Error(`a process of agents says ${told.kind}`);
  return told;
}
