import http2, { type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { Alarm, type Clock, leanHttp2, Roll } from '@longshore/kit';
import { BackendError } from '../backend.js';
import type { EtcdTls } from './endpoint.js';
import { fromGrpc } from './errors.js';

export interface UnaryLineOptions {
  /** `http://host:port` or `https://host:port`. */
  readonly address: string;
  readonly tls: EtcdTls | undefined;
  readonly clock: Clock;
  /** A member that is not connected within this time does not answer. */
  readonly connectMs: number;
}

const windowBytes = 2 ** 20;
const prefixBytes = 5;
const cancel = 8;
const deadlineExceeded = 4;

/**
 * Calls to one member of etcd by Node's HTTP/2 alone, over a connection of their own. Transactions are what a busy
 * replica does most, hundreds a second, and grpc-js' interceptors, retries and filters take as much again for each as the
 * call itself: 160 us of processor in place of 65, four at a time.
 * A call that is not answered in time is cancelled; where nothing at all has come meanwhile, the connection is given up,
 * and the next call makes another.
 */
export class UnaryLine {
  readonly #options: UnaryLineOptions;
  /** Those that wait for an answer. */
  readonly #calls = new Roll<UnaryCall>();
  readonly #deadlines: Alarm;
  #session: ClientHttp2Session | undefined;
  /** The newest, connected or not. */
  #dialled: ClientHttp2Session | undefined;
  #connecting: Promise<ClientHttp2Session> | undefined;
  /** When the last call was answered. */
  #heardMs = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  constructor(options: UnaryLineOptions) {
    leanHttp2();
    this.#options = options;
    this.#deadlines = new Alarm(options.clock, () => this.#expire());
  }

  /**
   * The answer's bytes. Rejects with a BackendError: `unsent` where no connection could be had, `refused` where etcd says
   * so, else `unknown`.
   */
  async call(path: string, request: Uint8Array, withinMs: number): Promise<Buffer> {
    const session = this.#open() ?? (await this.#connected());
    const stream = this.#opened(session, path, withinMs);
    return new Promise((resolve, reject) => {
      const nowMs = this.#options.clock.monotonicMs();
      const call = new UnaryCall(stream, {
        what: `${this.#options.address} ${path}`,
        sentMs: nowMs,
        dueMs: nowMs + withinMs,
        ended: () => {
          this.#calls.leave(place);
          if (call.wasHeard) this.#heardMs = this.#options.clock.monotonicMs();
        },
        resolve,
        reject,
      });
      const place = this.#calls.enter(call);
      this.#deadlines.setBy(call.dueMs);
      call.send(request);
    });
  }

  /** At once: what becomes of calls that wait is not known. */
  close(): void {
    this.#isClosed = true;
    this.#deadlines.stop();
    for (const call of this.#calls.all()) call.expire('the client is closed');
    this.#session = undefined;
    this.#dialled?.destroy();
  }

  /** The connection that there is. */
  #open(): ClientHttp2Session | undefined {
    return this.#session?.closed || this.#session?.destroyed ? undefined : this.#session;
  }

  /** Throws `unsent`: a connection that takes no more is left, and the next call makes another. */
  #opened(session: ClientHttp2Session, path: string, withinMs: number): ClientHttp2Stream {
    try {
      return session.request({
        ':method': 'POST',
        ':path': path,
        'content-type': 'application/grpc',
        'grpc-timeout': `${Math.max(1, Math.ceil(withinMs))}m`,
        te: 'trailers',
      });
    } catch (cause) {
      this.#leave(session);
      throw this.#unreachable(cause);
    }
  }

  #connected(): Promise<ClientHttp2Session> {
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  #connect(): Promise<ClientHttp2Session> {
    const { address, tls, clock, connectMs } = this.#options;
    if (this.#isClosed)
      return Promise.reject(new BackendError('unsent', 'Closed', `${address}: the client is closed`));
    return new Promise((resolve, reject) => {
      const session = http2.connect(address, {
        settings: { enablePush: false, initialWindowSize: windowBytes },
        ...(tls && {
          ca: Buffer.from(tls.ca),
          ...(tls.cert && { cert: Buffer.from(tls.cert) }),
          ...(tls.key && { key: Buffer.from(tls.key) }),
        }),
      });
      this.#dialled = session;
      const timer = clock.timer(connectMs, () => session.destroy());
      let problem: unknown;
      session.once('connect', () => {
        timer.cancel();
        session.setLocalWindowSize(windowBytes);
        this.#heardMs = clock.monotonicMs();
        this.#session = session;
        resolve(session);
      });
      // The calls that it carried end with it; etcd says goodbye before it goes, and answers what it has.
      session.on('goaway', () => this.#leave(session));
      session.on('error', (error) => {
        problem = error;
      });
      session.once('close', () => {
        timer.cancel();
        this.#leave(session);
        reject(this.#unreachable(problem));
      });
    });
  }

  #unreachable(cause: unknown): BackendError {
    const { address } = this.#options;
    return new BackendError('unsent', 'Unreachable', `etcd at ${address} cannot be reached`, cause);
  }

  /** No new calls by it; those that it carries go on. */
  #leave(session: ClientHttp2Session): void {
    if (this.#session === session) this.#session = undefined;
    if (!session.closed) session.close();
  }

  #expire(): void {
    const nowMs = this.#options.clock.monotonicMs();
    for (const call of this.#calls.all()) {
      if (call.dueMs > nowMs) this.#deadlines.setBy(call.dueMs);
      else {
        const { session } = call.stream;
        call.expire('not answered in time');
        // Deaf since it was sent: the other end may have gone without a word.
        if (call.sentMs > this.#heardMs) session?.destroy();
      }
    }
  }
}

interface UnaryCallParts {
  /** For errors. */
  readonly what: string;
  readonly sentMs: number;
  readonly dueMs: number;
  /** It waits no longer. */
  readonly ended: () => void;
  readonly resolve: (answer: Buffer) => void;
  readonly reject: (error: BackendError) => void;
}

type Headers = Readonly<Record<string, unknown>>;

/** One call, until its stream is closed. */
class UnaryCall {
  readonly stream: ClientHttp2Stream;
  readonly sentMs: number;
  readonly dueMs: number;
  readonly #parts: UnaryCallParts;
  readonly #chunks: Buffer[] = [];
  #status: string | undefined;
  #message = '';
  #problem: Error | undefined;
  #isOver = false;

  constructor(stream: ClientHttp2Stream, parts: UnaryCallParts) {
    this.stream = stream;
    this.sentMs = parts.sentMs;
    this.dueMs = parts.dueMs;
    this.#parts = parts;
  }

  /** Whether anything has come from the other end. */
  get wasHeard(): boolean {
    return this.#status !== undefined || this.#chunks.length > 0;
  }

  send(request: Uint8Array): void {
    const { stream } = this;
    stream.on('response', this.#headers);
    stream.on('trailers', this.#headers);
    stream.on('data', (chunk: Buffer) => void this.#chunks.push(chunk));
    stream.on('error', (error: Error) => {
      this.#problem ??= error;
    });
    stream.on('close', () => this.#end());
    stream.end(framed(request));
  }

  expire(reason: string): void {
    this.#problem ??= statusError(deadlineExceeded, reason);
    this.stream.close(cancel);
    // A connection that takes nothing any more does not close the stream either.
    this.#end();
  }

  /** An answer that is an error has its status in the first headers; else it comes with the last. */
  readonly #headers = (headers: Headers): void => {
    const { 'grpc-status': status, 'grpc-message': message } = headers;
    if (typeof status === 'string') this.#status = status;
    if (typeof message === 'string') this.#message = message;
  };

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { ended, resolve, reject, what } = this.#parts;
    ended();
    const answer = this.#status === '0' ? unframed(this.#chunks) : undefined;
    if (answer) resolve(answer);
    else reject(fromGrpc(this.#error(), what));
  }

  #error(): Error {
    if (this.#status !== undefined && this.#status !== '0')
      return statusError(Number(this.#status), decoded(this.#message));
    return this.#problem ?? new Error('the connection has ended');
  }
}

/** A message of gRPC: not compressed, its length, itself. */
function framed(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(prefixBytes + message.byteLength);
  frame[0] = 0;
  frame.writeUInt32BE(message.byteLength, 1);
  frame.set(message, prefixBytes);
  return frame;
}

/** Undefined where it is no whole message, or a compressed one, which we do not ask for. */
function unframed(chunks: readonly Buffer[]): Buffer | undefined {
  const frame = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
  if (frame.byteLength < prefixBytes || frame[0] !== 0) return undefined;
  return frame.readUInt32BE(1) === frame.byteLength - prefixBytes ? frame.subarray(prefixBytes) : undefined;
}

function statusError(code: number, message: string): Error {
  return Object.assign(new Error(message), { code });
}

function decoded(message: string): string {
  try {
    return decodeURIComponent(message);
  } catch {
    return message;
  }
}
