import type { ContainerUsage } from '../driver.js';

/** The members of the engine's stats that are used; the two versions of cgroups differ in the names in `stats`. */
export interface EngineStats extends Readonly<Record<string, unknown>> {
  readonly cpu_stats?: { readonly cpu_usage?: { readonly total_usage?: number } };
  readonly memory_stats?: {
    readonly usage?: number;
    readonly limit?: number;
    readonly stats?: Readonly<Record<string, number>>;
  };
  readonly networks?: Readonly<Record<string, { readonly rx_bytes: number; readonly tx_bytes: number }>>;
  readonly blkio_stats?: {
    readonly io_service_bytes_recursive?: readonly { readonly op: string; readonly value: number }[] | null;
  };
}

/** Undefined where the engine says nothing of memory: it answers zeros for what has stopped. */
export function usageOfStats(stats: EngineStats | undefined): ContainerUsage | undefined {
  const memory = stats?.memory_stats;
  if (!stats || memory?.usage === undefined) return undefined;
  const cache = memory.stats?.total_inactive_file ?? memory.stats?.inactive_file ?? 0;
  const networks = Object.values(stats.networks ?? {});
  const blocks = (op: string): number =>
    (stats.blkio_stats?.io_service_bytes_recursive ?? [])
      .filter((b) => b.op.toLowerCase() === op)
      .reduce((sum, b) => sum + b.value, 0);
  return {
    cpuNanos: stats.cpu_stats?.cpu_usage?.total_usage ?? 0,
    memoryBytes: Math.max(0, memory.usage - cache),
    memoryLimitBytes: memory.limit ?? 0,
    networkRxBytes: networks.reduce((sum, n) => sum + n.rx_bytes, 0),
    networkTxBytes: networks.reduce((sum, n) => sum + n.tx_bytes, 0),
    blockReadBytes: blocks('read'),
    blockWriteBytes: blocks('write'),
  };
}
