import { type ClientDuplexStream, type ServiceError, status } from '@grpc/grpc-js';
import { type Deferred, deferred } from '@longshore/kit';
import type { AgentAnswer } from '@longshore/model';
import { asIs, type ExchangeMethod, exchangedBy, type Method, memberOf, methodsOf } from '../contract.js';
import { errorOf, type RpcError, type StatusName } from '../errors.js';
import { type Channel, grpcClientOf } from './channel.js';
import type { AgentClient } from './clients.js';
import { type CallOptions, metadataOf, seenFromHere, toError, tokenOf } from './invoke.js';

/** Calls of AgentService that go as messages of one stream; Register opens what the stream belongs to. */
export type AgentLine = Omit<AgentClient, 'Register' | ExchangeMethod> & {
  /** Calls that run reject as UNAVAILABLE; the next call opens the line anew. */
  close(): void;
};

const defaultTimeoutMs = 30_000;

/**
 * The same functions as `agentClient`, at a fraction of the cost of a call. The stream is opened by the first call; when
 * it breaks, calls that run reject as UNAVAILABLE, and the next one opens another. Nothing is sent again.
 */
export function agentLine(channel: Channel): AgentLine {
  const methods = methodsOf('AgentService');
  const exchange = methods.find((method) => method.exchanges);
  if (!exchange) throw new Error('AgentService has no exchange');
  const line = new Line(channel, exchange);
  const functions = [...exchangedBy(exchange, methods).values()].map(({ name }) => [
    name,
    async (request: unknown, options: CallOptions = {}) => await line.call(memberOf(name), request, options),
  ]);
  return { ...Object.fromEntries(functions), close: () => line.close() } as AgentLine;
}

type Stream = ClientDuplexStream<Buffer, AgentAnswer>;

interface OpenStream {
  readonly stream: Stream;
  /** What the door was shown when it was opened. */
  readonly token: string | undefined;
  /** Calls that wait for their answer, by number. */
  readonly calls: Map<number, WaitingCall>;
}

interface WaitingCall {
  readonly member: string;
  readonly answered: Deferred<unknown>;
}

class Line {
  readonly #channel: Channel;
  readonly #exchange: Method;
  #open: OpenStream | undefined;
  #number = 0;

  constructor(channel: Channel, exchange: Method) {
    this.#channel = channel;
    this.#exchange = exchange;
  }

  async call(member: string, request: unknown, options: CallOptions): Promise<unknown> {
    const { signal, timeoutMs = defaultTimeoutMs } = options;
    signal?.throwIfAborted();
    // An int32 on the wire.
    this.#number = (this.#number % 0x7fff_ffff) + 1;
    const number = this.#number;
    const bytes = this.#exchange.encodeRequest({ number, [member]: request });
    const { stream, calls } = this.#opened();
    const answered = deferred<unknown>();
    calls.set(number, { member, answered });
    const timer = this.#channel.clock.timer(timeoutMs, () => answered.reject(tooLate(timeoutMs)));
    const aborted = (): void => answered.reject(signal?.reason as Error);
    signal?.addEventListener('abort', aborted, { once: true });
    try {
      stream.write(bytes);
      return await answered.promise;
    } finally {
      timer.cancel();
      signal?.removeEventListener('abort', aborted);
      calls.delete(number);
    }
  }

  close(): void {
    const open = this.#open;
    if (!open) return;
    this.#open = undefined;
    open.stream.cancel();
    rejectAll(open, unavailable('the line was closed'));
  }

  /** A token that has changed opens another stream; what runs on the one before is answered there. */
  #opened(): OpenStream {
    const token = tokenOf(this.#channel);
    if (this.#open && this.#open.token === token) return this.#open;
    this.#open?.stream.end();
    const stream: Stream = grpcClientOf(this.#channel).makeBidiStreamRequest(
      this.#exchange.path,
      asIs,
      this.#exchange.decodeResponse as (bytes: Buffer) => AgentAnswer,
      metadataOf(this.#channel, {}),
    );
    const open: OpenStream = { stream, token, calls: new Map() };
    this.#open = open;
    const over = (error: RpcError): void => {
      if (this.#open === open) this.#open = undefined;
      rejectAll(open, error);
    };
    stream.on('data', (answer: AgentAnswer) => take(open, answer));
    stream.on('error', (error: ServiceError) => over(toError(error)));
    stream.on('end', () => over(unavailable('the server has ended the line')));
    return open;
  }
}

function take({ calls }: OpenStream, answer: AgentAnswer): void {
  const call = calls.get(answer.number);
  // Its caller has given up.
  if (!call) return;
  const { error } = answer;
  const value = (answer as unknown as Readonly<Record<string, unknown>>)[call.member];
  if (error)
    call.answered.reject(
      seenFromHere({
        status: (status[error.code] as StatusName | undefined) ?? 'UNKNOWN',
        message: error.message,
        details: error.details.byteLength > 0 ? Buffer.from(error.details) : undefined,
      }),
    );
  else if (value === undefined) call.answered.reject(unavailable('the answer belongs to another call'));
  else call.answered.resolve(value);
}

function rejectAll({ calls }: OpenStream, error: RpcError): void {
  for (const { answered } of calls.values()) answered.reject(error);
}

function unavailable(message: string): RpcError {
  return errorOf({ status: 'UNAVAILABLE', message, details: undefined });
}

function tooLate(timeoutMs: number): RpcError {
  const message = `Deadline exceeded after ${timeoutMs / 1000}s`;
  return errorOf({ status: 'DEADLINE_EXCEEDED', message, details: undefined });
}
