import { checkShape, type MessageName, messageType } from '@longshore/model';
import {
  type ExchangeMethod,
  type Method,
  methodsOf,
  type RequestOf,
  type ResponseOf,
  type ServiceName,
  type ServiceOperations,
  type StreamingMethod,
} from '../contract.js';
import type { Channel } from './channel.js';
import { type CallOptions, invokeStream, invokeUnary } from './invoke.js';
import { isRepeatable, nextAttemptMs } from './retry.js';

/** A service as functions: `client.RunTask(request, { signal, timeoutMs })`. Every function throws RpcError. */
export type Client<S extends ServiceName> = {
  readonly [M in Exclude<keyof ServiceOperations[S], ExchangeMethod>]: M extends StreamingMethod
    ? (request: RequestOf<S, M>, options?: CallOptions) => AsyncIterable<ResponseOf<S, M>>
    : (request: RequestOf<S, M>, options?: CallOptions) => Promise<ResponseOf<S, M>>;
};

export type EcsClient = Client<'EcsService'>;
export type AgentClient = Client<'AgentService'>;
export type LongshoreClient = Client<'LongshoreService'>;

interface Behaviour {
  readonly timeoutMs: number;
  /** Requests are checked against the contract: protobuf would drop what it does not know. */
  readonly checked: boolean;
  readonly retries: boolean;
}

/** ECS's operations. Calls have 30 s; reads and RunTask are sent again where that is safe. */
export function ecsClient(channel: Channel): EcsClient {
  return clientOf('EcsService', channel, { timeoutMs: 30_000, checked: true, retries: true });
}

/** What Longshore offers beyond ECS; as `ecsClient`. Streams have no deadline of their own. */
export function longshoreClient(channel: Channel): LongshoreClient {
  return clientOf('LongshoreService', channel, { timeoutMs: 30_000, checked: true, retries: true });
}

/** The agent's side. Never sent again: the agent decides what a lost answer means. */
export function agentClient(channel: Channel): AgentClient {
  return clientOf('AgentService', channel, { timeoutMs: 30_000, checked: false, retries: false });
}

function clientOf<S extends ServiceName>(service: S, channel: Channel, behaviour: Behaviour): Client<S> {
  const calls = methodsOf(service).filter((method) => !method.exchanges);
  const functions = calls.map((method) => {
    const fill = filler(method, channel);
    const prepare = (request: unknown): Record<string, unknown> => {
      const filled = fill(request as Record<string, unknown>);
      return behaviour.checked
        ? (checkShape(method.requestType, filled) as unknown as Record<string, unknown>)
        : filled;
    };
    const call = method.streams
      ? (request: unknown, options: CallOptions = {}) =>
          invokeStream(channel, method, prepare(request), options)
      : async (request: unknown, options: CallOptions = {}) =>
          await unary(channel, method, prepare(request), options, behaviour);
    return [method.name, call] as const;
  });
  return Object.fromEntries(functions) as unknown as Client<S>;
}

async function unary(
  channel: Channel,
  method: Method,
  request: Readonly<Record<string, unknown>>,
  options: CallOptions,
  behaviour: Behaviour,
): Promise<unknown> {
  const { clock, random } = channel;
  const startedMs = clock.monotonicMs();
  const until = startedMs + (options.timeoutMs ?? behaviour.timeoutMs);
  const retryForMs = behaviour.retries ? (channel.settings.retryForMs ?? 5_000) : 0;
  const repeatable = isRepeatable(method.name, request);
  for (let attempt = 0; ; attempt++) {
    try {
      const timeoutMs = Math.max(1, until - clock.monotonicMs());
      return await invokeUnary(channel, method, request, { ...options, timeoutMs });
    } catch (error) {
      const elapsedMs = clock.monotonicMs() - startedMs;
      const wait = nextAttemptMs(error, { attempt, elapsedMs, retryForMs, repeatable }, random);
      if (wait === undefined || clock.monotonicMs() + wait >= until) throw error;
      await clock.sleep(wait, options.signal);
    }
  }
}

/** What the caller need not write: the channel's cluster, and a token that makes RunTask safe to send again. */
function filler(
  method: Method,
  channel: Channel,
): (request: Record<string, unknown>) => Record<string, unknown> {
  const { cluster } = channel.settings;
  const fillsCluster = cluster !== undefined && hasMember(method.requestType, 'cluster');
  const fillsToken = method.name === 'RunTask';
  return (request) => ({
    ...request,
    ...(fillsCluster && request.cluster === undefined ? { cluster } : {}),
    ...(fillsToken && request.clientToken === undefined ? { clientToken: channel.random.hexId() } : {}),
  });
}

function hasMember(name: MessageName, member: string): boolean {
  return messageType(name).fields[member] !== undefined;
}
