import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * A TCP proxy on a free port that breaks connections as networks do: `cut` resets what is open, `refuse` takes no new
 * ones, `pause` stops the bytes (both ways, or one) and keeps the connections: a black hole until `resume`.
 */
export class TcpProxy {
  readonly port: number;
  readonly #server: Server;
  readonly #target: { readonly host: string; readonly port: number };
  readonly #pairs = new Set<{ readonly client: Socket; readonly upstream: Socket }>();
  #refusing = false;
  #cuts = 0;
  #paused = { toServer: false, toClient: false };
  /** Connections are cut once so many bytes have gone to clients since this was set. */
  #cutAfterBytes = Number.POSITIVE_INFINITY;

  private constructor(server: Server, port: number, target: { host: string; port: number }) {
    this.#server = server;
    this.port = port;
    this.#target = target;
    server.on('connection', (client: Socket) => this.#accept(client));
  }

  static async start(target: { readonly host?: string; readonly port: number }): Promise<TcpProxy> {
    const server = createServer({ pauseOnConnect: true });
    const port = await new Promise<number>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
    return new TcpProxy(server, port, { host: target.host ?? '127.0.0.1', port: target.port });
  }

  get connections(): number {
    return this.#pairs.size;
  }

  /** How often open connections were cut. */
  get cuts(): number {
    return this.#cuts;
  }

  cut(): void {
    if (this.#pairs.size > 0) this.#cuts++;
    for (const pair of this.#pairs) {
      pair.client.resetAndDestroy();
      pair.upstream.destroy();
    }
    this.#pairs.clear();
  }

  /** Cuts every connection once `bytes` more have gone to clients; then goes on as before. */
  cutAfter(bytes: number): void {
    this.#cutAfterBytes = bytes;
  }

  refuse(refusing: boolean): void {
    this.#refusing = refusing;
    if (refusing) this.cut();
  }

  pause(direction: 'both' | 'toServer' | 'toClient' = 'both'): void {
    this.#paused = { toServer: direction !== 'toClient', toClient: direction !== 'toServer' };
    this.#applyPause();
  }

  resume(): void {
    this.#paused = { toServer: false, toClient: false };
    this.#applyPause();
  }

  async stop(): Promise<void> {
    this.refuse(true);
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(client: Socket): void {
    if (this.#refusing) {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect(this.#target);
    const pair = { client, upstream };
    this.#pairs.add(pair);
    const end = (): void => {
      this.#pairs.delete(pair);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end).setNoDelay(true);
    client.on('data', (bytes: Buffer) => forward(bytes, client, upstream));
    upstream.on('data', (bytes: Buffer) => {
      forward(bytes, upstream, client);
      this.#cutAfterBytes -= bytes.byteLength;
      if (this.#cutAfterBytes > 0) return;
      this.#cutAfterBytes = Number.POSITIVE_INFINITY;
      this.cut();
    });
    client.resume();
    this.#applyPause();
  }

  #applyPause(): void {
    for (const { client, upstream } of this.#pairs) {
      if (this.#paused.toServer) client.pause();
      else client.resume();
      if (this.#paused.toClient) upstream.pause();
      else upstream.resume();
    }
  }
}

function forward(bytes: Buffer, from: Socket, to: Socket): void {
  if (to.write(bytes)) return;
  from.pause();
  to.once('drain', () => from.resume());
}
