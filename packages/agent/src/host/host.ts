import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { promisify } from 'node:util';
import type { PortRange } from '../ports/port-book.js';

/** What the agent reads from its host. Everything that can not be read has a stand-in: no host is refused for it. */
export interface HostFacts {
  readonly name: string;
  /** ID-VERSION_ID of os-release, e.g. debian-12. */
  readonly osRelease: string;
  /** The DMI product name, without spaces. */
  readonly productName: string;
  readonly ephemeralPorts: PortRange;
  readonly isRoot: boolean;
  /** The address by which others reach this host: that of the device of its default route; empty where there is none. */
  readonly privateIpv4Address: string;
}

export function readHost(): HostFacts {
  const release = read('/etc/os-release') ?? '';
  const field = (name: string): string =>
    new RegExp(`^${name}="?([^"\\n]*)"?$`, 'm').exec(release)?.[1] ?? '';
  const [first = 32_768, last = 60_999] = (read('/proc/sys/net/ipv4/ip_local_port_range') ?? '')
    .trim()
    .split(/\s+/)
    .filter((t) => t !== '')
    .map(Number);
  return {
    name: hostname(),
    osRelease: [field('ID') || 'linux', field('VERSION_ID')].filter((t) => t !== '').join('-'),
    productName: (read('/sys/class/dmi/id/product_name') ?? '').trim().replaceAll(/\s+/g, '-') || 'generic',
    ephemeralPorts: { first, last },
    isRoot: process.getuid?.() === 0,
    privateIpv4Address: addressOf(defaultDevice(read('/proc/net/route') ?? '')),
  };
}

/** The device of the default route in a table of /proc/net/route; undefined where there is none. */
export function defaultDevice(table: string): string | undefined {
  const routes = table.split('\n').map((line) => line.trim().split(/\s+/));
  return routes.find((f) => f[1] === '00000000' && f[7] === '00000000')?.[0];
}

function addressOf(device: string | undefined): string {
  const addresses = device === undefined ? undefined : networkInterfaces()[device];
  return addresses?.find((a) => a.family === 'IPv4')?.address ?? '';
}

/** Host ports that sockets hold now, in any state but a closing one that no longer listens. */
export function portsInUse(): { readonly tcp: ReadonlySet<number>; readonly udp: ReadonlySet<number> } {
  const of = (...files: readonly string[]): ReadonlySet<number> =>
    new Set(files.flatMap((f) => localPorts(read(`/proc/net/${f}`) ?? '')));
  return { tcp: of('tcp', 'tcp6'), udp: of('udp', 'udp6') };
}

/** The local ports in a table of /proc/net: `sl local_address rem_address ...`, addresses as HEX:PORT. */
export function localPorts(table: string): readonly number[] {
  return table
    .split('\n')
    .slice(1)
    .map((line) => /^\s*\d+:\s+[0-9A-F]+:([0-9A-F]{4})\s/.exec(line)?.[1])
    .filter((hex) => hex !== undefined)
    .map((hex) => Number.parseInt(hex, 16));
}

/**
 * Where dynamic host ports come from: the part of ECS's 49153 to 65535 above the ephemeral range, then below it down
 * to 20000. Inside it any outgoing connection of the host may hold the port already.
 */
export function dynamicRanges(ephemeral: PortRange): readonly PortRange[] {
  const above = { first: Math.max(49_153, ephemeral.last + 1), last: 65_535 };
  const below = { first: 20_000, last: Math.min(ephemeral.first - 1, 65_535), descending: true };
  const ranges = [above, below].filter((r) => r.first <= r.last);
  return ranges.length > 0 ? ranges : [{ first: 49_153, last: 65_535 }];
}

/** Ids of the GPUs that NVIDIA's driver knows; none where there is no driver. */
export async function listGpus(): Promise<readonly string[]> {
  try {
    const options = { timeout: 10_000 };
    const { stdout } = await promisify(execFile)(
      'nvidia-smi',
      ['--query-gpu=uuid', '--format=csv,noheader'],
      options,
    );
    return stdout
      .split('\n')
      .map((l) => l.trim())
      .filter((l) => l !== '');
  } catch {
    // No such program: a machine without GPUs, which most are.
    return [];
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Absent in containers and on other kernels: the caller has a stand-in.
    return undefined;
  }
}
