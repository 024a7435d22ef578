import { CodedError, messageOf } from '@longshore/kit';

/** Names of gRPC's status codes, as far as errors use them. Text, so that no package needs @grpc/* for them. */
export type GrpcCode =
  | 'NOT_FOUND'
  | 'PERMISSION_DENIED'
  | 'UNAUTHENTICATED'
  | 'ABORTED'
  | 'RESOURCE_EXHAUSTED'
  | 'UNIMPLEMENTED'
  | 'INTERNAL'
  | 'UNAVAILABLE'
  | 'INVALID_ARGUMENT';

export interface EcsErrorKind {
  readonly fault: 'client' | 'server';
  readonly httpStatus: number;
  readonly grpc: GrpcCode;
}

const refused = { fault: 'client', httpStatus: 400, grpc: 'INVALID_ARGUMENT' } as const;
const notFound = { fault: 'client', httpStatus: 400, grpc: 'NOT_FOUND' } as const;
const conflict = { fault: 'client', httpStatus: 400, grpc: 'ABORTED' } as const;
const exhausted = { fault: 'client', httpStatus: 400, grpc: 'RESOURCE_EXHAUSTED' } as const;
const unsigned = { fault: 'client', httpStatus: 400, grpc: 'UNAUTHENTICATED' } as const;

/**
 * Every exception that ECS's SDK exports, then those that its protocol answers before an operation is known.
 * A test holds the first part to the SDK.
 */
export const ecsErrors = {
  AccessDeniedException: { fault: 'client', httpStatus: 403, grpc: 'PERMISSION_DENIED' },
  AttributeLimitExceededException: exhausted,
  BlockedException: refused,
  ClientException: refused,
  ClusterContainsCapacityProviderException: refused,
  ClusterContainsContainerInstancesException: refused,
  ClusterContainsServicesException: refused,
  ClusterContainsTasksException: refused,
  ClusterNotFoundException: notFound,
  ConflictException: conflict,
  DaemonNotActiveException: refused,
  DaemonNotFoundException: notFound,
  GatewayNotFoundException: notFound,
  InvalidParameterException: refused,
  LimitExceededException: exhausted,
  MissingVersionException: refused,
  NamespaceNotFoundException: notFound,
  NoUpdateAvailableException: refused,
  PlatformTaskDefinitionIncompatibilityException: refused,
  PlatformUnknownException: refused,
  ResourceInUseException: refused,
  ResourceNotFoundException: notFound,
  ServerException: { fault: 'server', httpStatus: 500, grpc: 'INTERNAL' },
  ServiceDeploymentNotFoundException: notFound,
  ServiceNotActiveException: refused,
  ServiceNotFoundException: notFound,
  TargetNotConnectedException: refused,
  TargetNotFoundException: notFound,
  TaskSetNotFoundException: notFound,
  UnsupportedFeatureException: { fault: 'client', httpStatus: 400, grpc: 'UNIMPLEMENTED' },
  UpdateInProgressException: refused,

  IncompleteSignatureException: unsigned,
  InvalidSignatureException: unsigned,
  MissingAuthenticationTokenException: unsigned,
  UnrecognizedClientException: unsigned,
  SerializationException: refused,
  UnknownOperationException: { fault: 'client', httpStatus: 400, grpc: 'UNIMPLEMENTED' },
  RequestEntityTooLargeException: { fault: 'client', httpStatus: 413, grpc: 'RESOURCE_EXHAUSTED' },
  ThrottlingException: exhausted,
} as const satisfies Readonly<Record<string, EcsErrorKind>>;

export type EcsErrorName = keyof typeof ecsErrors;

/** Exceptions of the protocol, not of an operation: the SDK has no class for them. */
export const protocolErrorNames: readonly EcsErrorName[] = [
  'IncompleteSignatureException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'UnrecognizedClientException',
  'SerializationException',
  'UnknownOperationException',
  'RequestEntityTooLargeException',
  'ThrottlingException',
];

export interface EcsErrorOptions {
  readonly cause?: unknown;
  readonly retryable?: boolean;
  /** ConflictException names the resources that the token already made. */
  readonly resourceIds?: readonly string[];
  /** Sent as RetryInfo on gRPC and Retry-After on HTTP. */
  readonly retryAfterMs?: number;
  /** Where the same exception travels under another status: the store is away. */
  readonly httpStatus?: number;
  readonly grpc?: GrpcCode;
}

/** An exception as ECS answers it: `code` is its name, `message` is for the caller. */
export class EcsError extends CodedError {
  declare readonly code: EcsErrorName;
  readonly fault: 'client' | 'server';
  readonly httpStatus: number;
  readonly grpc: GrpcCode;
  readonly resourceIds: readonly string[] | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: EcsErrorName, message: string, options: EcsErrorOptions = {}) {
    super(code, message, options);
    const kind: EcsErrorKind = ecsErrors[code];
    this.fault = kind.fault;
    this.httpStatus = options.httpStatus ?? kind.httpStatus;
    this.grpc = options.grpc ?? kind.grpc;
    this.resourceIds = options.resourceIds;
    this.retryAfterMs = options.retryAfterMs;
  }
}

export function isEcsErrorName(name: string): name is EcsErrorName {
  return Object.hasOwn(ecsErrors, name);
}

/** Something that the request asks for and that cannot be: ClientException. */
export function clientException(message: string, options?: EcsErrorOptions): EcsError {
  return new EcsError('ClientException', message, options);
}

/** A parameter that is wrong by itself. */
export function invalidParameter(message: string, options?: EcsErrorOptions): EcsError {
  return new EcsError('InvalidParameterException', message, options);
}

export function clusterNotFound(): EcsError {
  return new EcsError('ClusterNotFoundException', 'Cluster not found.');
}

export function serviceNotFound(): EcsError {
  return new EcsError('ServiceNotFoundException', 'Service not found.');
}

export function serviceNotActive(): EcsError {
  return new EcsError('ServiceNotActiveException', 'Service was not ACTIVE.');
}

/** Used again with other parameters: `resourceIds` are the ARNs that the first use made. */
export function tokenConflict(resourceIds: readonly string[]): EcsError {
  const message = 'The clientToken was used before with other request parameters.';
  return new EcsError('ConflictException', message, { resourceIds });
}

export function serverException(message: string, options?: EcsErrorOptions): EcsError {
  return new EcsError('ServerException', message, { retryable: true, ...options });
}

/** The store does not answer: nothing was decided, try again. 503 on HTTP, UNAVAILABLE with RetryInfo on gRPC. */
export function storeAway(message: string, options: EcsErrorOptions = {}): EcsError {
  return serverException(message, { httpStatus: 503, grpc: 'UNAVAILABLE', retryAfterMs: 1000, ...options });
}

export function unsupportedFeature(message: string): EcsError {
  return new EcsError('UnsupportedFeatureException', message);
}

export function accessDenied(message: string): EcsError {
  return new EcsError('AccessDeniedException', message);
}

export function throttled(message: string, retryAfterMs: number): EcsError {
  return new EcsError('ThrottlingException', message, { retryable: true, retryAfterMs });
}

/**
 * Whatever was thrown, as the exception to answer. What ECS has no name for becomes a ServerException whose message
 * tells the caller nothing of our insides; the cause stays for the log.
 */
export function toEcsError(thrown: unknown): EcsError {
  if (thrown instanceof EcsError) return thrown;
  if (!(thrown instanceof CodedError))
    return serverException('An internal error occurred.', { cause: thrown, retryable: false });
  if (thrown.code === 'UNAVAILABLE') return storeAway(messageOf(thrown), { cause: thrown });
  if (isEcsErrorName(thrown.code))
    return new EcsError(thrown.code, thrown.message, { cause: thrown, retryable: thrown.retryable });
  return serverException('An internal error occurred.', { cause: thrown, retryable: thrown.retryable });
}
