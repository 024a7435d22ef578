import { readFileSync } from 'node:fs';

export interface Route {
  readonly device: string;
  readonly network: number;
  readonly mask: number;
}

/** The routes of this host that lead to a network; the default route leads everywhere and says nothing. */
export function readRoutes(path = '/proc/net/route'): readonly Route[] {
  try {
    return parseRoutes(readFileSync(path, 'utf8'));
  } catch {
    // No such table here: nothing is known to clash.
    return [];
  }
}

/** /proc/net/route: addresses in hex, the last octet first. */
export function parseRoutes(text: string): readonly Route[] {
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields.length > 7)
    .map((f) => ({ device: f[0] ?? '', network: address(f[1] ?? ''), mask: address(f[7] ?? '') }))
    .filter((route) => route.mask !== 0);
}

/** A route that a network would take traffic from, but for its own bridge's; undefined where none is. */
export function clashingRoute(cidr: string, routes: readonly Route[], own: string): Route | undefined {
  const [, bits = '32'] = cidr.split('/');
  const network = networkOf(cidr);
  const mask = 2 ** 32 - 2 ** (32 - Number(bits));
  return routes.find((route) => {
    const wider = Math.min(mask, route.mask);
    return route.device !== own && covers(network, wider) === covers(route.network, wider);
  });
}

/** The address before the slash, as a number. */
export function networkOf(cidr: string): number {
  const [base = ''] = cidr.split('/');
  return base.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

function covers(network: number, mask: number): number {
  const size = 2 ** 32 - mask;
  return Math.floor(network / size);
}

function address(hex: string): number {
  return (hex.match(/../g) ?? []).reverse().reduce((sum, octet) => sum * 256 + Number.parseInt(octet, 16), 0);
}
