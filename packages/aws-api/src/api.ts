import { type Clock, type Logger, systemClock } from '@longshore/kit';
import {
  EcsError,
  type EcsErrorOptions,
  fromJson,
  type MessageShapes,
  serverException,
  throttled,
  toEcsError,
  toJson,
  unsupportedFeature,
} from '@longshore/model';
import type { Authenticator, Identity, SigningService } from './auth/authenticate.js';
import {
  BodyTooLarge,
  type HttpAnswer,
  type HttpRequest,
  type RouteHandler,
  SenderGone,
} from './http/exchange.js';
import { type AwsCall, type AwsOperations, ecsOperations, type OperationShape } from './operations.js';
import { jsonAnswer, jsonError } from './protocol/answers.js';
import { parseStrictJson } from './protocol/strict-json.js';
import { callerIdentity, checkStsAction, stsError } from './protocol/sts.js';
import { UnknownMemberPolicy } from './protocol/unknown-members.js';
import { defaultRates, type Rates, Throttle } from './throttle.js';

/** How a call ended, for metrics and the log. */
export interface AwsOutcome {
  /** `Unknown` where the target was none of ECS's. */
  readonly operation: string;
  /** `OK`, or the exception's name. */
  readonly code: string;
  readonly httpStatus: number;
  readonly seconds: number;
  readonly requestId: string;
  readonly peer: string;
  /** Undefined where nobody was made out. */
  readonly identity: Identity | undefined;
}

export interface AwsApiOptions<C> {
  readonly operations: AwsOperations<C>;
  readonly authenticate: Authenticator;
  /** The one door, behind the signature: throws to refuse; what it answers is the call's caller. */
  readonly authorize: (attempt: {
    readonly identity: Identity;
    readonly operation: string;
    readonly requestId: string;
    readonly peer: string;
  }) => C | Promise<C>;
  readonly accountId: string;
  readonly logger: Logger;
  readonly clock?: Clock;
  readonly rates?: Rates;
  /** One that counts the calls of other doors too, instead of one of its own with `rates`. */
  readonly throttle?: Throttle;
  /** Told of every call when it has ended. Must be quick. */
  readonly observe?: (outcome: AwsOutcome) => void;
  /** Told of every member that was taken and not understood. */
  readonly unknownMember?: (operation: string, member: string) => void;
  /** An operation that takes longer is answered with ServerException, and its signal aborts. */
  readonly operationTimeoutMs?: number;
}

const targetPrefix = 'AmazonEC2ContainerServiceV20141113.';
const maxBodyBytes = 1024 * 1024;

/** The ECS API as AWS's tools speak it: AWS JSON 1.1 at `POST /`, and `sts:GetCallerIdentity` beside it. */
export function createAwsApi<C>(options: AwsApiOptions<C>): RouteHandler {
  const api = new AwsApi(options);
  return (request) => api.handle(request);
}

/** What is known of a call so far, for the outcome. */
interface Progress {
  operation: string;
  identity: Identity | undefined;
}

/**
 * Checks in the order of cost, and so that nobody unknown learns more than that he is: size, target, signature,
 * throttle, door, body, shape.
 */
class AwsApi<C> {
  readonly #options: AwsApiOptions<C>;
  readonly #clock: Clock;
  readonly #throttle: Throttle;
  readonly #unknownMembers: UnknownMemberPolicy;

  constructor(options: AwsApiOptions<C>) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#throttle = options.throttle ?? new Throttle(options.rates ?? defaultRates, this.#clock);
    this.#unknownMembers = new UnknownMemberPolicy(options.unknownMember ?? (() => undefined));
  }

  async handle(request: HttpRequest): Promise<HttpAnswer> {
    const startedMs = this.#clock.monotonicMs();
    const progress: Progress = { operation: 'Unknown', identity: undefined };
    const sts = isQueryProtocol(request);
    let code = 'OK';
    let answer: HttpAnswer;
    try {
      answer = sts ? await this.#sts(request, progress) : await this.#ecs(request, progress);
    } catch (thrown) {
      const error = this.#exception(thrown, request, progress);
      code = error.code;
      answer = sts ? stsError(error, request.requestId) : jsonError(error, request.requestId);
    }
    const seconds = (this.#clock.monotonicMs() - startedMs) / 1000;
    const { requestId, peer } = request;
    const { operation, identity } = progress;
    // Member by member: a spread here costs V8 a hidden class a call (1.1 KB), which only a major collection frees.
    this.#options.observe?.({
      operation,
      identity,
      code,
      httpStatus: answer.status,
      seconds,
      requestId,
      peer,
    });
    return answer;
  }

  async #ecs(request: HttpRequest, progress: Progress): Promise<HttpAnswer> {
    refuseLarge(request);
    const operation = operationOf(request);
    progress.operation = operation.name;
    const { identity, body } = await this.#letIn(request, 'ecs', progress);
    const { requestId, peer } = request;
    const caller = await this.#options.authorize({ identity, operation: operation.name, requestId, peer });
    const handler = this.#options.operations[operation.name] as
      | ((request: unknown, call: AwsCall<C>) => Promise<unknown>)
      | undefined;
    if (!handler)
      throw unsupportedFeature(`${operation.name} is not available: this server does not have it yet.`);
    const unknownMembers = this.#unknownMembers.of(operation.name);
    const shape = fromJson(operation.requestType, parseStrictJson(body), { unknownMembers });
    const response = await this.#withinTime(request.signal, (signal) =>
      handler(shape, { caller, region: identity.region, requestId, peer, signal }),
    );
    const json = toJson(operation.responseType, response as MessageShapes[typeof operation.responseType]);
    return jsonAnswer(json, requestId);
  }

  async #sts(request: HttpRequest, progress: Progress): Promise<HttpAnswer> {
    refuseLarge(request);
    progress.operation = 'GetCallerIdentity';
    const { identity, body } = await this.#letIn(request, 'sts', progress);
    checkStsAction(body);
    return callerIdentity(identity, this.#options.accountId, request.requestId);
  }

  async #letIn(
    request: HttpRequest,
    service: SigningService,
    progress: Progress,
  ): Promise<{ readonly identity: Identity; readonly body: Uint8Array }> {
    const pending = await this.#options.authenticate.claim(request, service);
    const body = await request.body(maxBodyBytes);
    const identity = await pending.verify(body);
    progress.identity = identity;
    const waitMs = this.#throttle.take(identity.name, progress.operation);
    if (waitMs !== undefined) throw throttled('Rate exceeded', waitMs);
    return { identity, body };
  }

  /** Runs `act` until its caller goes or its time is up, whether it heeds the signal or not. */
  async #withinTime<T>(gone: AbortSignal, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    const giveUp = (): void => controller.abort(gone.reason);
    const timer = this.#clock.timer(this.#options.operationTimeoutMs ?? 30_000, () =>
      controller.abort(
        serverException('The operation took too long; it may or may not have been carried out.'),
      ),
    );
    gone.addEventListener('abort', giveUp, { once: true });
    const { signal } = controller;
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
    try {
      return await Promise.race([act(signal), aborted]);
    } finally {
      timer.cancel();
      gone.removeEventListener('abort', giveUp);
    }
  }

  #exception(thrown: unknown, request: HttpRequest, progress: Progress): EcsError {
    if (thrown instanceof BodyTooLarge) return tooLarge(thrown);
    if (thrown instanceof SenderGone)
      return new EcsError('SerializationException', 'The request body did not come whole.', {
        cause: thrown,
      });
    const error = toEcsError(thrown);
    if (error.httpStatus === 500 && !request.gone) {
      const { operation } = progress;
      this.#options.logger.error(
        { err: thrown, operation, requestId: request.requestId },
        'operation failed',
      );
    }
    return error;
  }
}

function isQueryProtocol(request: HttpRequest): boolean {
  return (
    request.headers['x-amz-target'] === undefined &&
    (request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')
  );
}

/** By the header, before anything else; a body that comes in pieces is measured as it is read. */
function refuseLarge(request: HttpRequest): void {
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) throw tooLarge();
}

function tooLarge(cause?: unknown): EcsError {
  const options: EcsErrorOptions = { cause };
  return new EcsError('RequestEntityTooLargeException', 'The request body is larger than 1 MiB.', options);
}

function operationOf(request: HttpRequest): OperationShape {
  const target = request.headers['x-amz-target'] ?? '';
  const name = target.startsWith(targetPrefix) ? target.slice(targetPrefix.length) : '';
  const operation = ecsOperations.get(name);
  if (operation) return operation;
  const found = target === '' ? 'There is no X-Amz-Target' : 'The X-Amz-Target is none of ECS';
  throw new EcsError('UnknownOperationException', `${found}: ${targetPrefix}<Operation> is expected.`);
}
