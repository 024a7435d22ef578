import type { IncomingMessage, ServerResponse } from 'node:http';
import { BodyTooLarge, type HttpAnswer, type HttpRequest, SenderGone } from './exchange.js';

/** Node's request as ours. */
export function fromNode(message: IncomingMessage, requestId: string, signal: AbortSignal): HttpRequest {
  const url = message.url ?? '/';
  const mark = url.indexOf('?');
  return {
    method: message.method ?? '',
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark + 1),
    headers: message.headers as Record<string, string | undefined>,
    peer: message.socket.remoteAddress ?? '',
    requestId,
    signal,
    body: (limitBytes) => readBody(message, limitBytes),
  };
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
  response.writeHead(answer.status, { ...answer.headers, 'content-length': String(body.length) });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}
