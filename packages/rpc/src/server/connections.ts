import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Socket } from 'node:net';

/** The connection that a call came by. */
export interface Connection {
  /**
   * Bytes that have come by it, of whatever calls. Grows with every ping of the peer and every answer to ours, so that
   * it shows a peer that lives without a call of its own; behind a proxy that ends HTTP/2 the peer is the proxy.
   */
  readonly receivedBytes: number;
}

const channel = 'net.server.socket';

/** The sockets of one listener by their peers. grpc-js shows none: Node says of each that it was accepted. */
export class Connections {
  readonly #byPeer = new Map<string, SocketConnection>();
  #port = 0;

  /** Before the listener is bound, or the first are missed. */
  start(): void {
    subscribe(channel, this.#accepted);
  }

  /** From now on those of the listener alone. */
  bound(port: number): void {
    this.#port = port;
    for (const [peer, { socket }] of this.#byPeer) if (socket.localPort !== port) this.#byPeer.delete(peer);
  }

  stop(): void {
    unsubscribe(channel, this.#accepted);
    this.#byPeer.clear();
  }

  /** Undefined where the peer has gone. */
  of(peer: string): Connection | undefined {
    return this.#byPeer.get(peer);
  }

  readonly #accepted = (message: unknown): void => {
    const { socket } = message as { readonly socket?: unknown };
    if (!(socket instanceof Socket)) return;
    if (this.#port !== 0 && socket.localPort !== this.#port) return;
    const peer = `${socket.remoteAddress}:${socket.remotePort}`;
    this.#byPeer.set(peer, new SocketConnection(socket));
    socket.once('close', () => {
      if (this.#byPeer.get(peer)?.socket === socket) this.#byPeer.delete(peer);
    });
  };
}

class SocketConnection implements Connection {
  readonly socket: Socket;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  get receivedBytes(): number {
    return this.socket.bytesRead;
  }
}
