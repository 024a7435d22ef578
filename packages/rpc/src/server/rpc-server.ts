import {
  type ChannelOptions,
  type handleBidiStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Server,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import {
  type Clock,
  type Component,
  deferred,
  type Logger,
  leanHttp2,
  type Random,
  systemClock,
  systemRandom,
} from '@longshore/kit';
import { checkShape, EcsError } from '@longshore/model';
import { HealthImplementation } from 'grpc-health-check';
import { type KeepAlive, keepAliveOptions, serverKeepAlive } from '../channel-options.js';
import {
  asBuffer,
  definitionOf,
  type ExchangeMethod,
  exchangedBy,
  fullNameOf,
  type Method,
  methodsOf,
  type Received,
  type RequestOf,
  type ResponseOf,
  type ServiceName,
  type ServiceOperations,
  type StreamingMethod,
} from '../contract.js';
import { toGrpcStatus } from '../errors.js';
import { type ServerTls, serverCredentials } from '../tls.js';
import type { Attempt, Outcome, RpcCall } from './call.js';
import { CallRunner, notBuilt, sendRequestId } from './call-runner.js';
import { Connections } from './connections.js';
import { answerCalls } from './exchange.js';
import { type ForeignService, reflectionServices } from './reflection.js';
import { writeAll } from './stream-writer.js';

/** One function a method; what is missing answers UnsupportedFeatureException. An exchange needs none: it calls the others. */
export type Handlers<S extends ServiceName, C> = {
  readonly [M in Exclude<keyof ServiceOperations[S], ExchangeMethod>]?: M extends StreamingMethod
    ? (request: RequestOf<S, M>, call: RpcCall<C>) => AsyncIterable<ResponseOf<S, M>>
    : (request: RequestOf<S, M>, call: RpcCall<C>) => PromiseLike<ResponseOf<S, M>>;
};

export interface RpcServerOptions<C> {
  /** An address to bind; port 0 takes a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  /** Absent: plain text. */
  readonly tls?: ServerTls | undefined;
  /** The one door: called before every method, streaming ones and reflection included. Throws to refuse. Health is open. */
  readonly authorize: (attempt: Attempt) => C | Promise<C>;
  /** Told of every call when it has ended. Must be quick. */
  readonly observe?: (outcome: Outcome) => void;
  readonly logger: Logger;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly keepAlive?: KeepAlive;
  /**
   * Resolves when a call of an exchange may be read, which is so many bytes: a thousand large ones that come at once are
   * a second of reading, and what was read takes twice the room, as objects that the collector walks. Absent, or undefined: at once.
   */
  readonly turnToRead?: (operation: string, bytes: number) => Promise<void> | undefined;
  /** A larger message is refused with RESOURCE_EXHAUSTED before it is read. */
  readonly maxMessageBytes?: number;
  /** How long `stop` waits for running calls before it ends them. */
  readonly stopWithinMs?: number;
}

type AnyHandler = (request: unknown, call: unknown) => Promise<unknown> & AsyncIterable<unknown>;
type NamedHandlers = Readonly<Record<string, AnyHandler | undefined>>;

/** For the last answers to be written. */
const lingerMs = 250;

/**
 * A gRPC server over the contract: `serve` each service, then `start`.
 * Stopping: health says NOT_SERVING, running calls are told (`draining`), no new ones are taken; what has not ended
 * within `stopWithinMs` is ended.
 */
export class RpcServer<C> implements Component {
  readonly name = 'grpc server';
  readonly #options: RpcServerOptions<C>;
  readonly #server: Server;
  readonly #runner: CallRunner<C>;
  readonly #health = new HealthImplementation({ '': 'NOT_SERVING' });
  readonly #services: ServiceName[] = [];
  readonly #connections = new Connections();
  readonly #clock: Clock;
  #port = 0;

  constructor(options: RpcServerOptions<C>) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    leanHttp2();
    this.#server = new Server(serverOptions(options));
    this.#runner = new CallRunner({
      authorize: options.authorize,
      observe: options.observe ?? (() => undefined),
      connections: this.#connections,
      logger: options.logger,
      clock: this.#clock,
      random: options.random ?? systemRandom,
    });
    this.#health.addToServer(this.#server);
    for (const service of reflectionServices()) this.#addForeign(service);
  }

  /** The port that was bound; 0 before `start`. */
  get port(): number {
    return this.#port;
  }

  serve<S extends ServiceName>(service: S, handlers: Handlers<S, C>): void {
    const methods = methodsOf(service);
    const implementation: UntypedServiceImplementation = {};
    for (const method of methods) {
      const handler = (handlers as NamedHandlers)[method.name];
      if (method.exchanges)
        implementation[method.name] = this.#exchange(service, method, { methods, handlers });
      else
        implementation[method.name] = method.streams
          ? this.#streaming(service, method, handler)
          : this.#unary(service, method, handler);
    }
    this.#server.addService(definitionOf(methods), implementation);
    this.#services.push(service);
    this.#health.setStatus(fullNameOf(service), 'NOT_SERVING');
  }

  /** What the health service answers: load balancers and `grpc_health_probe` ask it. */
  setServing(serving: boolean): void {
    const status = serving ? 'SERVING' : 'NOT_SERVING';
    this.#health.setStatus('', status);
    for (const service of this.#services) this.#health.setStatus(fullNameOf(service), status);
  }

  /** Binds; rejects when the address cannot be had or a TLS file cannot be read. */
  async start(): Promise<void> {
    const { host, port } = this.#options.listen;
    const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    this.#connections.start();
    this.#port = await new Promise<number>((resolve, reject) => {
      this.#server.bindAsync(address, serverCredentials(this.#options.tls), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    this.#connections.bound(this.#port);
    this.setServing(true);
  }

  async stop(): Promise<void> {
    this.setServing(false);
    this.#runner.drain();
    const ended = new Promise<void>((resolve) => this.#server.tryShutdown(() => resolve()));
    const lingered = deferred<void>();
    const timers = [
      this.#clock.timer(this.#options.stopWithinMs ?? 10_000, () => {
        this.#runner.cancel();
        this.#server.forceShutdown();
      }),
    ];
    // A watch of health or a reflection stream has nobody to end it: when only such are left, they get a moment.
    void this.#runner.idle().then(() => {
      timers.push(this.#clock.timer(lingerMs, lingered.resolve));
    });
    await Promise.race([ended, lingered.promise]);
    for (const timer of timers) timer.cancel();
    this.#server.forceShutdown();
    this.#connections.stop();
  }

  #unary(
    service: ServiceName,
    method: Method,
    handler: AnyHandler | undefined,
  ): handleUnaryCall<Received, unknown> {
    return (call, callback) => {
      const { request } = call;
      const answered = this.#runner.run({ service, operation: method.name }, call, async (context) => {
        if (!handler) throw notBuilt(method.name);
        return await handler(checked(service, method, request), context);
      });
      void answered.then((outcome) => {
        sendRequestId(call, outcome.requestId);
        if (outcome.ok) callback(null, outcome.value);
        else callback(toGrpcStatus(outcome.status));
      });
    };
  }

  #streaming(
    service: ServiceName,
    method: Method,
    handler: AnyHandler | undefined,
  ): handleServerStreamingCall<Received, unknown> {
    return (call) => {
      const answered = this.#runner.run({ service, operation: method.name }, call, async (context) => {
        sendRequestId(call, context.requestId);
        if (!handler) throw notBuilt(method.name);
        const items = handler(checked(service, method, call.request), context);
        await writeAll(items, call, AbortSignal.any([context.signal, context.draining]));
      });
      void answered.then((outcome) => {
        sendRequestId(call, outcome.requestId);
        if (outcome.ok) call.end();
        else call.emit('error', toGrpcStatus(outcome.status));
      });
    };
  }

  /** Each message is a call as if it had come by itself: the door, a request id, the metric, its own status. */
  #exchange(
    service: ServiceName,
    exchange: Method,
    { methods, handlers }: { readonly methods: readonly Method[]; readonly handlers: unknown },
  ): handleBidiStreamingCall<Received, Buffer> {
    const exchanged = exchangedBy(exchange, methods);
    return (stream) => {
      const answered = this.#runner.run({ service, operation: exchange.name }, stream, async (context) => {
        sendRequestId(stream, context.requestId);
        await answerCalls(stream, context, {
          exchange,
          exchanged,
          begin: (method, call, content, answering) => {
            const act = (own: RpcCall<C>): PromiseLike<unknown> => {
              const handler = (handlers as NamedHandlers)[method.name];
              if (!handler) throw notBuilt(method.name);
              const answer = (): PromiseLike<unknown> =>
                handler(checked(service, method, method.decodeRequest(asBuffer(content))), own);
              const turn = this.#options.turnToRead?.(method.name, content.byteLength);
              return turn ? turn.then(answer) : answer();
            };
            this.#runner.begin({ service, operation: method.name }, call, act, answering);
          },
        });
      });
      void answered.then((outcome) => {
        sendRequestId(stream, outcome.requestId);
        if (outcome.ok) stream.end();
        else stream.emit('error', toGrpcStatus(outcome.status));
      });
    };
  }

  /** Puts gRPC's own services behind the same door. They are bidirectional streams: the rest is theirs. */
  #addForeign({ definition, implementation }: ForeignService): void {
    const guarded: UntypedServiceImplementation = {};
    for (const [name, method] of Object.entries(definition)) {
      const handler = implementation[name] as handleBidiStreamingCall<unknown, unknown> | undefined;
      if (!handler) continue;
      const service = method.path.split('/')[1] ?? '';
      const behindDoor: handleBidiStreamingCall<unknown, unknown> = (call) => {
        const opened = this.#runner.run({ service, operation: name }, call, async (context) => {
          sendRequestId(call, context.requestId);
          handler(call);
        });
        void opened.then((outcome) => {
          if (outcome.ok) return;
          sendRequestId(call, outcome.requestId);
          call.emit('error', toGrpcStatus(outcome.status));
        });
      };
      guarded[name] = behindDoor;
    }
    this.#server.addService(definition, guarded);
  }
}

/**
 * Protobuf's wire can carry what the shape does not allow: an enum number of a newer client, text that is none of
 * ECS's strings. Agents' messages are our own on both sides and go unchecked.
 */
function checked(service: ServiceName, method: Method, received: Received): unknown {
  if (!received.ok) {
    const message = `The request is no ${method.requestType}.`;
    throw new EcsError('SerializationException', message, { cause: received.error });
  }
  return service === 'AgentService' ? received.request : checkShape(method.requestType, received.request);
}

function serverOptions<C>(options: RpcServerOptions<C>): ChannelOptions {
  return {
    ...keepAliveOptions(options.keepAlive ?? serverKeepAlive),
    'grpc.max_receive_message_length': options.maxMessageBytes ?? 16 * 1024 * 1024,
    'grpc.max_send_message_length': -1,
  };
}
