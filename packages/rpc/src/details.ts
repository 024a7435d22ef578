import { fromJSON, type MessageTypeDefinition } from '@grpc/proto-loader';

// google.rpc.Status and the two details that we send: small, stable, and the only shapes that are not in proto/,
// because they are gRPC's own (googleapis: google/rpc/status.proto, error_details.proto).
const contract = {
  nested: {
    google: {
      nested: {
        protobuf: {
          nested: {
            Any: { fields: { type_url: { type: 'string', id: 1 }, value: { type: 'bytes', id: 2 } } },
            Duration: { fields: { seconds: { type: 'int64', id: 1 }, nanos: { type: 'int32', id: 2 } } },
          },
        },
        rpc: {
          nested: {
            Status: {
              fields: {
                code: { type: 'int32', id: 1 },
                message: { type: 'string', id: 2 },
                details: { rule: 'repeated', type: 'google.protobuf.Any', id: 3 },
              },
            },
            ErrorInfo: {
              fields: {
                reason: { type: 'string', id: 1 },
                domain: { type: 'string', id: 2 },
                metadata: { keyType: 'string', type: 'string', id: 3 },
              },
            },
            RetryInfo: { fields: { retry_delay: { type: 'google.protobuf.Duration', id: 1 } } },
          },
        },
      },
    },
  },
};

interface Any {
  readonly type_url: string;
  readonly value: Uint8Array;
}

interface Status {
  readonly code: number;
  readonly message: string;
  readonly details: readonly Any[];
}

interface ErrorInfo {
  readonly reason: string;
  readonly domain: string;
  readonly metadata: Readonly<Record<string, string>>;
}

interface RetryInfo {
  readonly retry_delay: { readonly seconds: number; readonly nanos: number } | null;
}

const loaded = fromJSON(contract as never, { keepCase: true, longs: Number, defaults: true });

function message<T>(name: string): MessageTypeDefinition<T, T> {
  return loaded[`google.rpc.${name}`] as unknown as MessageTypeDefinition<T, T>;
}

const status = message<Status>('Status');
const errorInfo = message<ErrorInfo>('ErrorInfo');
const retryInfo = message<RetryInfo>('RetryInfo');

const typeUrl = (name: string): string => `type.googleapis.com/google.rpc.${name}`;

/** What stands in `grpc-status-details-bin` of an error of ours. */
export interface Details {
  readonly code: number;
  readonly message: string;
  /** ECS's exception. */
  readonly reason: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly retryAfterMs: number | undefined;
}

const domain = 'ecs';

export function encodeDetails(details: Details): Buffer {
  const items: Any[] = [];
  if (details.reason !== undefined) {
    const info = { reason: details.reason, domain, metadata: details.metadata };
    items.push({ type_url: typeUrl('ErrorInfo'), value: errorInfo.serialize(info) });
  }
  if (details.retryAfterMs !== undefined) {
    const seconds = Math.floor(details.retryAfterMs / 1000);
    const nanos = Math.round((details.retryAfterMs - seconds * 1000) * 1e6);
    items.push({
      type_url: typeUrl('RetryInfo'),
      value: retryInfo.serialize({ retry_delay: { seconds, nanos } }),
    });
  }
  return status.serialize({ code: details.code, message: details.message, details: items });
}

/** Undefined where the bytes are no google.rpc.Status; what others put into it is passed over. */
export function decodeDetails(bytes: Buffer): Details | undefined {
  try {
    const decoded = status.deserialize(bytes);
    const info = find(decoded, 'ErrorInfo', errorInfo);
    const delay = find(decoded, 'RetryInfo', retryInfo)?.retry_delay;
    const ours = info?.domain === domain ? info : undefined;
    return {
      code: decoded.code,
      message: decoded.message,
      reason: ours?.reason,
      metadata: ours?.metadata ?? {},
      retryAfterMs: delay ? delay.seconds * 1000 + delay.nanos / 1e6 : undefined,
    };
  } catch {
    // A proxy's or another server's: the status code and message alone must do.
    return undefined;
  }
}

function find<T>(from: Status, name: string, type: MessageTypeDefinition<T, T>): T | undefined {
  const found = from.details.find((d) => d.type_url === typeUrl(name));
  return found && type.deserialize(Buffer.from(found.value));
}
