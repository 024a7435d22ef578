import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Logger, messageOf } from '@longshore/kit';

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** The whole body, at most 64 KiB. */
  readonly body: () => Promise<string>;
}

export interface HttpAnswer {
  readonly status: number;
  /** Sent as JSON, but for text. */
  readonly body: unknown;
  readonly contentType?: string;
}

export type Handler = (request: HttpRequest) => Promise<HttpAnswer>;

const bodyLimit = 64 * 1024;

/** A small HTTP server on one port of several addresses of the host. What a handler throws answers 500. */
export class HttpEndpoint {
  readonly #name: string;
  readonly #handler: Handler;
  readonly #logger: Logger;
  readonly #servers = new Map<string, Server>();
  #stopped = false;

  constructor(name: string, handler: Handler, logger: Logger) {
    this.#name = name;
    this.#handler = handler;
    this.#logger = logger;
  }

  /** Rejects where the address is taken or is none of this host. Listening twice on one address is once. */
  async listen(host: string, port: number): Promise<void> {
    const address = `${host}:${port}`;
    if (this.#stopped || this.#servers.has(address)) return;
    const server = createServer((request, response) => void this.#answer(request, response));
    server.keepAliveTimeout = 5_000;
    this.#servers.set(address, server);
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, resolve);
      });
    } catch (error) {
      this.#servers.delete(address);
      throw error;
    }
    server.on('error', (error) =>
      this.#logger.warn({ endpoint: this.#name, error: error.message }, 'endpoint failed'),
    );
    this.#logger.info({ endpoint: this.#name, address }, 'endpoint listens');
  }

  /** Takes no more calls; one that begins to listen only now ends at once. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const server of this.#servers.values()) {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
    this.#servers.clear();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { path, query } = targetOf(request.url ?? '/');
    const asked: HttpRequest = {
      method: request.method ?? 'GET',
      path,
      query,
      body: () => bodyOf(request),
    };
    const answer = await this.#handler(asked).catch((thrown: unknown): HttpAnswer => {
      this.#logger.warn(
        { endpoint: this.#name, path: asked.path, error: messageOf(thrown) },
        'request failed',
      );
      return { status: 500, body: messageOf(thrown) };
    });
    const text = answer.contentType === undefined ? JSON.stringify(answer.body) : String(answer.body);
    response.writeHead(answer.status, {
      'content-type': answer.contentType ?? 'application/json',
      'content-length': Buffer.byteLength(text),
    });
    response.end(text);
  }
}

/** By hand: `URL` throws on what any container may send (`GET //`), and nobody may end the agent with a request. */
function targetOf(text: string): Pick<HttpRequest, 'path' | 'query'> {
  const [path = '', ...query] = text.replace(/^https?:\/\/[^/?]*/i, '').split('?');
  return {
    path: `/${path}`.replaceAll(/\/{2,}/g, '/').replace(/(?<=.)\/$/, ''),
    query: new URLSearchParams(query.join('?')),
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > bodyLimit) throw new Error('the body is larger than 64 KiB');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
