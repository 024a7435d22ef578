import { hostname } from 'node:os';
import { createAwsApi, HttpDoor, type RouteHandler, signatureV4, Throttle } from '@longshore/aws-api';
import { throttled } from '@longshore/model';
import { RpcServer } from '@longshore/rpc';
import { secretOfKey } from '../access-keys.js';
import { longshoreRegistry } from '../api/longshore/index.js';
import type { Caller } from '../api/operation.js';
import { ecsRegistry } from '../api/registry.js';
import type { ServerContext } from '../api/server-context.js';
import type { Config } from '../config/config.js';
import { formatListenAddress } from '../config/listen-address.js';
import type { Dispatcher } from '../dispatcher/dispatcher.js';
import type { ChangeFeed } from '../events/change-feed.js';
import type { Metrics } from '../metrics/metrics.js';
import type { Replica } from '../replica/replica.js';
import type { StoreSpace } from '../store-space.js';
import type { Supervision } from '../supervision.js';
import { type Authorize, doorPolicy } from './authorize.js';
import { CallLog } from './call-log.js';
import { callerOf } from './callers.js';
import { agentHandlers, awsOperations, type DoorParts, ecsHandlers, longshoreHandlers } from './handlers.js';
import { Readiness } from './readiness.js';
import type { Secrets } from './secrets.js';

export interface DoorsParts {
  readonly config: Config;
  readonly context: ServerContext;
  readonly secrets: Secrets;
  readonly dispatcher: Dispatcher;
  readonly metrics: Metrics;
  readonly presence: Replica;
  readonly feed: ChangeFeed;
  readonly space: Pick<StoreSpace, 'full'>;
}

const stopWithinMs = 5000;

/** The two listeners, before which the one door stands. One throttle counts the calls of both. */
export class Doors {
  readonly grpc: RpcServer<Caller>;
  readonly http: HttpDoor;
  readonly #parts: DoorsParts;
  readonly #throttle: Throttle;
  readonly #calls: CallLog;

  constructor(parts: DoorsParts) {
    this.#parts = parts;
    const { config, context, metrics } = parts;
    this.#throttle = new Throttle(config.rates, context.clock);
    this.#calls = new CallLog(context.logger, metrics);
    this.grpc = this.#grpc();
    this.http = this.#http();
  }

  #grpc(): RpcServer<Caller> {
    const { config, context, secrets, dispatcher, feed } = this.#parts;
    const { clock, random, logger } = context;
    const { tokens } = secrets;
    const authorize = doorPolicy({ anonymousMayAll: tokens === undefined });
    const door = this.#door(authorize);
    const server = new RpcServer<Caller>({
      listen: config.grpcListen,
      tls: config.tls,
      authorize: ({ token, service, operation }) => {
        const caller = letIn(callerOf(token, tokens), service, authorize);
        if (service !== 'AgentService') this.#slowDown(caller, operation);
        return caller;
      },
      observe: (outcome) =>
        this.#calls.ended('grpc', outcome.service, outcome.caller as Caller | undefined, outcome),
      logger,
      clock,
      random,
      stopWithinMs,
      turnToRead: (operation, bytes) => dispatcher.turnToRead(operation, bytes),
    });
    server.serve('EcsService', ecsHandlers(ecsRegistry, door));
    server.serve('AgentService', agentHandlers(dispatcher, door));
    server.serve('LongshoreService', longshoreHandlers(longshoreRegistry, feed, door));
    return server;
  }

  #http(): HttpDoor {
    const { config, context, metrics, presence, space } = this.#parts;
    const readiness = new Readiness({ store: context.store, presence, space });
    return new HttpDoor({
      listen: config.httpListen,
      tls: config.tls,
      routes: { 'POST /': this.#ecsApi(), ...readiness.routes(), 'GET /metrics': metrics.route() },
      logger: context.logger,
      clock: context.clock,
      random: context.random,
      stopWithinMs,
    });
  }

  #ecsApi(): RouteHandler {
    const { config, context, metrics } = this.#parts;
    const { clock, logger } = context;
    // An unsigned call gets here only from this machine, where the server was told to let it in.
    const authorize = doorPolicy({ anonymousMayAll: config.allowAnonymous });
    return createAwsApi<Caller>({
      operations: awsOperations(ecsRegistry, this.#door(authorize)),
      authenticate: signatureV4({
        secretOf: (id) => secretOfKey(context, id),
        clock,
        maxSkewMs: config.clockSkewMs,
        regions: config.regions.length > 0 ? config.regions : undefined,
        anonymous: config.allowAnonymous ? { region: config.region } : undefined,
      }),
      authorize: ({ identity }) => ({ kind: identity.kind, name: identity.name }),
      accountId: config.accountId,
      throttle: this.#throttle,
      logger,
      clock,
      observe: (outcome) => this.#calls.ended('http', 'EcsService', outcome.identity, outcome),
      unknownMember: (operation, member) => metrics.count('unknownMembers', { operation, member }),
    });
  }

  #door(authorize: Authorize): DoorParts {
    const { config, context, space } = this.#parts;
    const { store, clock } = context;
    return { authorize, context, store, clock, region: config.region, full: () => space.full };
  }

  /** Agents are never slowed down: they pace themselves, and what they report frees what clients wait for. */
  #slowDown(caller: Caller, operation: string): void {
    if (caller.kind === 'agent') return;
    const waitMs = this.#throttle.take(caller.name, operation);
    if (waitMs !== undefined) throw throttled('Rate exceeded', waitMs);
  }

  addresses(): { readonly grpc: string; readonly http: string } {
    const { grpcListen, httpListen, advertiseAddress } = this.#parts.config;
    const reachable = (address: { host: string; port: number }, port: number): string =>
      formatListenAddress({ host: isWildcard(address.host) ? hostname() : address.host, port });
    return {
      grpc: advertiseAddress ?? reachable(grpcListen, this.grpc.port || grpcListen.port),
      http: reachable(httpListen, this.http.port || httpListen.port),
    };
  }

  async start(supervision: Supervision): Promise<void> {
    await supervision.start(this.http);
    await supervision.start(this.grpc);
  }
}

/** gRPC's own services (reflection) are for clients; ours are let in by operation, once the request is known. */
function letIn(caller: Caller, service: string, authorize: Authorize): Caller {
  const ours = service === 'EcsService' || service === 'AgentService' || service === 'LongshoreService';
  if (!ours) authorize(caller, { service: 'LongshoreService', name: service }, {});
  return caller;
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}
