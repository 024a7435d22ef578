import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { CliError, usageError } from '../exit.js';

/** Ports of 127.0.0.1 that nobody holds now. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const held = await Promise.all(Array.from({ length: count }, () => listen('127.0.0.1', 0)));
  const ports = held.map((server) => (server.address() as { readonly port: number }).port);
  await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

export interface ClaimedPorts {
  readonly ports: readonly number[];
  release(): void;
}

/**
 * Those ports of 127.0.0.1 where all are free and no other `dev` has claimed them, else as many others. Free is not enough:
 * an agent binds its ports seconds after they were chosen, and again whenever it is started again.
 */
export async function claimPorts(wanted: readonly number[]): Promise<ClaimedPorts> {
  const claim = await claimName(`longshore-dev-${wanted.join('-')}`);
  if (claim && (await allFree(wanted))) return { ports: wanted, release: () => claim.release() };
  claim?.release();
  return { ports: await freePorts(wanted.length), release: () => undefined };
}

/**
 * A name in the kernel, unique to the network namespace as ports are, until released or this process ends, however it does.
 * Undefined where somebody has it. Only Linux has such names; elsewhere it is given to all.
 */
async function claimName(name: string): Promise<{ release(): void } | undefined> {
  if (process.platform !== 'linux') return { release: () => undefined };
  const server = createServer();
  const held = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ path: `\0${name}` }, () => resolve(true));
  });
  if (!held) return undefined;
  server.unref();
  return { release: () => void server.close() };
}

async function allFree(ports: readonly number[]): Promise<boolean> {
  const free = await Promise.all(
    ports.map((port) =>
      listen('127.0.0.1', port).then(
        (server) => new Promise<boolean>((resolve) => server.close(() => resolve(true))),
        () => false,
      ),
    ),
  );
  return free.every(Boolean);
}

/** The address with its port chosen where it says 0. Throws a usage error where somebody else listens there. */
export async function freeAddress(flag: string, address: string): Promise<string> {
  const match = /^(\[[^\]]+\]|[^:]*):(\d+)$/.exec(address);
  const port = Number(match?.[2]);
  if (!match || port > 65_535) throw usageError(`${flag} ${address}: is not HOST:PORT`);
  const host = match[1] || '0.0.0.0';
  try {
    const server = await listen(host.replace(/^\[|\]$/g, ''), port);
    const found = (server.address() as { readonly port: number }).port;
    await new Promise((resolve) => server.close(resolve));
    return `${host}:${found}`;
  } catch (thrown) {
    const { code, message } = thrown as { readonly code?: string; readonly message: string };
    const why = code === 'EADDRINUSE' ? 'something listens there already' : message;
    throw new CliError('usage', `${flag} ${address}: ${why}`, {
      cause: thrown,
      wayOut: `end it, or choose another: ${flag} 127.0.0.1:0 takes a free port`,
    });
  }
}

function listen(host: string, port: number): Promise<ReturnType<typeof createServer>> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host, port }, () => resolve(server));
  });
}

/** The range that the kernel takes the ports of outgoing connections from; Linux's usual one where it does not say. */
export function ephemeralPorts(): readonly [number, number] {
  try {
    const [low, high] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
      .trim()
      .split(/\s+/)
      .map(Number);
    if (low && high) return [low, high];
  } catch {
    // No /proc: not Linux.
  }
  return [32_768, 60_999];
}
