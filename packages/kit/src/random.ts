import { randomBytes, randomFillSync } from 'node:crypto';

/** Randomness as an argument: ids, jitter and seeds come from here, so that a seed replays them. */
export interface Random {
  /** A number from 0 up to, not including, 1. */
  next(): number;
  /** 32 lower-case hex digits, as ECS's ids have. */
  hexId(): string;
  /** `n` decimal digits, the first not 0, as in ecs-svc/DIGITS. */
  digits(n: number): string;
  bytes(n: number): Uint8Array;
}

/** Asking the system for 4 KiB costs hardly more than asking it for 16 bytes, and ids are made by the thousand. */
const pool = Buffer.alloc(4096);
let used = pool.length;

/** Each byte is given out once. A copy: what was given out stays as it is. */
function pooledBytes(n: number): Uint8Array {
  if (n > pool.length / 16) return randomBytes(n);
  return Uint8Array.prototype.slice.call(pool, take(n), used);
}

/** Where the next `n` bytes of the pool begin. */
function take(n: number): number {
  if (used + n > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += n;
  return used - n;
}

export const systemRandom: Random = {
  ...randomOf(() => pool.readUIntBE(take(6), 6) / 2 ** 48, pooledBytes),
  hexId: () => pool.toString('hex', take(16), used),
};

/** The same sequence for the same seed (mulberry32); for tests and for placement's `random` strategy. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return randomOf(next, (n) => Uint8Array.from({ length: n }, () => Math.floor(next() * 256)));
}

function randomOf(next: () => number, bytes: (n: number) => Uint8Array): Random {
  return {
    next,
    bytes,
    hexId: () => Buffer.from(bytes(16)).toString('hex'),
    digits: (n) =>
      Array.from({ length: n }, (_, i) =>
        String(i === 0 ? 1 + Math.floor(next() * 9) : Math.floor(next() * 10)),
      ).join(''),
  };
}
