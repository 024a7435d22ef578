import { type Clock, leanHttp2 } from '@longshore/kit';
import { noop } from 'cockatiel';
import { Etcd3 } from 'etcd3';
import { BackendError } from '../backend.js';
import { fromGrpc } from './errors.js';
import { UnaryLine } from './unary-line.js';

/** Contents in PEM. Without `cert` and `key` the server alone is checked. */
export interface EtcdTls {
  readonly ca: string | Uint8Array;
  readonly cert?: string | Uint8Array;
  readonly key?: string | Uint8Array;
}

export type Service = 'KV' | 'Watch' | 'Lease' | 'Cluster' | 'Maintenance';

/** What this package uses of gRPC's metadata, streams and clients. */
interface Metadata {
  clone(): Metadata;
  set(name: string, value: string): void;
}

export interface DuplexStream<Q, R> {
  on(event: 'data', listener: (message: R) => void): this;
  on(event: 'error', listener: (error: Error) => void): this;
  on(event: 'end', listener: () => void): this;
  write(message: Q): boolean;
  cancel(): void;
  pause(): void;
  resume(): void;
}

interface Channel {
  getConnectivityState(connect: boolean): number;
  watchConnectivityState(state: number, deadline: number, done: (error?: Error) => void): void;
}

type Unary = (
  payload: unknown,
  metadata: Metadata,
  options: { readonly deadline: number },
  done: (error: Error | null, answer: unknown) => void,
) => void;

interface RawClient {
  getChannel(): Channel;
  makeBidiStreamRequest<R>(
    path: string,
    encode: (bytes: Buffer) => Buffer,
    decode: (bytes: Buffer) => R,
    metadata: Metadata,
  ): DuplexStream<Buffer, R>;
  readonly [method: string]: unknown;
}

/** A method whose messages the caller encodes and decodes itself. */
export interface RawMethod<R> {
  readonly service: Service;
  readonly method: string;
  readonly decode: (bytes: Buffer) => R;
}

const flowWindowBytes = 16 * 2 ** 20;
const connectivity = { ready: 2, failing: 3, shut: 4 } as const;

/** Ours to use: the pool hands out gRPC's own clients, whose errors still have their codes. */
class RawEtcd extends Etcd3 {
  client(service: Service): Promise<{ readonly client: RawClient; readonly metadata: Metadata }> {
    return this.pool.withConnection(service, ({ client, metadata }) => ({
      client: client as unknown as RawClient,
      metadata: metadata as Metadata,
    }));
  }
}

export interface EndpointOptions {
  readonly address: string;
  readonly tls: EtcdTls | undefined;
  readonly clock: Clock;
  /** An endpoint that is not connected within this time does not answer. */
  readonly connectMs: number;
}

/** One etcd member: calls and streams on its own connection, with every error told apart by what became of the call. */
export class Endpoint {
  readonly address: string;
  readonly #etcd: RawEtcd;
  readonly #line: UnaryLine;
  readonly #options: EndpointOptions;
  readonly #clients = new Map<Service, { readonly client: RawClient; readonly metadata: Metadata }>();

  constructor(options: EndpointOptions) {
    this.address = options.address;
    this.#options = options;
    leanHttp2();
    this.#line = new UnaryLine(options);
    this.#etcd = new RawEtcd({
      hosts: options.address,
      ...credentialsOf(options.tls),
      // Retries are ours: etcd3 sends transactions again whose answer was lost, and its circuit breaker opens on one
      // short deadline and then fails calls to healthy members.
      faultHandling: { host: () => noop, global: noop },
      grpcOptions: {
        // A page of a list or a batch of the watch may be large; the default of 4 MiB loses events.
        'grpc.max_receive_message_length': -1,
        // By default 64 KiB lie on the way at most, and the next come when a turn of the event loop has taken these: under
        // load the watch falls behind by a turn for every few hundred records.
        'grpc-node.flow_control_window': flowWindowBytes,
        // etcd ends connections that ping more often than every 5 s.
        'grpc.keepalive_time_ms': 10_000,
        // Longer than a busy turn of ours and than etcd's wait for a disk; what is dead shows by the calls' deadlines.
        'grpc.keepalive_timeout_ms': 10_000,
        'grpc.initial_reconnect_backoff_ms': 100,
        'grpc.max_reconnect_backoff_ms': 2_000,
      },
    });
  }

  /** Rejects with a BackendError: `unsent` where no connection could be had. */
  async call<T>(service: Service, method: string, payload: unknown, withinMs: number): Promise<T> {
    const { client, metadata } = await this.#connected(service);
    return new Promise<T>((resolve, reject) => {
      const deadline = this.#options.clock.wallMs() + withinMs;
      (client[method] as Unary).call(client, payload, metadata, { deadline }, (error, answer) => {
        if (error) reject(fromGrpc(error, `${this.address} ${method}`));
        else resolve(answer as T);
      });
    });
  }

  /** As `call`, in bytes, and lean: for transactions. */
  async callRaw<R>(
    { service, method, decode }: RawMethod<R>,
    request: Uint8Array,
    withinMs: number,
  ): Promise<R> {
    return decode(await this.#line.call(pathOf(service, method), request, withinMs));
  }

  /** As `stream`, of bytes to etcd. */
  async streamRaw<R>({ service, method, decode }: RawMethod<R>): Promise<DuplexStream<Buffer, R>> {
    const { client, metadata } = await this.#connected(service);
    return client.makeBidiStreamRequest(pathOf(service, method), same, decode, withLeader(metadata));
  }

  /** A stream that etcd ends where its member has no leader. */
  async stream<Q, R>(service: Service, method: string): Promise<DuplexStream<Q, R>> {
    const { client, metadata } = await this.#connected(service);
    return (client[method] as (metadata: Metadata) => DuplexStream<Q, R>).call(client, withLeader(metadata));
  }

  close(): void {
    this.#line.close();
    this.#etcd.close();
  }

  async #connected(service: Service): Promise<{ readonly client: RawClient; readonly metadata: Metadata }> {
    const connection = this.#clients.get(service) ?? (await this.#connect(service));
    const { client } = connection;
    if (client.getChannel().getConnectivityState(true) !== connectivity.ready) await this.#ready(client);
    return connection;
  }

  async #connect(service: Service): Promise<{ readonly client: RawClient; readonly metadata: Metadata }> {
    try {
      const connection = await this.#etcd.client(service);
      this.#clients.set(service, connection);
      return connection;
    } catch (thrown) {
      throw new BackendError('unsent', 'Closed', `${this.address}: the client is closed`, thrown);
    }
  }

  async #ready(client: RawClient): Promise<void> {
    const channel = client.getChannel();
    const deadline = this.#options.clock.wallMs() + this.#options.connectMs;
    for (;;) {
      const state = channel.getConnectivityState(true);
      if (state === connectivity.ready) return;
      if (
        state === connectivity.failing ||
        state === connectivity.shut ||
        this.#options.clock.wallMs() >= deadline
      )
        throw new BackendError('unsent', 'Unreachable', `etcd at ${this.address} cannot be reached`);
      // Ends with an error at the deadline; the state then says the rest.
      await new Promise<void>((resolve) => channel.watchConnectivityState(state, deadline, () => resolve()));
    }
  }
}

function withLeader(metadata: Metadata): Metadata {
  const own = metadata.clone();
  own.set('hasleader', 'true');
  return own;
}

function pathOf(service: Service, method: string): string {
  return `/etcdserverpb.${service}/${method}`;
}

function same(bytes: Buffer): Buffer {
  return bytes;
}

function credentialsOf(tls: EtcdTls | undefined) {
  if (!tls) return {};
  const { ca, cert, key } = tls;
  return {
    credentials: {
      rootCertificate: Buffer.from(ca),
      ...(cert && { certChain: Buffer.from(cert) }),
      ...(key && { privateKey: Buffer.from(key) }),
    },
  };
}
