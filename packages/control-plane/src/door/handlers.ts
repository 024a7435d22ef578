import type { AwsCall, AwsOperations } from '@longshore/aws-api';
import { type Clock, type Ending, Later } from '@longshore/kit';
import { type RegisterRequest, storeAway, unsupportedFeature } from '@longshore/model';
import type { Handlers, RpcCall } from '@longshore/rpc';
import type { Store } from '@longshore/store';
import type { LongshoreRegistry } from '../api/longshore/index.js';
import type { Call, Caller } from '../api/operation.js';
import { type EcsRegistry, ecsOperationNames } from '../api/registry.js';
import type { ServerContext } from '../api/server-context.js';
import type { Dispatcher } from '../dispatcher/dispatcher.js';
import type { ChangeFeed } from '../events/change-feed.js';
import { watchEvents } from '../events/watch-events.js';
import type { Authorize, OperationRef, Resource } from './authorize.js';

export interface DoorParts {
  readonly authorize: Authorize;
  readonly context: ServerContext;
  readonly store: Store;
  readonly clock: Clock;
  /** The region of gRPC calls that name none. */
  readonly region: string;
  /** Why the store takes no new work; empty while it does. */
  readonly full: () => string;
}

/** How long a call waits for a cache that is being rebuilt. */
const relistWaitMs = 2000;

type AnyOperation = (request: unknown, call: Call, context: ServerContext) => Promise<unknown>;

/** Before every operation: may the caller, and is there a store to decide on. Undefined: yes, at once. */
function enter(
  parts: DoorParts,
  caller: Caller,
  operation: OperationRef,
  request: unknown,
): Promise<void> | undefined {
  parts.authorize(caller, operation, resourceOf(request));
  if (worksWithoutStore.has(operation.name) || parts.store.state.phase === 'ready') {
    refuseWhenFull(parts, operation, request);
    return undefined;
  }
  return storeReady(parts).then(() => refuseWhenFull(parts, operation, request));
}

function refuseWhenFull(parts: DoorParts, operation: OperationRef, request: unknown): void {
  const full = parts.full();
  if (full !== '' && isNewWork(operation, request)) throw storeAway(full);
}

/** What makes a full store fuller; stops, reports, deletions and questions go on. */
function isNewWork({ service, name }: OperationRef, request: unknown): boolean {
  if (service === 'AgentService') return name === 'Register' && isNewInstance(request as RegisterRequest);
  return /^(Run|Start|Create|Register)/.test(name);
}

/** An instance that the store knows registers at any time: its tasks are to be stopped and reported. */
function isNewInstance({ instance, joinAsNew }: RegisterRequest): boolean {
  return instance === '' || joinAsNew;
}

/** These say what is wrong while the store is away; Poll keeps waiting agents through a short outage. */
const worksWithoutStore: ReadonlySet<string> = new Set(['GetVersion', 'Diagnose', 'Poll']);

async function storeReady({ store, clock }: DoorParts): Promise<void> {
  for (let waitedMs = 0; store.state.phase === 'relisting' && waitedMs < relistWaitMs; waitedMs += 20)
    await clock.sleep(20);
  const { phase, reason } = store.state;
  if (phase !== 'ready') throw storeAway(`the store is ${phase}: ${reason}`);
}

/** What policies will ask of a request: every message of ours that concerns a cluster or an instance names it so. */
function resourceOf(request: unknown): Resource {
  if (typeof request !== 'object' || request === null) return {};
  const { cluster, instance } = request as { readonly cluster?: unknown; readonly instance?: unknown };
  return {
    cluster: typeof cluster === 'string' ? cluster : undefined,
    instance: typeof instance === 'string' ? instance : undefined,
  };
}

/** A call by gRPC, to an operation; its signal is made by those that wait. */
class OperationCall implements Call {
  readonly caller: Caller;
  readonly region: string;
  readonly requestId: string;
  readonly #call: RpcCall<Caller>;

  constructor(parts: DoorParts, call: RpcCall<Caller>) {
    this.caller = call.caller;
    this.region = call.region ?? parts.region;
    this.requestId = call.requestId;
    this.#call = call;
  }

  get signal(): AbortSignal {
    return this.#call.signal;
  }

  get gone(): Ending {
    return this.#call.gone;
  }
}

/** ECS's operations by gRPC, each of the contract: those that are not built are refused by name, behind the door. */
export function ecsHandlers(registry: EcsRegistry, parts: DoorParts): Handlers<'EcsService', Caller> {
  return Object.fromEntries(
    ecsOperationNames.map((name) => {
      const operation = { service: 'EcsService', name } as const;
      return [
        name,
        async (request: unknown, call: RpcCall<Caller>): Promise<unknown> => {
          await enter(parts, call.caller, operation, request);
          return await operationOf(registry, name)(request, new OperationCall(parts, call), parts.context);
        },
      ];
    }),
  ) as Handlers<'EcsService', Caller>;
}

/** The same operations for the ECS API over HTTP. */
export function awsOperations(registry: EcsRegistry, parts: DoorParts): AwsOperations<Caller> {
  return Object.fromEntries(
    ecsOperationNames.map((name) => [
      name,
      async (request: unknown, call: AwsCall<Caller>): Promise<unknown> => {
        await enter(parts, call.caller, { service: 'EcsService', name }, request);
        return await operationOf(registry, name)(request, call, parts.context);
      },
    ]),
  ) as AwsOperations<Caller>;
}

function operationOf(registry: EcsRegistry, name: string): AnyOperation {
  const operation = (registry as Readonly<Record<string, AnyOperation | undefined>>)[name];
  if (!operation) throw unsupportedFeature(`${name} is not available: this server does not have it yet.`);
  return operation;
}

export function longshoreHandlers(
  registry: LongshoreRegistry,
  feed: ChangeFeed,
  parts: DoorParts,
): Handlers<'LongshoreService', Caller> {
  const unary = Object.entries(registry as Readonly<Record<string, AnyOperation>>).map(
    ([name, operation]) =>
      [
        name,
        async (request: unknown, call: RpcCall<Caller>): Promise<unknown> => {
          await enter(parts, call.caller, { service: 'LongshoreService', name }, request);
          return await operation(request, new OperationCall(parts, call), parts.context);
        },
      ] as const,
  );
  return {
    ...(Object.fromEntries(unary) as Handlers<'LongshoreService', Caller>),
    async *WatchEvents(request, call) {
      await enter(parts, call.caller, { service: 'LongshoreService', name: 'WatchEvents' }, request);
      // A server that stops ends the stream; its reader goes on elsewhere, after the last revision that it saw.
      const signal = AbortSignal.any([call.signal, call.draining]);
      const { caller, region, requestId } = new OperationCall(parts, call);
      yield* watchEvents(feed, request, { caller, region, requestId, signal }, parts.context);
    },
  };
}

export function agentHandlers(dispatcher: Dispatcher, parts: DoorParts): Handlers<'AgentService', Caller> {
  const behind = <Q, R>(name: string, act: (request: Q, call: RpcCall<Caller>) => PromiseLike<R>) => {
    const operation = { service: 'AgentService', name } as const;
    // No async function: a poll would be kept by it, and it by the poll.
    return (request: Q, call: RpcCall<Caller>): PromiseLike<R> => {
      try {
        const entered = enter(parts, call.caller, operation, request);
        return entered ? entered.then(() => act(request, call)) : act(request, call);
      } catch (thrown) {
        return Later.failed(thrown);
      }
    };
  };
  return {
    Register: behind('Register', (request, { signal }) => dispatcher.register(request, signal)),
    Poll: behind('Poll', (request, call) =>
      dispatcher.poll(request, call.gone, { draining: call.drained, connection: call.connection }),
    ),
    Report: behind('Report', (request) => dispatcher.report(request)),
    TaskProtection: behind('TaskProtection', (request, { signal }) =>
      dispatcher.taskProtection(request, { signal, region: parts.region }, parts.context),
    ),
    ReportUtilisation: behind('ReportUtilisation', async (request) => dispatcher.reportUtilisation(request)),
  };
}
