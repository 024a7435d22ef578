import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';

/** Counters of the host since its boot, but for memory and disk. */
export interface HostCounters {
  /** Time that cores were busy, in milliseconds, summed over cores. */
  readonly cpuBusyMs: number;
  readonly memoryUsedBytes: number;
  readonly memoryTotalBytes: number;
  readonly networkRxBytes: number;
  readonly networkTxBytes: number;
  readonly blockReadBytes: number;
  readonly blockWriteBytes: number;
  readonly uptimeMs: number;
}

export interface DiskUse {
  readonly usedBytes: number;
  readonly totalBytes: number;
  /** As df says it: of what users other than root may fill. */
  readonly percent: number;
}

export function readHostCounters(root = '/proc'): HostCounters {
  return {
    ...parseMemory(read(`${root}/meminfo`)),
    ...parseNetwork(read(`${root}/net/dev`)),
    ...parseDisks(read(`${root}/diskstats`)),
    cpuBusyMs: parseCpuBusyMs(read(`${root}/stat`)),
    uptimeMs: Number(read(`${root}/uptime`).split(' ')[0] ?? 0) * 1000,
  };
}

/** Undefined where the path is none of this host (a remote engine). */
export async function readDisk(path: string): Promise<DiskUse | undefined> {
  try {
    const s = await statfs(path);
    const used = (s.blocks - s.bfree) * s.bsize;
    const open = used + s.bavail * s.bsize;
    return { usedBytes: used, totalBytes: s.blocks * s.bsize, percent: open === 0 ? 0 : (100 * used) / open };
  } catch {
    // No such path here: nothing is known, and nothing is claimed.
    return undefined;
  }
}

/** user, nice, system, irq, softirq, steal of the first line; ticks are hundredths of a second. */
export function parseCpuBusyMs(stat: string): number {
  const [, user = 0, nice = 0, system = 0, , , irq = 0, soft = 0, steal = 0] = (stat.split('\n')[0] ?? '')
    .split(/\s+/)
    .map(Number);
  return (user + nice + system + irq + soft + steal) * 10;
}

export function parseMemory(meminfo: string): Pick<HostCounters, 'memoryUsedBytes' | 'memoryTotalBytes'> {
  const kib = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(meminfo)?.[1] ?? 0);
  const total = kib('MemTotal');
  return { memoryTotalBytes: total * 1024, memoryUsedBytes: (total - kib('MemAvailable')) * 1024 };
}

/** Of the interfaces that lead out: neither loopback nor what containers hang on. */
export function parseNetwork(dev: string): Pick<HostCounters, 'networkRxBytes' | 'networkTxBytes'> {
  let networkRxBytes = 0;
  let networkTxBytes = 0;
  for (const line of dev.split('\n').slice(2)) {
    const [name = '', rest = ''] = line.split(':');
    if (/^(lo|veth.*|docker\d+|br-.*|ls[0-9a-f]+|lv[0-9a-f]+)$/.test(name.trim())) continue;
    const numbers = rest.trim().split(/\s+/).map(Number);
    networkRxBytes += numbers[0] ?? 0;
    networkTxBytes += numbers[8] ?? 0;
  }
  return { networkRxBytes: networkRxBytes || 0, networkTxBytes: networkTxBytes || 0 };
}

/** Of whole disks: partitions would count twice. Sectors have 512 bytes here, whatever the disk's are. */
export function parseDisks(diskstats: string): Pick<HostCounters, 'blockReadBytes' | 'blockWriteBytes'> {
  let blockReadBytes = 0;
  let blockWriteBytes = 0;
  for (const line of diskstats.split('\n')) {
    const fields = line.trim().split(/\s+/);
    if (!/^(sd[a-z]+|vd[a-z]+|xvd[a-z]+|nvme\d+n\d+|mmcblk\d+)$/.test(fields[2] ?? '')) continue;
    blockReadBytes += Number(fields[5] ?? 0) * 512;
    blockWriteBytes += Number(fields[9] ?? 0) * 512;
  }
  return { blockReadBytes, blockWriteBytes };
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Not on this kernel: its figures are 0.
    return '';
  }
}
