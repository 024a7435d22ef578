import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Asked {
  readonly method: string;
  /** Without the version. */
  readonly path: string;
  readonly version: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers a request; undefined: 404 in the engine's words. */
export type Script = (asked: Asked, response: ServerResponse) => unknown;

/** A Docker Engine that does what a test says, over a real socket: for what a real one does too seldom. */
export class ScriptedEngine {
  readonly asked: Asked[] = [];
  script: Script = () => undefined;
  apiVersion = '1.41';
  oldestVersion: string | undefined;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #directory = '';

  constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  get url(): string {
    return `unix://${this.#directory}/docker.sock`;
  }

  async start(): Promise<this> {
    this.#directory = await mkdtemp(join(tmpdir(), 'longshore-test-engine-'));
    await new Promise<void>((resolve) => this.#server.listen(`${this.#directory}/docker.sock`, resolve));
    return this;
  }

  /** Every connection breaks; new ones are taken. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const url = new URL(request.url ?? '', 'http://engine');
    const [, version = '', path = ''] = /^(?:\/v([\d.]+))?(\/.*)$/.exec(url.pathname) ?? [];
    const { method = '', headers } = request;
    const asked: Asked = { method, path, version, query: url.searchParams, headers, body };
    if (path === '/version' && version === '')
      return json(response, 200, { ApiVersion: this.apiVersion, MinAPIVersion: this.oldestVersion });
    this.asked.push(asked);
    const answered = await this.script(asked, response);
    if (answered === undefined && !response.headersSent)
      json(response, 404, { message: `page not found: ${path}` });
  }
}

export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

/** Sends the headers and these lines, and leaves the answer open. */
export function lines(response: ServerResponse, ...values: readonly unknown[]): void {
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.flushHeaders();
  for (const value of values)
    response.write(`${typeof value === 'string' ? value : JSON.stringify(value)}\r\n`);
}
