import { type CallOptions as GrpcCallOptions, Metadata, type ServiceError } from '@grpc/grpc-js';
import { CodedError, systemClock } from '@longshore/kit';
import type { Method } from '../contract.js';
import { errorOf, fromGrpcError, type RpcError, type WireStatus } from '../errors.js';
import { metadataKeys } from '../server/call.js';
import { type Channel, grpcClientOf } from './channel.js';

export interface CallOptions {
  /** Ends the call; it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** The whole call, attempts and waits included; the server knows it too. */
  readonly timeoutMs?: number | undefined;
  /** Wait for a connection, as long as the timeout allows, instead of failing with UNAVAILABLE. */
  readonly waitForReady?: boolean | undefined;
  readonly region?: string | undefined;
  /** Names the call in the server's log; a random one else. */
  readonly requestId?: string | undefined;
}

/** One sending of a unary call. Throws RpcError, or the signal's reason. */
export function invokeUnary(
  channel: Channel,
  method: Method,
  request: unknown,
  options: CallOptions & { readonly timeoutMs: number },
): Promise<unknown> {
  const { signal } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const cancel = (): void => call.cancel();
    const ended = (error: ServiceError | null, response?: unknown): void => {
      signal?.removeEventListener('abort', cancel);
      if (error) reject(signal?.aborted ? (signal.reason as Error) : toError(error));
      else resolve(response);
    };
    const call = grpcClientOf(channel).makeUnaryRequest(
      method.path,
      method.encodeRequest,
      method.decodeResponse,
      request,
      metadataOf(channel, options),
      grpcOptions(options.timeoutMs),
      ended,
    );
    signal?.addEventListener('abort', cancel, { once: true });
  });
}

/**
 * A server stream as it is read: what is not read yet is not sent beyond HTTP/2's window. Leaving the loop ends the
 * call. Throws RpcError, or the signal's reason.
 */
export async function* invokeStream(
  channel: Channel,
  method: Method,
  request: unknown,
  options: CallOptions,
): AsyncGenerator<unknown, void, undefined> {
  const { signal } = options;
  signal?.throwIfAborted();
  const call = grpcClientOf(channel).makeServerStreamRequest(
    method.path,
    method.encodeRequest,
    method.decodeResponse,
    request,
    metadataOf(channel, options),
    grpcOptions(options.timeoutMs),
  );
  const cancel = (): void => call.cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    for await (const item of call) yield item;
  } catch (thrown) {
    signal?.throwIfAborted();
    throw toError(thrown as ServiceError);
  } finally {
    signal?.removeEventListener('abort', cancel);
    // An error that comes after the last read has nobody left to tell.
    call.on('error', () => undefined);
    call.cancel();
  }
}

export function toError(error: ServiceError): RpcError {
  return seenFromHere(fromGrpcError(error));
}

/** A server that drains ends calls as CANCELLED; seen from here that is "try another". */
export function seenFromHere(wire: WireStatus): RpcError {
  return errorOf(wire.status === 'CANCELLED' ? { ...wire, status: 'UNAVAILABLE' } : wire);
}

/** The token as it is now. */
export function tokenOf({ settings: { token } }: Channel): string | undefined {
  return typeof token === 'function' ? token() : token;
}

export function metadataOf(channel: Channel, options: CallOptions): Metadata {
  const metadata = new Metadata(options.waitForReady ? { waitForReady: true } : {});
  const bearer = tokenOf(channel);
  const region = options.region ?? channel.settings.region;
  if (bearer !== undefined) metadata.set(metadataKeys.authorization, `Bearer ${checkedHeader(bearer)}`);
  if (region !== undefined) metadata.set(metadataKeys.region, checkedHeader(region));
  metadata.set(metadataKeys.requestId, options.requestId ?? channel.random.hexId());
  return metadata;
}

/** A token file with a stray line in it must not become an exception that shows the token. */
function checkedHeader(value: string): string {
  const trimmed = value.trim();
  if (!/^[\x21-\x7e]+$/.test(trimmed))
    throw new CodedError('InvalidParameterException', 'token or region: must be one word of printable ASCII');
  return trimmed;
}

function grpcOptions(timeoutMs: number | undefined): GrpcCallOptions {
  // By grpc-js' own clock, whatever clock the channel was given.
  return timeoutMs === undefined ? {} : { deadline: systemClock.wallMs() + timeoutMs };
}
