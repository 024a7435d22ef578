import type { ContainerUsage } from '../driver.js';

/** What of a container's usage its cgroup tells. */
export type CgroupUsage = Omit<ContainerUsage, 'networkRxBytes' | 'networkTxBytes'>;

/** Reads a file; undefined where there is none. */
export type ReadFile = (path: string) => Promise<string | undefined>;

/** Where a process' cgroup lies, by controller for version 1 (`''` for version 2), from its /proc/PID/cgroup. */
export function cgroupPaths(text: string): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^(\d+):([^:]*):(.+)$/.exec(line);
    if (!match) continue;
    const [, id, controllers = '', path = ''] = match;
    if (id === '0') paths.set('', path);
    else for (const controller of controllers.split(',')) paths.set(controller, path);
  }
  return paths;
}

/** Undefined where the cgroup is gone or is not seen from here. */
export async function readCgroup(
  root: string,
  paths: ReadonlyMap<string, string>,
  read: ReadFile,
): Promise<CgroupUsage | undefined> {
  // A machine with both has the controllers in version 1.
  if (paths.has('memory')) return readVersion1(root, paths, read);
  const path = paths.get('');
  return path === undefined ? undefined : readVersion2(`${root}${path}`, read);
}

async function readVersion1(
  root: string,
  paths: ReadonlyMap<string, string>,
  read: ReadFile,
): Promise<CgroupUsage | undefined> {
  const at = (controller: string, file: string): Promise<string | undefined> =>
    read(`${root}/${controller}${paths.get(controller) ?? ''}/${file}`);
  const [usage, limit, stat, cpu, io] = await Promise.all([
    at('memory', 'memory.usage_in_bytes'),
    at('memory', 'memory.limit_in_bytes'),
    at('memory', 'memory.stat'),
    at('cpuacct', 'cpuacct.usage'),
    at('blkio', 'blkio.throttle.io_service_bytes'),
  ]);
  if (usage === undefined || cpu === undefined) return undefined;
  return {
    cpuNanos: Number(cpu),
    // The page cache that can be dropped at once is not counted, as Docker and ECS do not.
    memoryBytes: Math.max(0, Number(usage) - (keyed(stat).get('total_inactive_file') ?? 0)),
    memoryLimitBytes: limitOf(limit),
    ...blockBytes(io ?? '', /^\S+ (Read|Write) (\d+)$/gm, ['Read', 'Write']),
  };
}

async function readVersion2(path: string, read: ReadFile): Promise<CgroupUsage | undefined> {
  const [usage, limit, stat, cpu, io] = await Promise.all(
    ['memory.current', 'memory.max', 'memory.stat', 'cpu.stat', 'io.stat'].map((f) => read(`${path}/${f}`)),
  );
  const cpuMicros = keyed(cpu).get('usage_usec');
  if (usage === undefined || cpuMicros === undefined) return undefined;
  return {
    cpuNanos: cpuMicros * 1000,
    memoryBytes: Math.max(0, Number(usage) - (keyed(stat).get('inactive_file') ?? 0)),
    memoryLimitBytes: limitOf(limit),
    ...blockBytes(io ?? '', /(rbytes|wbytes)=(\d+)/g, ['rbytes', 'wbytes']),
  };
}

function keyed(text: string | undefined): ReadonlyMap<string, number> {
  const pairs = (text ?? '').split('\n').map((line) => line.split(' '));
  return new Map(pairs.map(([key = '', value]) => [key, Number(value)]));
}

/** Without a limit version 2 says `max`, and version 1 a number near 2^63: both are 0 here. */
function limitOf(text: string | undefined): number {
  const limit = Number(text);
  return Number.isFinite(limit) && limit < 2 ** 62 ? limit : 0;
}

function blockBytes(
  text: string,
  pattern: RegExp,
  [read, write]: readonly [string, string],
): { readonly blockReadBytes: number; readonly blockWriteBytes: number } {
  const sums = new Map<string, number>();
  for (const [, what = '', bytes] of text.matchAll(pattern))
    sums.set(what, (sums.get(what) ?? 0) + Number(bytes));
  return { blockReadBytes: sums.get(read) ?? 0, blockWriteBytes: sums.get(write) ?? 0 };
}

export interface NetworkCounters {
  readonly rxBytes: number;
  readonly rxPackets: number;
  readonly rxErrors: number;
  readonly rxDropped: number;
  readonly txBytes: number;
  readonly txPackets: number;
  readonly txErrors: number;
  readonly txDropped: number;
}

/** The interfaces of /proc/PID/net/dev but the loopback. */
export function networkCounters(text: string): ReadonlyMap<string, NetworkCounters> {
  const found = new Map<string, NetworkCounters>();
  for (const line of text.split('\n')) {
    const match = /^\s*([^:\s]+):\s*(.+)$/.exec(line);
    if (!match || match[1] === 'lo') continue;
    const n = (match[2] ?? '').trim().split(/\s+/).map(Number);
    found.set(match[1] ?? '', {
      rxBytes: n[0] ?? 0,
      rxPackets: n[1] ?? 0,
      rxErrors: n[2] ?? 0,
      rxDropped: n[3] ?? 0,
      txBytes: n[8] ?? 0,
      txPackets: n[9] ?? 0,
      txErrors: n[10] ?? 0,
      txDropped: n[11] ?? 0,
    });
  }
  return found;
}
