import { cpus, totalmem } from 'node:os';

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** Of at least one value; `p` from 0 to 100. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = Math.min(sorted.length - 1, Math.floor((p / 100) * sorted.length));
  const value = sorted[at];
  if (value === undefined) throw new Error('no values to take a percentile of');
  return value;
}

export function round(value: number, digits = 0): number {
  return Number(value.toFixed(digits));
}

export function setUp(): string {
  return `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
}

/** The ratio of each pair, its median and its spread. */
export function ratioOf(pairs: readonly (readonly [number, number])[]): {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
} {
  const ratios = pairs.map(([ours, theirs]) => ours / theirs);
  return {
    median: round(median(ratios), 3),
    lowest: round(Math.min(...ratios), 3),
    highest: round(Math.max(...ratios), 3),
  };
}

/** Runs both in turns, the order changing every time, so that what drifts on the machine meets both alike. */
export async function inTurns(
  pairs: number,
  ours: () => Promise<number>,
  theirs: () => Promise<number>,
): Promise<readonly (readonly [number, number])[]> {
  const measured: (readonly [number, number])[] = [];
  for (let i = 0; i < pairs; i++) {
    if (i % 2 === 0) {
      const first = await ours();
      measured.push([first, await theirs()]);
    } else {
      const first = await theirs();
      measured.push([await ours(), first]);
    }
  }
  return measured;
}
