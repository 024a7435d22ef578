import type { ServerUnaryCall } from '@grpc/grpc-js';
import {
  type Ending,
  Later,
  type LaterListener,
  LazyAbortController,
  type Place,
  systemClock,
} from '@longshore/kit';
import { statusOf, type WireStatus } from '../errors.js';
import { bearerToken, metadataKeys, type RpcCall } from './call.js';
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

export function headerOf({ metadata }: Pick<AnyCall, 'metadata'>, key: string): string | undefined {
  return metadata.get(key)[0]?.toString();
}

/** How a call ended, for whoever tells its caller. */
export type Ended<T> = { readonly requestId: string } & (
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly status: WireStatus }
);

/** Who is told how a call has ended, once. */
export interface Answering<T> {
  answered(ended: Ended<T>): void;
}

/** What is called: for the door, the log and the metric. */
export interface CallRef {
  readonly service: string;
  readonly operation: string;
}

/** The same for all calls of a runner. */
export interface RunningParts<C> {
  readonly connections: Connections;
  readonly ended: (running: RunningCall<C, unknown>, ended: Ended<unknown>, thrown: unknown) => void;
}

interface RunningState<T> {
  readonly ref: CallRef;
  readonly requestId: string;
  readonly startedMs: number;
  readonly answering: Answering<T>;
}

/**
 * What a handler sees, and all that is kept of a call while it waits: one object, with what few ask for made when they
 * ask. A class, since an object literal with getters costs V8 a hidden class a call.
 */
export class RunningCall<C, T> implements RpcCall<C>, LaterListener<T> {
  readonly service: string;
  readonly operation: string;
  readonly requestId: string;
  readonly startedMs: number;
  /** Not known where the door stays shut. */
  caller!: C;
  place!: Place<RunningCall<C, unknown>>;
  readonly #parts: RunningParts<C>;
  readonly #call: AnyCall;
  readonly #sender: Sender;
  readonly #answering: Answering<T>;
  #isRunning = true;
  #gone: LazyAbortController | undefined;
  #drained: LazyAbortController | undefined;
  /** What they end with that were not asked for yet. */
  #goneFor: Error | undefined;
  #drainedFor: Error | undefined;

  constructor(parts: RunningParts<C>, call: AnyCall, state: RunningState<T>) {
    this.service = state.ref.service;
    this.operation = state.ref.operation;
    this.requestId = state.requestId;
    this.startedMs = state.startedMs;
    this.#answering = state.answering;
    this.#parts = parts;
    this.#call = call;
    this.#sender = call.sender ?? senderOf(call);
  }

  get token(): string | undefined {
    return this.#sender.token;
  }

  get peer(): string {
    return this.#sender.peer;
  }

  get region(): string | undefined {
    return this.#sender.region;
  }

  get remainingMs(): number {
    const deadline = this.#call.getDeadline();
    const until = typeof deadline === 'number' ? deadline : deadline.getTime();
    // Made by grpc-js from the timeout on the wire, by its own clock, whatever clock the server was given.
    return until === Number.POSITIVE_INFINITY ? until : Math.max(0, until - systemClock.wallMs());
  }

  get connection(): Connection | undefined {
    return this.#parts.connections.of(this.peer);
  }

  get signal(): AbortSignal {
    return this.gone.signal;
  }

  get draining(): AbortSignal {
    return this.drained.signal;
  }

  get gone(): Ending {
    if (!this.#gone) {
      this.#gone = new LazyAbortController();
      if (this.#goneFor) this.#gone.abort(this.#goneFor);
    }
    return this.#gone;
  }

  get drained(): Ending {
    if (!this.#drained) {
      this.#drained = new LazyAbortController();
      if (this.#drainedFor) this.#drained.abort(this.#drainedFor);
    }
    return this.#drained;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  cancel(reason: Error): void {
    this.#goneFor ??= reason;
    this.#gone?.abort(reason);
  }

  drain(reason: Error): void {
    this.#drainedFor ??= reason;
    this.#drained?.abort(reason);
  }

  act(caller: C, act: (call: RpcCall<C>) => PromiseLike<T>): void {
    this.caller = caller;
    try {
      const answer = act(this);
      if (answer instanceof Later) answer.listen(this as LaterListener<unknown>);
      else
        void answer.then(
          (value) => this.kept(value),
          (thrown: unknown) => this.failed(thrown),
        );
    } catch (thrown) {
      this.failed(thrown);
    }
  }

  kept(value: T): void {
    this.#end({ ok: true, requestId: this.requestId, value }, undefined);
  }

  failed(thrown: unknown): void {
    this.#end({ ok: false, requestId: this.requestId, status: statusOf(thrown) }, thrown);
  }

  #end(ended: Ended<T>, thrown: unknown): void {
    if (!this.#isRunning) return;
    this.#isRunning = false;
    this.#parts.ended(this as RunningCall<C, unknown>, ended, thrown);
    this.#answering.answered(ended);
  }
}
