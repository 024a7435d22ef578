import { CodedError } from '@longshore/kit';
import { clashingRoute, networkOf, type Route } from './routes.js';

export interface AwsvpcNetworkWish {
  /** LONGSHORE_AWSVPC_CIDR; undefined: one of 172.30.0.0/24 to 172.30.255.0/24. */
  readonly cidr: string | undefined;
  readonly routes: readonly Route[];
  /** The bridge of this instance's own network, which may be there from before. */
  readonly ownBridge: string;
  /** What tells this agent from others on its machine: each begins to look at a network of its own. */
  readonly dataDir: string;
}

/**
 * The network of tasks in awsvpc mode. Pure. One that this instance has had before stays: its tasks keep their
 * addresses. Throws where it would take the traffic of a route of this host.
 */
export function chooseAwsvpcNetwork(wish: AwsvpcNetworkWish): string {
  const { cidr, routes, ownBridge } = wish;
  const clashOf = (network: string): Route | undefined => clashingRoute(network, routes, ownBridge);
  if (cidr !== undefined) {
    const clash = clashOf(cidr);
    if (clash) throw clashes(cidr, clash);
    return cidr;
  }
  const candidates = standardNetworks(wish.dataDir);
  const own = routes.find((r) => r.device === ownBridge);
  const [first = ''] = candidates;
  const kept = own && candidates.find((c) => networkOf(c) === own.network);
  const free = kept ?? candidates.find((c) => !clashOf(c));
  if (free !== undefined) return free;
  throw clashes(first, clashOf(first));
}

/** All 256, from one that follows from the data directory: neighbours in name are neighbours here. */
function standardNetworks(dataDir: string): readonly string[] {
  const start = Buffer.from(dataDir).reduce((sum, byte) => (sum * 31 + byte) % 256, 0);
  return Array.from({ length: 256 }, (_, i) => `172.30.${(start + i) % 256}.0/24`);
}

function clashes(cidr: string, clash: Route | undefined): CodedError {
  const device = clash?.device ?? '';
  const left = /^lv[0-9a-f]+$/.test(device)
    ? `, which an agent has left: docker network rm longshore-awsvpc-${device.slice(2)}`
    : '';
  return new CodedError(
    'ConfigurationError',
    `LONGSHORE_AWSVPC_CIDR: ${cidr} clashes with the route of ${device}${left}; name another network, such as 10.99.0.0/24, or do without tasks in awsvpc mode: ECS_ENABLE_TASK_ENI=false`,
  );
}
