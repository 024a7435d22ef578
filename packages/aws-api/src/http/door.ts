import { readFileSync } from 'node:fs';
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import {
  type Clock,
  type Component,
  LazyAbortController,
  type Logger,
  type Random,
  systemClock,
  systemRandom,
  uuidOf,
} from '@longshore/kit';
import { type HttpAnswer, type RouteHandler, SenderGone } from './exchange.js';
import { NodeRequest, sendAnswer } from './node-request.js';

export interface HttpDoorOptions {
  /** An address to bind; port 0 takes a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  /** PEM files; absent: plain text. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string } | undefined;
  /** By `METHOD /path`, or `METHOD /path/*` for all below; the exact one first. HEAD goes to GET. */
  readonly routes: Readonly<Record<string, RouteHandler>>;
  readonly logger: Logger;
  readonly clock?: Clock;
  readonly random?: Random;
  /** A request that has not come whole by then is answered 408. */
  readonly requestTimeoutMs?: number;
  /** An idle connection is kept this long. */
  readonly keepAliveMs?: number;
  readonly maxConnections?: number;
  /** How long `stop` waits for running requests before it cuts them. */
  readonly stopWithinMs?: number;
}

const maxHeaderBytes = 16 * 1024;

/**
 * The HTTP listener of a server: routes, limits, and a stop that lets running requests end.
 * Invariant: no request, whatever it holds, throws out of here.
 */
export class HttpDoor implements Component {
  readonly name = 'http server';
  readonly #options: HttpDoorOptions;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #running = new Set<LazyAbortController>();
  #server: Server | undefined;
  #stopping = false;

  constructor(options: HttpDoorOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? systemRandom;
  }

  /** The port that was bound; 0 before `start`. */
  get port(): number {
    const address = this.#server?.address() as AddressInfo | null | undefined;
    return address?.port ?? 0;
  }

  /** Binds; rejects when the address cannot be had or a TLS file cannot be read. */
  async start(): Promise<void> {
    const { listen, tls, maxConnections = 4_000 } = this.#options;
    const settings = serverOptions(this.#options);
    const listener = (message: IncomingMessage, response: ServerResponse): void =>
      void this.#answer(message, response).catch((err: unknown) => {
        this.#options.logger.error({ err }, 'http answer failed');
        response.destroy();
      });
    const server = tls
      ? createTlsServer(
          { ...settings, cert: readFileSync(tls.certFile), key: readFileSync(tls.keyFile) },
          listener,
        )
      : createServer(settings, listener);
    server.maxConnections = maxConnections;
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(listen.port, listen.host, () => resolve());
    });
    server.removeAllListeners('error');
    server.on('error', (err) => this.#options.logger.error({ err }, 'http server failed'));
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (!server?.listening) return;
    this.#stopping = true;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    const timer = this.#clock.timer(this.#options.stopWithinMs ?? 10_000, () => {
      for (const gone of this.#running) gone.abort(new Error('the server stops'));
      server.closeAllConnections();
    });
    await closed;
    timer.cancel();
  }

  async #answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new LazyAbortController();
    this.#running.add(gone);
    response.once('close', () => {
      this.#running.delete(gone);
      if (!response.writableFinished) gone.abort(new Error('the caller has gone'));
    });
    // A socket that breaks while it is written to concerns nobody else.
    response.on('error', () => undefined);
    const answer = await this.#ask(message, gone);
    if (response.destroyed) return;
    // What was not read of a refused body must not be taken for the next request.
    const last = this.#stopping || answer.status === 413;
    sendAnswer(response, answer, last);
  }

  async #ask(message: IncomingMessage, gone: LazyAbortController): Promise<HttpAnswer> {
    const requestId = uuidOf(this.#random.hexId());
    try {
      const request = new NodeRequest(message, requestId, gone);
      const handler = routeOf(this.#options.routes, request.method, request.path);
      if (!handler) return plain(404, `no such page: ${request.method} ${request.path.slice(0, 200)}\n`);
      return await handler(request);
    } catch (err) {
      if (!gone.aborted && !(err instanceof SenderGone))
        this.#options.logger.error({ err, requestId }, 'http request failed');
      return plain(500, `internal error, request ${requestId}\n`);
    }
  }
}

function serverOptions(options: HttpDoorOptions): ServerOptions {
  const requestTimeout = options.requestTimeoutMs ?? 30_000;
  return {
    maxHeaderSize: maxHeaderBytes,
    requestTimeout,
    headersTimeout: Math.min(10_000, requestTimeout),
    connectionsCheckingInterval: Math.min(1_000, requestTimeout),
    keepAliveTimeout: options.keepAliveMs ?? 65_000,
    noDelay: true,
  };
}

function routeOf(
  routes: Readonly<Record<string, RouteHandler>>,
  method: string,
  path: string,
): RouteHandler | undefined {
  const verb = method === 'HEAD' ? 'GET' : method;
  const exact = `${verb} ${path}`;
  if (Object.hasOwn(routes, exact)) return routes[exact];
  const prefixes = Object.keys(routes).filter((r) => r.endsWith('/*') && exact.startsWith(r.slice(0, -1)));
  const longest = prefixes.sort((a, b) => b.length - a.length)[0];
  return longest === undefined ? undefined : routes[longest];
}

/** An answer of plain text. */
export function plain(status: number, text: string): HttpAnswer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: text };
}
