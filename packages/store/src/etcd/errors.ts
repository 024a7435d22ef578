import { BackendError, type Fate, refusals } from '../backend.js';

/**
 * gRPC's codes as etcd uses them. What is not here (UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED, INTERNAL, UNKNOWN)
 * leaves open whether the call happened.
 */
const refused: Readonly<Record<number, string>> = {
  3: 'InvalidRequest',
  // Of what we send, only a lease is ever not found.
  5: refusals.leaseGone,
  7: 'PermissionDenied',
  8: refusals.noSpace,
  9: 'FailedPrecondition',
  11: refusals.compacted,
  12: 'Unimplemented',
  16: 'Unauthenticated',
};

export function fromGrpc(error: Error, what: string): BackendError {
  const { code } = error as { readonly code?: unknown };
  const name = typeof code === 'number' ? refused[code] : undefined;
  const fate: Fate = name === undefined ? 'unknown' : 'refused';
  return new BackendError(fate, name ?? 'NoAnswer', `${what}: ${error.message}`, error);
}
