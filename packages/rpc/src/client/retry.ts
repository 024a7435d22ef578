import { backoffMs, type Random } from '@longshore/kit';
import { RpcError } from '../errors.js';

/** Attempts of one call, the first included. */
const maxAttempts = 4;

/** Reads of the contract; sent twice they do nothing twice. */
const reads = /^(Describe|List|Get|Discover|Explain|Diagnose)/;

/**
 * Whether a request may be sent again although an earlier sending may have been carried out: reads, and RunTask under
 * a clientToken, which makes the ids of its tasks.
 */
export function isRepeatable(operation: string, request: Readonly<Record<string, unknown>>): boolean {
  return reads.test(operation) || (operation === 'RunTask' && request.clientToken !== undefined);
}

/** Milliseconds to wait before the call is sent again, or undefined: the error is the caller's. */
export function nextAttemptMs(
  error: unknown,
  attempt: number,
  repeatable: boolean,
  random: Random,
): number | undefined {
  if (!(error instanceof RpcError) || attempt + 1 >= maxAttempts) return undefined;
  const wait = backoffMs(attempt, { minMs: 100, maxMs: 2_000 }, random);
  // The server asks for it, and says thereby that it did nothing.
  if (error.retryAfterMs !== undefined) return Math.max(wait, Math.min(error.retryAfterMs, 5_000));
  return repeatable && error.status === 'UNAVAILABLE' ? wait : undefined;
}
