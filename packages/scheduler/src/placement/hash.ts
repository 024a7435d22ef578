/** Randomness as arithmetic on integers: the same seed and id give the same numbers, in whatever order they are asked. */

/** FNV-1a over the characters of an id. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Spreads the bits of a number over all 32 (the finalizer of MurmurHash3). */
export function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The time until a memoryless clock rings, in its mean, drawn from 32 bits. */
export function exponential(bits: number): number {
  return -Math.log((bits + 1) / 2 ** 32);
}
