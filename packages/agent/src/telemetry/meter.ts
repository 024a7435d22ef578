import type { Clock } from '@longshore/kit';
import type { ContainerUtilisation, HostUtilisation } from '@longshore/model';
import type { ContainerUsage, RuntimeDriver } from '@longshore/runtime';
import { Lane } from '../engine/lane.js';
import type { AgentTask } from '../engine/record.js';
import type { Utilisation } from '../session/session.js';
import { type HostCounters, readDisk, readHostCounters } from './host-usage.js';

export interface MeterParts {
  readonly tasks: () => readonly AgentTask[];
  readonly driver: RuntimeDriver;
  readonly clock: Clock;
  /** The engine's directory: the disk that containers fill. */
  readonly diskPath: string;
  readonly host?: () => HostCounters;
}

interface Reading {
  readonly atMs: number;
  readonly cpuNanos: number;
}

const mebi = 1024 ** 2;

/** Measures containers and host. Rates are over the time since the measurement before; the first has none. */
export class Meter {
  readonly #parts: MeterParts;
  readonly #lane = new Lane(8);
  readonly #last = new Map<string, Reading>();
  #lastHost: { readonly atMs: number; readonly cpuBusyMs: number } | undefined;
  #newest: Utilisation | undefined;
  #measuredAtMs = 0;

  constructor(parts: MeterParts) {
    this.#parts = parts;
  }

  /** The last measurement where it is young, else a new one. */
  async recent(withinMs: number): Promise<Utilisation> {
    const age = this.#parts.clock.monotonicMs() - this.#measuredAtMs;
    return this.#newest && age <= withinMs ? this.#newest : this.measure();
  }

  async measure(): Promise<Utilisation> {
    this.#measuredAtMs = this.#parts.clock.monotonicMs();
    const running = this.#parts
      .tasks()
      .flatMap((task) =>
        task.containers
          .filter((c) => c.phase === 'RUNNING' && c.runtimeId !== '' && !c.internal)
          .map((c) => ({ task: task.id, container: c.name, id: c.runtimeId })),
      );
    const found = await Promise.all(running.map((c) => this.#lane.run(() => this.#container(c))));
    const known = new Set(running.map((c) => c.id));
    for (const id of this.#last.keys()) if (!known.has(id)) this.#last.delete(id);
    this.#newest = { host: await this.#host(), containers: found.filter((c) => c !== undefined) };
    return this.#newest;
  }

  async #container(c: {
    readonly task: string;
    readonly container: string;
    readonly id: string;
  }): Promise<ContainerUtilisation | undefined> {
    // One that has just gone, or an engine in trouble: the others are still measured.
    const usage = await this.#parts.driver.usage(c.id).catch(() => undefined);
    if (!usage) return undefined;
    const atMs = this.#parts.clock.monotonicMs();
    const before = this.#last.get(c.id);
    this.#last.set(c.id, { atMs, cpuNanos: usage.cpuNanos });
    return {
      task: c.task,
      container: c.container,
      ...figures(usage),
      cpuUnits: cpuUnits(before, atMs, usage),
    };
  }

  async #host(): Promise<HostUtilisation> {
    const counters = (this.#parts.host ?? readHostCounters)();
    const disk = await readDisk(this.#parts.diskPath);
    const atMs = this.#parts.clock.monotonicMs();
    const before = this.#lastHost;
    this.#lastHost = { atMs, cpuBusyMs: counters.cpuBusyMs };
    const busy = before ? (counters.cpuBusyMs - before.cpuBusyMs) / Math.max(1, atMs - before.atMs) : 0;
    const { cpuBusyMs: _, memoryUsedBytes, memoryTotalBytes, ...rest } = counters;
    return {
      ...rest,
      cpuUnits: Math.max(0, busy * 1024),
      memoryMiB: memoryUsedBytes / mebi,
      memoryTotalMiB: memoryTotalBytes / mebi,
      diskUsedBytes: disk?.usedBytes ?? 0,
      diskTotalBytes: disk?.totalBytes ?? 0,
    };
  }
}

function figures(usage: ContainerUsage): Omit<ContainerUtilisation, 'task' | 'container' | 'cpuUnits'> {
  return {
    memoryMiB: usage.memoryBytes / mebi,
    memoryLimitMiB: usage.memoryLimitBytes / mebi,
    networkRxBytes: usage.networkRxBytes,
    networkTxBytes: usage.networkTxBytes,
    blockReadBytes: usage.blockReadBytes,
    blockWriteBytes: usage.blockWriteBytes,
  };
}

/** 1024 is one core in use. A counter that went back belongs to a new run. */
function cpuUnits(before: Reading | undefined, atMs: number, usage: ContainerUsage): number {
  if (!before || usage.cpuNanos < before.cpuNanos) return 0;
  const elapsedMs = Math.max(1, atMs - before.atMs);
  return ((usage.cpuNanos - before.cpuNanos) / (elapsedMs * 1e6)) * 1024;
}
