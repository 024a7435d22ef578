import type { Timestamp } from './generated/shapes.js';

/** Milliseconds since 1970 as a message; undefined for 0, which stands for "has not happened". */
export function toTimestamp(ms: number): Timestamp | undefined {
  if (ms === 0) return undefined;
  const seconds = Math.floor(ms / 1000);
  return { seconds, nanos: Math.round((ms - seconds * 1000) * 1e6) };
}

export function fromTimestamp(timestamp: Timestamp): number {
  return timestamp.seconds * 1000 + timestamp.nanos / 1e6;
}
