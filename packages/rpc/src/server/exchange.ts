import { type Metadata, type ServerDuplexStream, status } from '@grpc/grpc-js';
import { type Place, Roll } from '@longshore/kit';
import { type AgentAnswer, EcsError, type Envelope } from '@longshore/model';
import type { Method, Received } from '../contract.js';
import { statusOf } from '../errors.js';
import type { RpcCall } from './call.js';
import { stopping } from './call-runner.js';
import { type Answering, type AnyCall, type Ended, type Sender, senderOf } from './running-call.js';

/** Calls of one stream that run at once; beyond it the stream is not read. An agent has four. */
const mostAtOnce = 32;

export interface ExchangeParts {
  readonly exchange: Method;
  /** By the member of the messages that holds the request, and the response. */
  readonly exchanged: ReadonlyMap<string, Method>;
  /** Reads the content of a request, and tells how it ended; at once, or later. Never throws. */
  readonly begin: (method: Method, call: AnyCall, content: Uint8Array, answering: Answering<unknown>) => void;
}

type Stream = ServerDuplexStream<Received, Buffer>;

/**
 * Answers the calls that come as messages of a stream, each when it is ready. Resolves when the caller has said its last
 * and everything is answered; rejects when the caller has gone, the server stops, or bytes are no call. Nothing is written
 * after that, and what still runs is told that its caller has gone.
 */
export function answerCalls(
  stream: Stream,
  ends: Pick<RpcCall<unknown>, 'gone' | 'drained'>,
  parts: ExchangeParts,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const answers = new Answers(stream, ends, parts, (reason) => (reason ? reject(reason) : resolve()));
    answers.start();
  });
}

/** One stream. */
class Answers {
  readonly stream: Stream;
  readonly sender: Sender;
  readonly parts: ExchangeParts;
  readonly #ends: Pick<RpcCall<unknown>, 'gone' | 'drained'>;
  readonly #over: (reason: Error | undefined) => void;
  readonly #running = new Roll<ExchangedCall>();
  #isLast = false;
  #isOver = false;

  constructor(
    stream: Stream,
    ends: Pick<RpcCall<unknown>, 'gone' | 'drained'>,
    parts: ExchangeParts,
    over: (reason: Error | undefined) => void,
  ) {
    this.stream = stream;
    this.sender = senderOf(stream);
    this.parts = parts;
    this.#ends = ends;
    this.#over = over;
  }

  start(): void {
    const { stream, parts } = this;
    const { gone, drained } = this.#ends;
    stream.on('data', (received: Received) => {
      if (this.#isOver) return;
      if (received.ok) this.#begin(received.request as Envelope);
      else this.#end(noMessage(parts.exchange, received.error));
    });
    stream.on('end', () => {
      this.#isLast = true;
      this.#settle();
    });
    stream.on('error', (error: Error) => this.#end(error));
    gone.listen(() => this.#end(gone.reason as Error));
    drained.listen(() => this.#settle());
    if (gone.aborted) this.#end(gone.reason as Error);
    this.#settle();
  }

  #begin({ number, member, content }: Envelope): void {
    const call = new ExchangedCall(this, number, member ?? '');
    call.place = this.#running.enter(call);
    if (this.#running.size === mostAtOnce) this.stream.pause();
    const method = member === undefined ? undefined : this.parts.exchanged.get(member);
    // Calls that go on would keep a stream open whose server waits for its end.
    if (this.#ends.drained.aborted) call.fail(stopping());
    else if (!method)
      call.fail(
        new EcsError('SerializationException', `The request is no ${this.parts.exchange.requestType}.`),
      );
    else this.parts.begin(method, call, content, call);
  }

  /** One of the calls has been answered. */
  write(call: ExchangedCall, bytes: Buffer): void {
    this.#running.leave(call.place);
    if (this.#isOver) return;
    this.stream.write(bytes);
    if (this.#running.size === mostAtOnce - 1) this.stream.resume();
    this.#settle();
  }

  #settle(): void {
    if (this.#isOver || this.#running.size > 0) return;
    if (this.#ends.drained.aborted) this.#end(this.#ends.drained.reason as Error);
    else if (this.#isLast) this.#end(undefined);
  }

  #end(reason: Error | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const call of this.#running.all()) call.cancel();
    this.#over(reason);
  }
}

/** One call of a stream, to what runs calls: what it asks of the stream holds for all of them. */
class ExchangedCall implements AnyCall, Answering<unknown> {
  place!: Place<ExchangedCall>;
  readonly #answers: Answers;
  readonly #number: number;
  readonly #member: string;
  #cancelled: (() => void) | undefined;

  constructor(answers: Answers, number: number, member: string) {
    this.#answers = answers;
    this.#number = number;
    this.#member = member;
  }

  get sender(): Sender {
    return this.#answers.sender;
  }

  get metadata(): Metadata {
    return this.#answers.stream.metadata;
  }

  get cancelled(): boolean {
    return this.#answers.stream.cancelled;
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

  answered(ended: Ended<unknown>): void {
    this.#answers.write(this, this.#encoded(ended));
  }

  fail(thrown: unknown): void {
    this.#answers.write(this, this.#failed(thrown));
  }

  #encoded(ended: Ended<unknown>): Buffer {
    try {
      const said = ended.ok ? { [this.#member]: ended.value } : { error: wireError(ended.status) };
      return this.#answers.parts.exchange.encodeResponse({ number: this.#number, ...said });
    } catch (thrown) {
      return this.#failed(thrown);
    }
  }

  #failed(thrown: unknown): Buffer {
    return this.#answers.parts.exchange.encodeResponse({ number: this.#number, error: errorOf(thrown) });
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
