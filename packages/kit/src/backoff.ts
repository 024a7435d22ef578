import type { Random } from './random.js';

/** Milliseconds to wait before attempt `attempt` (0 is the first retry): doubles from `minMs` to `maxMs`, with jitter. */
export function backoffMs(
  attempt: number,
  bounds: { readonly minMs: number; readonly maxMs: number },
  random: Random,
): number {
  const ceiling = Math.min(bounds.maxMs, bounds.minMs * 2 ** Math.min(attempt, 30));
  return ceiling * (0.5 + random.next() / 2);
}
