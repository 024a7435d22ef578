import type { Random } from '@longshore/kit';

/** What is done to whom; every fault ends by itself after `forMs`. */
export type Fault =
  | { readonly kind: 'kill' | 'freeze'; readonly target: string }
  /** Of the link between an agent and one server, or all. */
  | { readonly kind: 'cut' | 'refuse' | 'mute' | 'deafen' | 'hole'; readonly target: string };

export interface Planned {
  readonly atMs: number;
  readonly forMs: number;
  readonly fault: Fault;
}

interface Kind {
  readonly kind: Fault['kind'];
  readonly targets: readonly string[];
  /** How long it lasts: from, to. */
  readonly forMs: readonly [number, number];
}

/** Each kind of trouble is had at least once; then again, in another order, until the time is up. */
export function scheduleOf(
  random: Random,
  world: { readonly servers: readonly string[]; readonly agents: readonly string[] },
  lastsMs: number,
): readonly Planned[] {
  const { servers, agents } = world;
  const kinds: readonly Kind[] = [
    { kind: 'kill', targets: servers, forMs: [200, 3_000] },
    { kind: 'kill', targets: agents, forMs: [200, 4_000] },
    { kind: 'kill', targets: ['etcd'], forMs: [100, 2_500] },
    // Longer than a leadership (6 s) and shorter; longer than the instance timeout and shorter.
    { kind: 'freeze', targets: servers, forMs: [500, 9_000] },
    { kind: 'freeze', targets: agents, forMs: [500, 7_000] },
    { kind: 'freeze', targets: ['etcd'], forMs: [500, 5_000] },
    { kind: 'cut', targets: agents, forMs: [0, 0] },
    { kind: 'refuse', targets: agents, forMs: [500, 6_000] },
    { kind: 'mute', targets: agents, forMs: [500, 6_000] },
    { kind: 'deafen', targets: agents, forMs: [500, 6_000] },
    { kind: 'hole', targets: agents, forMs: [1_000, 8_000] },
  ];
  const planned: Planned[] = [];
  const freeFrom = new Map<string, number>();
  let deck: Kind[] = [];
  for (let atMs = 1_000; atMs < lastsMs; atMs += between(random, 400, 3_500)) {
    if (deck.length === 0) deck = shuffled(random, kinds);
    const next = deck.pop();
    if (!next) break;
    const target = pick(random, next.targets);
    const start = Math.max(atMs, freeFrom.get(target) ?? 0);
    const forMs = between(random, ...next.forMs);
    planned.push({ atMs: start, forMs, fault: { kind: next.kind, target } });
    // One thing at a time for each; several at once for the whole.
    freeFrom.set(target, start + forMs + 1_000);
  }
  return planned.sort((a, b) => a.atMs - b.atMs);
}

export function between(random: Random, from: number, to: number): number {
  return Math.round(from + random.next() * (to - from));
}

export function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random.next() * from.length)] as T;
}

function shuffled<T>(random: Random, from: readonly T[]): T[] {
  const left = [...from];
  const out: T[] = [];
  while (left.length > 0) out.push(...left.splice(Math.floor(random.next() * left.length), 1));
  return out;
}
