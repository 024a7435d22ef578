import type { Clock } from '@longshore/kit';

/** `place`: starts tasks. `read`: changes nothing. */
export type OperationClass = 'read' | 'write' | 'place';

export interface Rate {
  /** Calls a second that go on for ever; Infinity: no limit. */
  readonly perSecond: number;
  /** Calls at once after a rest. */
  readonly burst: number;
}

export type Rates = Readonly<Record<OperationClass, Rate>>;

/** Far above what people and tools need, below what one replica can do: one client cannot starve the agents. */
export const defaultRates: Rates = {
  read: { perSecond: 4_000, burst: 8_000 },
  write: { perSecond: 500, burst: 1_000 },
  place: { perSecond: 1_000, burst: 2_000 },
};

export function operationClassOf(operation: string): OperationClass {
  if (/^(Describe|List|Get|Discover|Explain|Watch|Diagnose)/.test(operation)) return 'read';
  return operation === 'RunTask' || operation === 'StartTask' ? 'place' : 'write';
}

interface Bucket {
  tokens: number;
  atMs: number;
}

/** More callers than this at once are no callers of one cluster; the one seen longest ago starts anew. */
const maxBuckets = 10_000;

/** Token buckets by caller and class of operation. */
export class Throttle {
  readonly #rates: Rates;
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();

  constructor(rates: Rates, clock: Clock) {
    this.#rates = rates;
    this.#clock = clock;
  }

  /** Takes one call's token; undefined where it may go on, else the milliseconds until the next token. */
  take(caller: string, operation: string): number | undefined {
    const kind = operationClassOf(operation);
    const rate = this.#rates[kind];
    if (rate.perSecond === Number.POSITIVE_INFINITY) return undefined;
    const key = `${kind} ${caller}`;
    const nowMs = this.#clock.monotonicMs();
    const bucket = this.#buckets.get(key) ?? { tokens: rate.burst, atMs: nowMs };
    bucket.tokens = Math.min(rate.burst, bucket.tokens + ((nowMs - bucket.atMs) / 1000) * rate.perSecond);
    bucket.atMs = nowMs;
    this.#keep(key, bucket);
    if (bucket.tokens < 1) return Math.ceil(((1 - bucket.tokens) / rate.perSecond) * 1000);
    bucket.tokens -= 1;
    return undefined;
  }

  /** Puts the bucket at the end of the map's order, and drops the first when there are too many. */
  #keep(key: string, bucket: Bucket): void {
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > maxBuckets && oldest !== undefined) this.#buckets.delete(oldest);
  }
}
