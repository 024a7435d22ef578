import { Metadata, type StatusObject, status } from '@grpc/grpc-js';
import { CodedError } from '@longshore/kit';
import { MemberError, toEcsError } from '@longshore/model';
import { decodeDetails, encodeDetails } from './details.js';

/** Names of gRPC's status codes. */
export type StatusName =
  | 'OK'
  | 'CANCELLED'
  | 'UNKNOWN'
  | 'INVALID_ARGUMENT'
  | 'DEADLINE_EXCEEDED'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'PERMISSION_DENIED'
  | 'RESOURCE_EXHAUSTED'
  | 'FAILED_PRECONDITION'
  | 'ABORTED'
  | 'OUT_OF_RANGE'
  | 'UNIMPLEMENTED'
  | 'INTERNAL'
  | 'UNAVAILABLE'
  | 'DATA_LOSS'
  | 'UNAUTHENTICATED';

const detailsKey = 'grpc-status-details-bin';

/** A status as it goes over the wire, without a type of grpc-js. */
export interface WireStatus {
  readonly status: StatusName;
  readonly message: string;
  /** `grpc-status-details-bin`; undefined where the sender gave none. */
  readonly details: Buffer | undefined;
}

/**
 * What a call ended with, at the caller. `code` is ECS's exception where the server named one, else the status' name
 * (`UNAVAILABLE`, `DEADLINE_EXCEEDED`).
 */
export class RpcError extends CodedError {
  readonly status: StatusName;
  /** Whether a Longshore server answered; false: nothing was reached, or something between gave up. */
  readonly answered: boolean;
  /** How long the server asks to wait; with it, nothing was done, and any call may be sent again. */
  readonly retryAfterMs: number | undefined;
  /** ConflictException: what the clientToken made before. */
  readonly resourceIds: readonly string[];
  /** The member that the server refused, where it is one. */
  readonly member: string | undefined;

  constructor(wire: WireStatus) {
    const details = wire.details && decodeDetails(wire.details);
    super(details?.reason ?? wire.status, wire.message, { retryable: isRetryable(wire.status, details) });
    this.status = wire.status;
    this.answered = details?.reason !== undefined;
    this.retryAfterMs = details?.retryAfterMs;
    this.resourceIds = details?.metadata.resourceIds?.split(',') ?? [];
    this.member = details?.metadata.member;
  }
}

function isRetryable(
  name: StatusName,
  details: { readonly retryAfterMs: number | undefined } | undefined,
): boolean {
  return name === 'UNAVAILABLE' || details?.retryAfterMs !== undefined;
}

/** Whatever a handler threw, as the status to send: ECS's message, and its exception as ErrorInfo. */
export function statusOf(thrown: unknown): WireStatus {
  const error = toEcsError(thrown);
  const metadata: Record<string, string> = {};
  if (error.resourceIds) metadata.resourceIds = error.resourceIds.join(',');
  if (thrown instanceof MemberError && thrown.path !== '') metadata.member = thrown.path;
  const details = encodeDetails({
    code: status[error.grpc],
    message: error.message,
    reason: error.code,
    metadata,
    retryAfterMs: error.retryAfterMs,
  });
  return { status: error.grpc, message: error.message, details };
}

/** A status as it came, as the error to throw. */
export function errorOf(wire: WireStatus): RpcError {
  return new RpcError(wire);
}

/** For grpc-js' server. */
export function toGrpcStatus(wire: WireStatus): StatusObject {
  const metadata = new Metadata();
  if (wire.details) metadata.set(detailsKey, wire.details);
  return { code: status[wire.status], details: bounded(wire.message), metadata };
}

/** From grpc-js' client: a ServiceError, or whatever it threw. */
export function fromGrpcError(error: {
  readonly code?: unknown;
  readonly details?: unknown;
  readonly message?: unknown;
  readonly metadata?: unknown;
}): WireStatus {
  const name = typeof error.code === 'number' ? (status[error.code] as StatusName | undefined) : undefined;
  const bytes = error.metadata instanceof Metadata ? error.metadata.get(detailsKey)[0] : undefined;
  return {
    status: name ?? 'UNKNOWN',
    message: textOf(error.details) ?? textOf(error.message) ?? 'no reason given',
    details: Buffer.isBuffer(bytes) ? bytes : undefined,
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** grpc-message is a header: at most a few KiB, or peers drop the whole answer. */
function bounded(message: string): string {
  return message.length > 4000 ? `${message.slice(0, 4000)}...` : message;
}
