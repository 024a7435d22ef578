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
class Entropy {
  readonly #pool = Buffer.alloc(4096);
  #used = this.#pool.length;

  next(): number {
    return this.#pool.readUIntBE(this.#take(6), 6) / 2 ** 48;
  }

  hexId(): string {
    return this.#pool.toString('hex', this.#take(16), this.#used);
  }

  /** A copy: what was given out stays as it is. */
  bytes(n: number): Uint8Array {
    if (n > this.#pool.length / 16) return randomBytes(n);
    const from = this.#take(n);
    return Uint8Array.from(this.#pool.subarray(from, from + n));
  }

  /** Where the next `n` bytes begin. Each is given out once. */
  #take(n: number): number {
    if (this.#used + n > this.#pool.length) {
      randomFillSync(this.#pool);
      this.#used = 0;
    }
    this.#used += n;
    return this.#used - n;
  }
}

function systemRandomness(): Random {
  const entropy = new Entropy();
  const drawn = randomOf(
    () => entropy.next(),
    (n) => entropy.bytes(n),
  );
  return { ...drawn, hexId: () => entropy.hexId() };
}

export const systemRandom: Random = systemRandomness();

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
