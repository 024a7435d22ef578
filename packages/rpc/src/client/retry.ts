import { backoffMs, type Random } from '@longshore/kit';
import { RpcError } from '../errors.js';

/** Reads of the contract; sent twice they do nothing twice. */
const reads = /^(Describe|List|Get|Discover|Explain|Diagnose)/;

/**
 * Whether a request may be sent again although an earlier sending may have been carried out: reads, and RunTask under
 * a clientToken, which makes the ids of its tasks.
 */
export function isRepeatable(operation: string, request: Readonly<Record<string, unknown>>): boolean {
  return reads.test(operation) || (operation === 'RunTask' && request.clientToken !== undefined);
}

export interface Attempted {
  /** 0 for the first sending. */
  readonly attempt: number;
  /** Since the first sending. */
  readonly elapsedMs: number;
  /** How long to go on for. */
  readonly retryForMs: number;
  readonly repeatable: boolean;
}

/** Milliseconds to wait before the call is sent again, or undefined: the error is the caller's. */
export function nextAttemptMs(error: unknown, attempted: Attempted, random: Random): number | undefined {
  if (!(error instanceof RpcError) || attempted.elapsedMs >= attempted.retryForMs) return undefined;
  const wait = backoffMs(attempted.attempt, { minMs: 100, maxMs: 1_000 }, random);
  // The server asks for it, and says thereby that it did nothing.
  if (error.retryAfterMs !== undefined) return Math.max(wait, Math.min(error.retryAfterMs, 5_000));
  return attempted.repeatable && error.status === 'UNAVAILABLE' ? wait : undefined;
}
