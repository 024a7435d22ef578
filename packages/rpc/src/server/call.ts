import type { Ending } from '@longshore/kit';
import type { Connection } from './connections.js';

/** What is known of a call before it is let in. */
export interface Attempt {
  /** `EcsService`, `AgentService`, `LongshoreService`, or the full name of a service that is gRPC's own (reflection). */
  readonly service: string;
  readonly operation: string;
  /** From `authorization: Bearer ...`; undefined where there is none. */
  readonly token: string | undefined;
  /** `ip:port` of the connection. */
  readonly peer: string;
  readonly requestId: string;
}

/** One call that was let in. `C` is what the authorize hook made of its caller. */
export interface RpcCall<C> extends Attempt {
  readonly caller: C;
  /** The region that the caller asks for; undefined: the server's own. */
  readonly region: string | undefined;
  /** Milliseconds until the caller gives up; Infinity where it does not say. */
  readonly remainingMs: number;
  /** What the call came by; undefined where the peer has gone. */
  readonly connection: Connection | undefined;
  /** Aborts when the caller has gone, its deadline has passed, or the server is forced to stop. */
  readonly signal: AbortSignal;
  /** Aborts when the server begins to stop: a long poll answers now with what it has. */
  readonly draining: AbortSignal;
  /** What `signal` and `draining` are signals of: for calls that come by the thousand. */
  readonly gone: Ending;
  readonly drained: Ending;
}

/** How a call ended, for metrics and the log. */
export interface Outcome {
  readonly service: string;
  readonly operation: string;
  /** `OK`, or the exception's name. */
  readonly code: string;
  readonly seconds: number;
  readonly peer: string;
  readonly requestId: string;
  /** What the authorize hook answered; undefined where it refused. */
  readonly caller: unknown;
}

/** The metadata that both sides agree on. */
export const metadataKeys = {
  authorization: 'authorization',
  region: 'longshore-region',
  requestId: 'x-request-id',
} as const;

export function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];
}
