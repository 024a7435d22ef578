import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LazyAbortController } from '@longshore/kit';
import { BodyTooLarge, type HttpAnswer, type HttpRequest, SenderGone } from './exchange.js';

/**
 * Node's request as ours. A class, since an object literal with getters costs V8 a hidden class a request, which only
 * a major collection frees.
 */
export class NodeRequest implements HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly peer: string;
  readonly requestId: string;
  readonly #message: IncomingMessage;
  readonly #gone: LazyAbortController;

  constructor(message: IncomingMessage, requestId: string, gone: LazyAbortController) {
    const url = message.url ?? '/';
    const mark = url.indexOf('?');
    this.method = message.method ?? '';
    this.path = mark < 0 ? url : url.slice(0, mark);
    this.query = mark < 0 ? '' : url.slice(mark + 1);
    this.headers = message.headers as Record<string, string | undefined>;
    this.peer = message.socket.remoteAddress ?? '';
    this.requestId = requestId;
    this.#message = message;
    this.#gone = gone;
  }

  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  get gone(): boolean {
    return this.#gone.aborted;
  }

  body(limitBytes: number): Promise<Uint8Array> {
    return readBody(this.#message, limitBytes);
  }
}

function readBody(message: IncomingMessage, limitBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const tooLarge = (): void => {
      message.removeAllListeners('data');
      message.resume();
      reject(new BodyTooLarge(limitBytes));
    };
    if (Number(message.headers['content-length'] ?? 0) > limitBytes) return tooLarge();
    message.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limitBytes) tooLarge();
      else chunks.push(chunk);
    });
    message.once('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    message.on('error', () => reject(new SenderGone()));
    message.once('close', () => reject(new SenderGone()));
  });
}

/** Sends an answer. `last` closes the connection behind it. */
export function sendAnswer(response: ServerResponse, answer: HttpAnswer, last: boolean): void {
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
  if (last) response.setHeader('connection', 'close');
  // Not a spread with a further member: that costs V8 a hidden class an answer, which only a major collection frees.
  const headers = Object.assign({}, answer.headers, { 'content-length': String(body.length) });
  response.writeHead(answer.status, headers);
  response.end(response.req.method === 'HEAD' ? undefined : body);
}
