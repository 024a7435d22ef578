import type { TaskStatus } from '@longshore/model';
import type { EngineCall } from '@longshore/runtime';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { AgentTask } from '../engine/record.js';
import type { Utilisation } from '../session/session.js';

/** One metric of the agent. The README's table is drawn from these. */
export interface MetricRow {
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  readonly help: string;
}

const perContainer = ['task', 'container'];

export const metricTable = {
  connected: {
    name: 'longshore_agent_connected',
    kind: 'gauge',
    labels: [],
    help: '1 while a session with the control plane is open',
  },
  sessions: {
    name: 'longshore_agent_sessions_total',
    kind: 'counter',
    labels: [],
    help: 'Sessions that were opened',
  },
  impaired: {
    name: 'longshore_agent_impaired',
    kind: 'gauge',
    labels: [],
    help: '1 while something is wrong with the engine or its disk',
  },
  unreported: {
    name: 'longshore_agent_unreported_tasks',
    kind: 'gauge',
    labels: [],
    help: 'Tasks whose latest state is not yet committed',
  },
  tasks: { name: 'longshore_agent_tasks', kind: 'gauge', labels: ['status'], help: 'Tasks by last status' },
  dockerSeconds: {
    name: 'longshore_agent_docker_call_seconds',
    kind: 'histogram',
    labels: ['call', 'outcome'],
    help: 'Time of calls to the engine',
  },
  containerCpu: {
    name: 'longshore_container_cpu_units',
    kind: 'gauge',
    labels: perContainer,
    help: 'cpu in use, 1024 is one core',
  },
  containerMemory: {
    name: 'longshore_container_memory_bytes',
    kind: 'gauge',
    labels: perContainer,
    help: 'Memory in use',
  },
  containerMemoryLimit: {
    name: 'longshore_container_memory_limit_bytes',
    kind: 'gauge',
    labels: perContainer,
    help: 'Memory that it may use',
  },
  containerRx: {
    name: 'longshore_container_network_receive_bytes',
    kind: 'gauge',
    labels: perContainer,
    help: 'Received since its start',
  },
  containerTx: {
    name: 'longshore_container_network_transmit_bytes',
    kind: 'gauge',
    labels: perContainer,
    help: 'Sent since its start',
  },
  containerRead: {
    name: 'longshore_container_block_read_bytes',
    kind: 'gauge',
    labels: perContainer,
    help: 'Read from block devices since its start',
  },
  containerWrite: {
    name: 'longshore_container_block_write_bytes',
    kind: 'gauge',
    labels: perContainer,
    help: 'Written to block devices since its start',
  },
  hostCpu: {
    name: 'longshore_host_cpu_units',
    kind: 'gauge',
    labels: [],
    help: 'cpu of the host in use, 1024 is one core',
  },
  hostMemory: {
    name: 'longshore_host_memory_bytes',
    kind: 'gauge',
    labels: [],
    help: 'Memory of the host in use',
  },
  hostDisk: {
    name: 'longshore_host_disk_used_bytes',
    kind: 'gauge',
    labels: [],
    help: "Used of the engine's disk",
  },
} as const satisfies Readonly<Record<string, MetricRow>>;

const mebi = 1024 ** 2;

export interface MetricSources {
  readonly connected: () => boolean;
  readonly impaired: () => boolean;
  readonly unreported: () => number;
  readonly tasks: () => readonly AgentTask[];
  /** A fresh measurement, or the last where one was just made. */
  readonly utilisation: () => Promise<Utilisation | undefined>;
}

/** The agent's metrics in Prometheus' text form. Gauges are read when they are asked for. */
export class Metrics {
  readonly registry = new Registry();
  readonly #docker: Histogram;
  readonly #sessions: Counter;
  readonly #gauges = new Map<string, Gauge>();

  constructor() {
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: 500 });
    const registers = [this.registry];
    for (const { name, kind, help, labels: labelNames } of Object.values<MetricRow>(metricTable))
      if (kind === 'gauge') this.#gauges.set(name, new Gauge({ name, help, labelNames, registers }));
    const { dockerSeconds, sessions } = metricTable;
    this.#sessions = new Counter({ name: sessions.name, help: sessions.help, registers });
    this.#docker = new Histogram({
      name: dockerSeconds.name,
      help: dockerSeconds.help,
      labelNames: [...dockerSeconds.labels],
      buckets: [0.001, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5, 30],
      registers,
    });
  }

  dockerCall(call: EngineCall, ms: number, ok: boolean): void {
    this.#docker.observe({ call, outcome: ok ? 'ok' : 'error' }, ms / 1000);
  }

  sessionOpened(): void {
    this.#sessions.inc();
  }

  async text(sources: MetricSources): Promise<string> {
    this.#set(metricTable.connected, sources.connected() ? 1 : 0);
    this.#set(metricTable.impaired, sources.impaired() ? 1 : 0);
    this.#set(metricTable.unreported, sources.unreported());
    this.#setTasks(sources.tasks());
    const utilisation = await sources.utilisation();
    if (utilisation) this.#setUtilisation(utilisation);
    return this.registry.metrics();
  }

  #setTasks(tasks: readonly AgentTask[]): void {
    const counts = new Map<TaskStatus, number>();
    for (const { status } of tasks) counts.set(status, (counts.get(status) ?? 0) + 1);
    const gauge = this.#gauges.get(metricTable.tasks.name);
    gauge?.reset();
    for (const [status, count] of counts) gauge?.set({ status }, count);
  }

  #setUtilisation({ host, containers }: Utilisation): void {
    this.#set(metricTable.hostCpu, host.cpuUnits);
    this.#set(metricTable.hostMemory, host.memoryMiB * mebi);
    this.#set(metricTable.hostDisk, host.diskUsedBytes);
    const rows = [
      [metricTable.containerCpu, (c) => c.cpuUnits],
      [metricTable.containerMemory, (c) => c.memoryMiB * mebi],
      [metricTable.containerMemoryLimit, (c) => c.memoryLimitMiB * mebi],
      [metricTable.containerRx, (c) => c.networkRxBytes],
      [metricTable.containerTx, (c) => c.networkTxBytes],
      [metricTable.containerRead, (c) => c.blockReadBytes],
      [metricTable.containerWrite, (c) => c.blockWriteBytes],
    ] as const satisfies readonly (readonly [MetricRow, (c: Utilisation['containers'][number]) => number])[];
    for (const [row, figure] of rows) {
      const gauge = this.#gauges.get(row.name);
      // Containers that have gone leave no series behind.
      gauge?.reset();
      for (const c of containers) gauge?.set({ task: c.task, container: c.container }, figure(c));
    }
  }

  #set(row: MetricRow, value: number): void {
    this.#gauges.get(row.name)?.set(value);
  }
}
