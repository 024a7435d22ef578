import type { ContainerUsage, EngineFacts } from '../driver.js';
import type { FakeContainer } from './container.js';

export function fakeEngineFacts(facts: Partial<EngineFacts> = {}): EngineFacts {
  return {
    version: '20.10.24',
    apiVersion: '1.41',
    operatingSystem: 'Debian GNU/Linux 12 (bookworm)',
    osType: 'linux',
    architecture: 'x86_64',
    kernel: '6.1.0',
    cpus: 2,
    memoryBytes: 4 * 1024 ** 3,
    cgroupDriver: 'cgroupfs',
    cgroupVersion: 1,
    logDrivers: ['json-file', 'local', 'journald', 'syslog', 'none'],
    volumePlugins: ['local'],
    networkPlugins: ['bridge', 'host', 'null'],
    securityOptions: ['name=seccomp,profile=default'],
    runtimes: ['runc'],
    rootDirectory: '/var/lib/docker',
    liveRestore: false,
    bridgeGateway: '172.17.0.1',
    ...facts,
  };
}

/** A tenth of a core and 8 MiB where nothing is scripted. */
export function usageOf(container: FakeContainer | undefined, now: number): ContainerUsage | undefined {
  if (container?.state !== 'running') return undefined;
  const uptimeMs = now - container.startedAt;
  return {
    cpuNanos: Math.round(uptimeMs * 100_000),
    memoryBytes: 8 * 1024 ** 2,
    memoryLimitBytes: (container.spec.definition.memory ?? 0) * 1024 ** 2,
    networkRxBytes: Math.round(uptimeMs),
    networkTxBytes: Math.round(uptimeMs),
    blockReadBytes: 0,
    blockWriteBytes: 0,
    ...container.behaviour.usage?.(uptimeMs),
  };
}

export function statsOf(
  container: FakeContainer | undefined,
  now: number,
): Readonly<Record<string, unknown>> | undefined {
  const usage = usageOf(container, now);
  if (!container || !usage) return undefined;
  return {
    id: container.id,
    name: `/${container.spec.name}`,
    cpu_stats: { cpu_usage: { total_usage: usage.cpuNanos }, online_cpus: 2 },
    memory_stats: { usage: usage.memoryBytes, limit: usage.memoryLimitBytes, stats: {} },
    networks: { eth0: { rx_bytes: usage.networkRxBytes, tx_bytes: usage.networkTxBytes } },
  };
}
