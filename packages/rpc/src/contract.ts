import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import { toError } from '@longshore/kit';
import {
  type AgentServiceOperations,
  codecOf,
  type EcsServiceOperations,
  type LongshoreServiceOperations,
  type MessageName,
  messageType,
  openEnvelope,
  protoPackage,
  serviceDescriptor,
} from '@longshore/model';

/** The services of proto/, by name. */
export interface ServiceOperations {
  readonly EcsService: EcsServiceOperations;
  readonly AgentService: AgentServiceOperations;
  readonly LongshoreService: LongshoreServiceOperations;
}

export type ServiceName = keyof ServiceOperations;

export type RequestOf<
  S extends ServiceName,
  M extends keyof ServiceOperations[S],
> = ServiceOperations[S][M] extends { readonly request: infer Q } ? Q : never;

export type ResponseOf<
  S extends ServiceName,
  M extends keyof ServiceOperations[S],
> = ServiceOperations[S][M] extends { readonly response: infer R } ? R : never;

/** Carries calls of its service's other methods; `answerCalls` and `Exchange` are its two ends. */
export type ExchangeMethod = 'Exchange';

/** Methods that answer with a stream. Types cannot read the descriptors; a test holds the two together. */
export type StreamingMethod = 'WatchEvents';

/** A request as it came off the wire: bytes that are no such message are told to the caller, not to the connection. */
export type Received =
  | { readonly ok: true; readonly request: unknown }
  | { readonly ok: false; readonly error: Error };

export interface Method {
  readonly name: string;
  readonly path: string;
  readonly requestType: MessageName;
  readonly responseType: MessageName;
  /** Answers with a stream. */
  readonly streams: boolean;
  /**
   * A stream in both directions, of calls and answers; their bytes are made and read apart: a request is read as an
   * envelope, and its content when its turn comes.
   */
  readonly exchanges: boolean;
  readonly encodeRequest: (value: unknown) => Buffer;
  readonly decodeRequest: (bytes: Buffer) => Received;
  readonly encodeResponse: (value: unknown) => Buffer;
  readonly decodeResponse: (bytes: Buffer) => unknown;
}

/** The methods of a service, from the descriptors. */
export function methodsOf(service: ServiceName): readonly Method[] {
  return serviceDescriptor(service).methodsArray.map((m) => {
    const request = codecOf(m.requestType as MessageName);
    const response = codecOf(m.responseType as MessageName);
    return {
      name: m.name,
      path: `/${fullNameOf(service)}/${m.name}`,
      requestType: m.requestType as MessageName,
      responseType: m.responseType as MessageName,
      streams: m.responseStream === true,
      exchanges: m.requestStream === true,
      encodeRequest: (value) => asBuffer(request.encode(value as never)),
      decodeRequest:
        m.requestStream === true
          ? (bytes) => received(() => openEnvelope(m.requestType as MessageName, bytes))
          : (bytes) => received(() => request.decode(bytes)),
      encodeResponse: (value) => asBuffer(response.encode(value as never)),
      decodeResponse: (bytes) => response.decode(bytes),
    };
  });
}

export function fullNameOf(service: ServiceName): string {
  return `${protoPackage}.${service}`;
}

/** The same for grpc-js' server. */
export function definitionOf(methods: readonly Method[]): ServiceDefinition {
  return Object.fromEntries(
    methods.map((m): [string, MethodDefinition<unknown, unknown>] => [
      m.name,
      {
        path: m.path,
        requestStream: m.exchanges,
        responseStream: m.streams,
        requestSerialize: m.encodeRequest,
        requestDeserialize: m.decodeRequest,
        // A stream of many answers must not end for one that cannot be written.
        responseSerialize: m.exchanges ? asIs : m.encodeResponse,
        responseDeserialize: m.decodeResponse,
      },
    ]),
  );
}

/** Bytes that are made already. */
export function asIs(bytes: unknown): Buffer {
  return bytes as Buffer;
}

function received(decode: () => unknown): Received {
  try {
    return { ok: true, request: decode() };
  } catch (thrown) {
    return { ok: false, error: toError(thrown) };
  }
}

/** The same bytes as what Node and grpc-js take. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The methods whose calls an exchange carries, by the member of its messages that holds request and response. */
export function exchangedBy(exchange: Method, methods: readonly Method[]): ReadonlyMap<string, Method> {
  const members = messageType(exchange.requestType).fields;
  return new Map(
    methods
      .map((method): [string, Method] => [memberOf(method.name), method])
      .filter(([member, method]) => members[member]?.type === method.requestType),
  );
}

/** `ReportUtilisation` is `reportUtilisation` in the messages of an exchange. */
export function memberOf(method: string): string {
  return `${method[0]?.toLowerCase()}${method.slice(1)}`;
}
