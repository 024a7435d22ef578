import { hash } from 'node:crypto';
import type { Random } from '@longshore/kit';
import type { RunTaskRequest } from '@longshore/model';

/** Where a client token makes ids from. */
export interface TokenScope {
  readonly accountId: string;
  readonly cluster: string;
  readonly clientToken: string | undefined;
}

/**
 * The ids of a request's tasks. Under a client token they are a hash of account, cluster, token and ordinal, the same
 * on every replica and at every repetition; without one they are random.
 */
export function taskIds(scope: TokenScope, count: number, random: Random): readonly string[] {
  return Array.from({ length: count }, (_, ordinal) => tokenId(scope, ordinal) ?? random.hexId());
}

export function tokenId(scope: TokenScope, ordinal: number): string | undefined {
  if (scope.clientToken === undefined) return undefined;
  const text = JSON.stringify(['task', scope.accountId, scope.cluster, scope.clientToken, ordinal]);
  return hash('sha256', text, 'hex').slice(0, 32);
}

/** What tells a repetition of a request from another request under the same token; empty without one. */
export function requestHash(request: RunTaskRequest): Uint8Array {
  if (request.clientToken === undefined) return new Uint8Array();
  const { clientToken: _, ...rest } = request;
  return hash('sha256', canonical(rest), 'buffer').subarray(0, 16);
}

/** JSON with sorted members, without those that are absent or empty lists: both wires say the same by the same text. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) => {
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
    const entries = Object.entries(member).filter(
      ([, v]) => v !== undefined && !(Array.isArray(v) && v.length === 0),
    );
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
