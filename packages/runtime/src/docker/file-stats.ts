import { networkCounters, type ReadFile } from './cgroup.js';

/** Statistics in the engine's shape, from the kernel's files: the engine itself takes one to two seconds for them. */

export interface StatsPlace {
  readonly id: string;
  readonly name: string;
  readonly cgroupRoot: string;
  readonly procRoot: string;
  readonly pid: number;
  readonly paths: ReadonlyMap<string, string>;
  readonly countsNetwork: boolean;
  readonly nowMs: number;
}

type Counters = Readonly<Record<string, number>>;

export interface CpuStats {
  readonly cpu_usage: Readonly<Record<string, number | readonly number[]>>;
  readonly system_cpu_usage: number;
  readonly online_cpus: number;
  readonly throttling_data: Counters;
}

export interface FileStats extends Readonly<Record<string, unknown>> {
  readonly read: string;
  readonly cpu_stats: CpuStats;
}

/** Ticks of /proc are hundredths of a second on every machine that Docker runs on. */
const nanosPerTick = 10_000_000;
const never = '0001-01-01T00:00:00Z';
const noCpu: CpuStats = {
  cpu_usage: { total_usage: 0, usage_in_kernelmode: 0, usage_in_usermode: 0 },
  system_cpu_usage: 0,
  online_cpus: 0,
  throttling_data: { periods: 0, throttled_periods: 0, throttled_time: 0 },
};

/** Undefined where the cgroup is gone. `last` gives the `pre` members, from which readers take differences. */
export async function fileStats(
  place: StatsPlace,
  last: FileStats | undefined,
  read: ReadFile,
): Promise<FileStats | undefined> {
  const isVersion1 = place.paths.has('memory');
  const cgroup = isVersion1 ? await version1(place, read) : await version2(place, read);
  const [machine, net] = await Promise.all([
    read(`${place.procRoot}/stat`),
    place.countsNetwork ? read(`${place.procRoot}/${place.pid}/net/dev`) : undefined,
  ]);
  if (!cgroup) return undefined;
  return {
    id: place.id,
    name: `/${place.name}`,
    read: new Date(place.nowMs).toISOString(),
    preread: last?.read ?? never,
    num_procs: 0,
    storage_stats: {},
    pids_stats: cgroup.pids,
    cpu_stats: { ...machineCpu(machine ?? ''), ...cgroup.cpu },
    precpu_stats: last?.cpu_stats ?? noCpu,
    memory_stats: cgroup.memory,
    blkio_stats: { io_service_bytes_recursive: cgroup.blocks },
    ...(place.countsNetwork && { networks: networksOf(net ?? '') }),
  };
}

interface CgroupStats {
  readonly cpu: Pick<CpuStats, 'cpu_usage' | 'throttling_data'>;
  readonly memory: Readonly<Record<string, unknown>>;
  readonly pids: Counters;
  readonly blocks: readonly BlockCounter[];
}

interface BlockCounter {
  readonly major: number;
  readonly minor: number;
  readonly op: string;
  readonly value: number;
}

async function version1(place: StatsPlace, read: ReadFile): Promise<CgroupStats | undefined> {
  const at = (controller: string, file: string): Promise<string | undefined> =>
    read(`${place.cgroupRoot}/${controller}${place.paths.get(controller) ?? ''}/${file}`);
  const [usage, most, fails, limit, stat] = await Promise.all(
    ['usage_in_bytes', 'max_usage_in_bytes', 'failcnt', 'limit_in_bytes', 'stat'].map((f) =>
      at('memory', `memory.${f}`),
    ),
  );
  const [total, each, modes, throttled] = await Promise.all([
    at('cpuacct', 'cpuacct.usage'),
    at('cpuacct', 'cpuacct.usage_percpu'),
    at('cpuacct', 'cpuacct.stat'),
    at('cpu', 'cpu.stat'),
  ]);
  const [pids, io] = await Promise.all([
    at('pids', 'pids.current'),
    at('blkio', 'blkio.throttle.io_service_bytes'),
  ]);
  if (usage === undefined || total === undefined) return undefined;
  const ticks = keyed(modes);
  const quota = keyed(throttled);
  return {
    cpu: {
      cpu_usage: {
        total_usage: Number(total),
        percpu_usage: (each ?? '').trim().split(/\s+/).map(Number),
        usage_in_kernelmode: (ticks.system ?? 0) * nanosPerTick,
        usage_in_usermode: (ticks.user ?? 0) * nanosPerTick,
      },
      throttling_data: throttling(quota, quota.throttled_time ?? 0),
    },
    memory: {
      usage: Number(usage),
      max_usage: Number(most ?? 0),
      failcnt: Number(fails ?? 0),
      limit: Number(limit ?? 0),
      stats: keyed(stat),
    },
    pids: { current: Number(pids ?? 0) },
    blocks: [...(io ?? '').matchAll(/^(\d+):(\d+) (\w+) (\d+)$/gm)].map((m) =>
      blockCounter(m[1], m[2], m[3], m[4]),
    ),
  };
}

async function version2(place: StatsPlace, read: ReadFile): Promise<CgroupStats | undefined> {
  const path = `${place.cgroupRoot}${place.paths.get('') ?? ''}`;
  const [usage, limit, stat, cpu, pids, io] = await Promise.all(
    ['memory.current', 'memory.max', 'memory.stat', 'cpu.stat', 'pids.current', 'io.stat'].map((f) =>
      read(`${path}/${f}`),
    ),
  );
  if (usage === undefined || cpu === undefined) return undefined;
  const micros = keyed(cpu);
  return {
    cpu: {
      cpu_usage: {
        total_usage: (micros.usage_usec ?? 0) * 1000,
        usage_in_kernelmode: (micros.system_usec ?? 0) * 1000,
        usage_in_usermode: (micros.user_usec ?? 0) * 1000,
      },
      throttling_data: throttling(micros, (micros.throttled_usec ?? 0) * 1000),
    },
    memory: {
      usage: Number(usage),
      limit: limit === undefined || limit.trim() === 'max' ? 0 : Number(limit),
      stats: keyed(stat),
    },
    pids: { current: Number(pids ?? 0) },
    blocks: [...(io ?? '').matchAll(/^(\d+):(\d+) rbytes=(\d+) wbytes=(\d+)/gm)].flatMap((m) => [
      blockCounter(m[1], m[2], 'read', m[3]),
      blockCounter(m[1], m[2], 'write', m[4]),
    ]),
  };
}

function throttling(quota: Counters, throttledNanos: number): Counters {
  return {
    periods: quota.nr_periods ?? 0,
    throttled_periods: quota.nr_throttled ?? 0,
    throttled_time: throttledNanos,
  };
}

function blockCounter(major = '0', minor = '0', op = '', value = '0'): BlockCounter {
  return { major: Number(major), minor: Number(minor), op, value: Number(value) };
}

function keyed(text: string | undefined): Counters {
  const lines = (text ?? '').trim().split('\n');
  return Object.fromEntries(lines.map((l) => l.split(' ')).map(([key = '', value]) => [key, Number(value)]));
}

/** What all processors did since the machine's start, idle included: the measure that the container's is of. */
function machineCpu(text: string): Pick<CpuStats, 'system_cpu_usage' | 'online_cpus'> {
  const [, all = ''] = /^cpu +(.*)$/m.exec(text) ?? [];
  // As the engine counts: not what a hypervisor has stolen, nor guests, which user and nice hold already.
  const ticks = all.split(' ').slice(0, 7).map(Number);
  return {
    system_cpu_usage: ticks.reduce((sum, n) => sum + n, 0) * nanosPerTick,
    online_cpus: [...text.matchAll(/^cpu\d+ /gm)].length,
  };
}

function networksOf(text: string): Readonly<Record<string, Counters>> {
  return Object.fromEntries(
    [...networkCounters(text)].map(([name, c]) => [
      name,
      {
        rx_bytes: c.rxBytes,
        rx_packets: c.rxPackets,
        rx_errors: c.rxErrors,
        rx_dropped: c.rxDropped,
        tx_bytes: c.txBytes,
        tx_packets: c.txPackets,
        tx_errors: c.txErrors,
        tx_dropped: c.txDropped,
      },
    ]),
  );
}
