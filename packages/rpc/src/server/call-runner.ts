import { Metadata } from '@grpc/grpc-js';
import { type Clock, CodedError, type Logger, type Random, Roll } from '@longshore/kit';
import { EcsError, unsupportedFeature } from '@longshore/model';
import { statusOf } from '../errors.js';
import { type Attempt, metadataKeys, type Outcome, type RpcCall } from './call.js';
import type { Connections } from './connections.js';
import {
  type Answering,
  type AnyCall,
  type CallRef,
  type Ended,
  headerOf,
  RunningCall,
  type RunningParts,
} from './running-call.js';

export interface CallRunnerOptions<C> {
  readonly authorize: (attempt: Attempt) => C | Promise<C>;
  readonly observe: (outcome: Outcome) => void;
  readonly connections: Connections;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * What happens around every call, of whatever service: the door, signals, the status of what was thrown, the metric.
 * Invariant: whatever happens its caller is told, once, so no handler can end the process or leave a caller waiting.
 */
export class CallRunner<C> {
  readonly #options: CallRunnerOptions<C>;
  readonly #running = new Roll<RunningCall<C, unknown>>();
  readonly #idlers: (() => void)[] = [];
  readonly #parts: RunningParts<C>;
  #draining = false;

  constructor(options: CallRunnerOptions<C>) {
    this.#options = options;
    this.#parts = {
      connections: options.connections,
      ended: (running, ended, thrown) => this.#end(running, ended, thrown),
    };
  }

  /**
   * Lets `act` happen if the door opens; resolves with the status to send, or with what `act` answered. Whoever sends it
   * calls `sendRequestId` first. Never rejects.
   */
  run<T>(ref: CallRef, call: AnyCall, act: (call: RpcCall<C>) => PromiseLike<T>): Promise<Ended<T>> {
    return new Promise((resolve) => this.begin(ref, call, act, { answered: resolve }));
  }

  /** The same without a promise, for calls that come, or wait, by the thousand. `act` may answer with what comes `Later`. */
  begin<T>(
    ref: CallRef,
    call: AnyCall,
    act: (call: RpcCall<C>) => PromiseLike<T>,
    answering: Answering<T>,
  ): void {
    const running = new RunningCall<C, T>(this.#parts, call, {
      ref,
      requestId: this.#requestIdOf(call),
      startedMs: this.#options.clock.monotonicMs(),
      answering,
    });
    this.#enter(running as RunningCall<C, unknown>, call);
    try {
      const caller = this.#options.authorize(running);
      if (!isPromise(caller)) running.act(caller, act);
      else
        void caller.then(
          (known) => running.act(known, act),
          (thrown: unknown) => running.failed(thrown),
        );
    } catch (thrown) {
      running.failed(thrown);
    }
  }

  /** Apart from `begin`, so that what tells of a caller who goes, and is kept for as long, holds nothing of the request. */
  #enter(running: RunningCall<C, unknown>, call: AnyCall): void {
    running.place = this.#running.enter(running);
    if (this.#draining) running.drain(stopping());
    // grpc-js says `cancelled` of every call that is over, answered ones too: an error for each would be a stack trace each.
    const gone = (): void => {
      if (running.isRunning) running.cancel(new CodedError('CANCELLED', 'the caller has gone'));
    };
    if (call.cancelled) gone();
    call.on('cancelled', gone);
  }

  /** Resolves when no call runs. */
  async idle(): Promise<void> {
    if (this.#running.size > 0) await new Promise<void>((resolve) => this.#idlers.push(resolve));
  }

  /** Tells every running call that the server is about to stop; later ones are told at once. */
  drain(): void {
    this.#draining = true;
    for (const running of this.#running.all()) running.drain(stopping());
  }

  /** Ends every running call. */
  cancel(): void {
    for (const running of this.#running.all()) running.cancel(stopping());
  }

  /** The calls of a stream are given theirs: its own names the stream. */
  #requestIdOf(call: AnyCall): string {
    const given = call.sender ? undefined : requestIdOf(headerOf(call, metadataKeys.requestId));
    return given ?? this.#options.random.hexId();
  }

  /** `thrown` counts where the call did not end well. */
  #end(running: RunningCall<C, unknown>, ended: Ended<unknown>, thrown: unknown): void {
    this.#running.leave(running.place);
    if (this.#running.size === 0) for (const resolve of this.#idlers.splice(0)) resolve();
    const seconds = (this.#options.clock.monotonicMs() - running.startedMs) / 1000;
    const { service, operation, peer, requestId, caller } = running;
    const code = ended.ok ? 'OK' : this.#codeOf(thrown, running);
    this.#observe({ service, operation, code, seconds, peer, requestId, caller });
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

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return value instanceof Promise;
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
