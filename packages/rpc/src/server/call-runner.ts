import { Metadata, type ServerUnaryCall } from '@grpc/grpc-js';
import {
  type Clock,
  CodedError,
  type Ending,
  LazyAbortController,
  type Logger,
  type Place,
  type Random,
  Roll,
  systemClock,
} from '@longshore/kit';
import { EcsError, unsupportedFeature } from '@longshore/model';
import { statusOf, type WireStatus } from '../errors.js';
import { type Attempt, bearerToken, metadataKeys, type Outcome, type RpcCall } from './call.js';
import type { Connection, Connections } from './connections.js';

/** The part of grpc-js' calls that all kinds have. */
export type AnyCall = Pick<
  ServerUnaryCall<unknown, unknown>,
  'metadata' | 'cancelled' | 'getPeer' | 'getDeadline' | 'sendMetadata'
> & {
  on(event: 'cancelled', listener: () => void): unknown;
  /** Where it comes by a stream: what holds for all calls of it. */
  readonly sender?: Sender;
};

/** What a call's metadata and connection say of whoever sent it. */
export interface Sender {
  readonly token: string | undefined;
  readonly peer: string;
  readonly region: string | undefined;
}

export function senderOf(call: Pick<AnyCall, 'metadata' | 'getPeer'>): Sender {
  const region = headerOf(call, metadataKeys.region);
  return {
    token: bearerToken(headerOf(call, metadataKeys.authorization)),
    peer: call.getPeer(),
    region: region !== undefined && /^[a-z0-9-]{1,64}$/.test(region) ? region : undefined,
  };
}

function headerOf({ metadata }: Pick<AnyCall, 'metadata'>, key: string): string | undefined {
  return metadata.get(key)[0]?.toString();
}

export interface CallRunnerOptions<C> {
  readonly authorize: (attempt: Attempt) => C | Promise<C>;
  readonly observe: (outcome: Outcome) => void;
  readonly connections: Connections;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
}

/** How a call ended, for whoever tells its caller. */
export type Ended<T> = { readonly requestId: string } & (
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly status: WireStatus }
);

interface Running {
  readonly cancel: LazyAbortController;
  readonly drain: LazyAbortController;
}

/**
 * What happens around every call, of whatever service: the door, signals, the status of what was thrown, the metric.
 * Invariant: `run` never rejects, so no handler can end the process or leave its caller waiting.
 */
export class CallRunner<C> {
  readonly #options: CallRunnerOptions<C>;
  readonly #running = new Roll<Running>();
  readonly #idlers: (() => void)[] = [];
  #draining = false;

  constructor(options: CallRunnerOptions<C>) {
    this.#options = options;
  }

  /**
   * Lets `act` happen if the door opens; resolves with the status to send, or with what `act` answered. Whoever sends it
   * calls `sendRequestId` first.
   */
  async run<T>(
    service: string,
    operation: string,
    call: AnyCall,
    act: (call: RpcCall<C>) => Promise<T>,
  ): Promise<Ended<T>> {
    const startedMs = this.#options.clock.monotonicMs();
    const sender = call.sender ?? senderOf(call);
    const attempt: Attempt = {
      service,
      operation,
      token: sender.token,
      peer: sender.peer,
      requestId: this.#requestIdOf(call),
    };
    const place = this.#begin(call);
    const running = place.item;
    let caller: C | undefined;
    let code = 'OK';
    try {
      caller = await this.#options.authorize(attempt);
      const value = await act(
        new RunningCall(attempt, call, {
          running,
          caller,
          region: sender.region,
          connections: this.#options.connections,
        }),
      );
      return { ok: true, requestId: attempt.requestId, value };
    } catch (thrown) {
      code = this.#codeOf(thrown, attempt);
      return { ok: false, requestId: attempt.requestId, status: statusOf(thrown) };
    } finally {
      this.#running.leave(place);
      if (this.#running.size === 0) for (const resolve of this.#idlers.splice(0)) resolve();
      const seconds = (this.#options.clock.monotonicMs() - startedMs) / 1000;
      const { peer, requestId } = attempt;
      this.#observe({ service, operation, code, seconds, peer, requestId, caller });
    }
  }

  /** Resolves when no call runs. */
  async idle(): Promise<void> {
    if (this.#running.size > 0) await new Promise<void>((resolve) => this.#idlers.push(resolve));
  }

  /** Tells every running call that the server is about to stop; later ones are told at once. */
  drain(): void {
    this.#draining = true;
    for (const { drain } of this.#running.all()) drain.abort(stopping());
  }

  /** Ends every running call. */
  cancel(): void {
    for (const { cancel } of this.#running.all()) cancel.abort(stopping());
  }

  /** The calls of a stream are given theirs: its own names the stream. */
  #requestIdOf(call: AnyCall): string {
    const given = call.sender ? undefined : requestIdOf(headerOf(call, metadataKeys.requestId));
    return given ?? this.#options.random.hexId();
  }

  #begin(call: AnyCall): Place<Running> {
    const running = { cancel: new LazyAbortController(), drain: new LazyAbortController() };
    const place = this.#running.enter(running);
    if (this.#draining) running.drain.abort(stopping());
    // grpc-js says `cancelled` of every call that is over, answered ones too: an error for each would be a stack trace each.
    const gone = (): void => {
      if (this.#running.has(place)) running.cancel.abort(new CodedError('CANCELLED', 'the caller has gone'));
    };
    if (call.cancelled) gone();
    call.on('cancelled', gone);
    return place;
  }

  #codeOf(thrown: unknown, attempt: Attempt): string {
    if (thrown instanceof CodedError && thrown.code === 'CANCELLED') return 'CANCELLED';
    const { requestId, service, operation } = attempt;
    const { details: _, ...wire } = statusOf(thrown);
    const known = thrown instanceof CodedError ? thrown.code : undefined;
    if (wire.status === 'INTERNAL')
      this.#options.logger.error({ err: thrown, service, operation, requestId }, 'operation failed');
    return known ?? 'ServerException';
  }

  #observe(outcome: Outcome): void {
    try {
      this.#options.observe(outcome);
    } catch (err) {
      this.#options.logger.error({ err }, 'observer of calls failed');
    }
  }
}

interface RunningParts<C> {
  readonly running: Running;
  readonly caller: C;
  readonly region: string | undefined;
  readonly connections: Connections;
}

/** What a handler sees. A class, since an object literal with getters costs V8 a hidden class a call. */
class RunningCall<C> implements RpcCall<C> {
  readonly service: string;
  readonly operation: string;
  readonly token: string | undefined;
  readonly peer: string;
  readonly requestId: string;
  readonly caller: C;
  readonly region: string | undefined;
  readonly remainingMs: number;
  readonly #running: Running;
  readonly #connections: Connections;

  constructor(attempt: Attempt, call: AnyCall, { running, caller, region, connections }: RunningParts<C>) {
    this.service = attempt.service;
    this.operation = attempt.operation;
    this.token = attempt.token;
    this.peer = attempt.peer;
    this.requestId = attempt.requestId;
    this.caller = caller;
    this.region = region;
    const deadline = call.getDeadline();
    const until = typeof deadline === 'number' ? deadline : deadline.getTime();
    // Made by grpc-js from the timeout on the wire, by its own clock, whatever clock the server was given.
    this.remainingMs = until === Number.POSITIVE_INFINITY ? until : Math.max(0, until - systemClock.wallMs());
    this.#running = running;
    this.#connections = connections;
  }

  get connection(): Connection | undefined {
    return this.#connections.of(this.peer);
  }

  get signal(): AbortSignal {
    return this.#running.cancel.signal;
  }

  get draining(): AbortSignal {
    return this.#running.drain.signal;
  }

  get gone(): Ending {
    return this.#running.cancel;
  }

  get drained(): Ending {
    return this.#running.drain;
  }
}

/** A method that the contract has and this server does not. */
export function notBuilt(operation: string): EcsError {
  return unsupportedFeature(`${operation} is not available on this server.`);
}

export function stopping(): EcsError {
  return new EcsError('ServerException', 'This server is stopping: try another or again.', {
    grpc: 'UNAVAILABLE',
    httpStatus: 503,
    retryable: true,
    retryAfterMs: 100,
  });
}

/** A caller may name its call, as long as the name can stand in a log line. */
function requestIdOf(header: string | undefined): string | undefined {
  return header !== undefined && /^[\w-]{1,64}$/.test(header) ? header : undefined;
}

/**
 * As metadata before the first message; what was sent already is not sent again. A unary call's goes out with its answer:
 * sent when the call begins it would be a packet of its own for every long poll.
 */
export function sendRequestId(call: Pick<AnyCall, 'sendMetadata'>, requestId: string): void {
  const metadata = new Metadata();
  metadata.set(metadataKeys.requestId, requestId);
  call.sendMetadata(metadata);
}
