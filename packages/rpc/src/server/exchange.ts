import { type Metadata, type ServerDuplexStream, status } from '@grpc/grpc-js';
import { Roll } from '@longshore/kit';
import { type AgentAnswer, EcsError, type Envelope } from '@longshore/model';
import type { Method, Received } from '../contract.js';
import { statusOf } from '../errors.js';
import type { RpcCall } from './call.js';
import { type AnyCall, type Ended, type Sender, senderOf, stopping } from './call-runner.js';

/** Calls of one stream that run at once; beyond it the stream is not read. An agent has four. */
const mostAtOnce = 32;

export interface ExchangeParts {
  readonly exchange: Method;
  /** By the member of the messages that holds the request, and the response. */
  readonly exchanged: ReadonlyMap<string, Method>;
  /** Reads the content of a request, and answers. Never rejects. */
  readonly run: (method: Method, call: AnyCall, content: Uint8Array) => Promise<Ended<unknown>>;
}

type Stream = ServerDuplexStream<Received, Buffer>;

/**
 * Answers the calls that come as messages of a stream, each when it is ready. Resolves when the caller has said its last
 * and everything is answered; rejects when the caller has gone, the server stops, or bytes are no call. Nothing is written
 * after that, and what still runs is told that its caller has gone.
 */
export function answerCalls(
  stream: Stream,
  { signal, draining }: Pick<RpcCall<unknown>, 'signal' | 'draining'>,
  parts: ExchangeParts,
): Promise<void> {
  const running = new Roll<ExchangedCall>();
  const sender = senderOf(stream);
  return new Promise((resolve, reject) => {
    let isLast = false;
    let isOver = false;
    const end = (reason: Error | undefined): void => {
      isOver = true;
      for (const call of running.all()) call.cancel();
      if (reason) reject(reason);
      else resolve();
    };
    const settle = (): void => {
      if (isOver || running.size > 0) return;
      if (draining.aborted) end(draining.reason as Error);
      else if (isLast) end(undefined);
    };
    const answer = async (message: Envelope): Promise<void> => {
      const call = new ExchangedCall(stream, sender);
      const place = running.enter(call);
      if (running.size === mostAtOnce) stream.pause();
      const bytes = await answerOf(message, call, draining, parts);
      running.leave(place);
      if (isOver) return;
      stream.write(bytes);
      if (running.size === mostAtOnce - 1) stream.resume();
      settle();
    };
    stream.on('data', (received: Received) => {
      if (isOver) return;
      if (received.ok) void answer(received.request as Envelope);
      else end(noMessage(parts.exchange, received.error));
    });
    stream.on('end', () => {
      isLast = true;
      settle();
    });
    stream.on('error', end);
    signal.addEventListener('abort', () => end(signal.reason as Error), { once: true });
    draining.addEventListener('abort', settle, { once: true });
    if (signal.aborted) end(signal.reason as Error);
    settle();
  });
}

async function answerOf(
  { number, member, content }: Envelope,
  call: AnyCall,
  draining: AbortSignal,
  { exchange, exchanged, run }: ExchangeParts,
): Promise<Buffer> {
  const failed = (thrown: unknown): Buffer => exchange.encodeResponse({ number, error: errorOf(thrown) });
  // Calls that go on would keep a stream open whose server waits for its end.
  if (draining.aborted) return failed(stopping());
  const method = member === undefined ? undefined : exchanged.get(member);
  if (member === undefined || !method)
    return failed(new EcsError('SerializationException', `The request is no ${exchange.requestType}.`));
  const ended = await run(method, call, content);
  try {
    const said = ended.ok ? { [member]: ended.value } : { error: wireError(ended.status) };
    return exchange.encodeResponse({ number, ...said });
  } catch (thrown) {
    return failed(thrown);
  }
}

/** One call of a stream, to what runs calls: what it asks of the stream holds for all of them. */
class ExchangedCall implements AnyCall {
  readonly sender: Sender;
  readonly #stream: Stream;
  #cancelled: (() => void) | undefined;

  constructor(stream: Stream, sender: Sender) {
    this.#stream = stream;
    this.sender = sender;
  }

  get metadata(): Metadata {
    return this.#stream.metadata;
  }

  get cancelled(): boolean {
    return this.#stream.cancelled;
  }

  getPeer(): string {
    return this.sender.peer;
  }

  /** Its caller waits as long as it likes; an answer that comes too late is not read. */
  getDeadline(): number {
    return Number.POSITIVE_INFINITY;
  }

  sendMetadata(): void {}

  on(_event: 'cancelled', listener: () => void): this {
    this.#cancelled = listener;
    return this;
  }

  cancel(): void {
    this.#cancelled?.();
  }
}

function errorOf(thrown: unknown): AgentAnswer['error'] {
  return wireError(statusOf(thrown));
}

function wireError(wire: ReturnType<typeof statusOf>): NonNullable<AgentAnswer['error']> {
  return {
    code: status[wire.status],
    message: wire.message,
    details: wire.details ?? new Uint8Array(0),
  };
}

function noMessage(exchange: Method, cause: Error): EcsError {
  return new EcsError('SerializationException', `The request is no ${exchange.requestType}.`, { cause });
}
