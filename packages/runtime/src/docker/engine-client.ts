import { setMaxListeners } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Clock } from '@longshore/kit';
import Docker from 'dockerode';
import { defaultDeadlinesMs, type EngineCall } from '../deadlines.js';
import type { CallOptions } from '../driver.js';
import type { RuntimeErrorCode } from '../errors.js';
import { CallEnded, EngineRefusal, toRuntimeError } from './engine-error.js';
import { connectionOf, type EngineHost, socketOf } from './engine-host.js';
import { Semaphore } from './semaphore.js';

/** The newest version of the engine's API that this driver was built against. */
const newestApiVersion = '1.47';

export interface EngineRequest {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON; a Buffer is sent as a tar. */
  readonly body?: object;
  readonly registryAuth?: object | undefined;
  /** Refusals that are fine: the answer is then undefined. */
  readonly accept?: readonly number[];
  /** heavy: the engine sets up disks and networks for it. Few of those at a time, and never in the way of a look. */
  readonly weight?: 'heavy' | 'light' | 'pull';
}

export interface EngineClientOptions {
  readonly host: EngineHost;
  readonly clock: Clock;
  /** How many requests of a weight run at a time. */
  readonly parallelism: { readonly heavy: number; readonly light: number; readonly pull: number };
  readonly onCall?: ((call: EngineCall, ms: number, ok: boolean) => void) | undefined;
}

/** One bounded call: what it makes of the engine ends with it. */
export interface Call {
  readonly signal: AbortSignal;
  json<T>(request: EngineRequest): Promise<T | undefined>;
  stream(request: EngineRequest): Promise<IncomingMessage>;
  /** Rejects as soon as the call ends. */
  sleep(ms: number): Promise<void>;
}

/**
 * The engine's API through docker-modem's dialer, with what it lacks: a version agreed with the engine, an end to every
 * call (a promise of docker-modem never settles when the connection breaks after the headers), bounded parallelism,
 * and errors in our words.
 */
export class EngineClient {
  readonly #options: EngineClientOptions;
  readonly #connection: Docker.DockerOptions;
  readonly #socket: string | undefined;
  readonly #slots: Readonly<Record<NonNullable<EngineRequest['weight']>, Semaphore>>;
  #agreed: Promise<Docker> | undefined;

  constructor(options: EngineClientOptions) {
    this.#options = options;
    this.#connection = connectionOf(options.host);
    this.#socket = socketOf(options.host);
    const { heavy, light, pull } = options.parallelism;
    this.#slots = { heavy: new Semaphore(heavy), light: new Semaphore(light), pull: new Semaphore(pull) };
  }

  /** The engine may be another one after a restart: the version is agreed anew. */
  forgetVersion(): void {
    this.#agreed = undefined;
  }

  /** Runs one call of the driver inside its deadline; whatever it throws is a RuntimeError of `code`. */
  async call<T>(
    name: EngineCall,
    code: RuntimeErrorCode,
    options: CallOptions & { readonly extraMs?: number },
    act: (call: Call) => Promise<T>,
  ): Promise<T> {
    const { clock, onCall } = this.#options;
    const began = clock.monotonicMs();
    const ms = (options.timeoutMs ?? defaultDeadlinesMs[name]) + (options.extraMs ?? 0);
    const ending = new AbortController();
    // A list inspects many containers under one signal.
    setMaxListeners(0, ending.signal);
    const deadline = clock.timer(ms, () => ending.abort(overdue(name, ms)));
    const giveUp = (): void => ending.abort(givenUp(name, options.signal));
    options.signal?.addEventListener('abort', giveUp, { once: true });
    let ok = false;
    try {
      if (options.signal?.aborted) throw givenUp(name, options.signal);
      const answer = await Promise.race([act(this.#callOf(ending.signal)), aborted(ending.signal)]);
      ok = true;
      return answer;
    } catch (thrown) {
      // Aborting makes the dialer fail in its own words: why it was aborted is what counts.
      throw toRuntimeError(code, ending.signal.aborted ? ending.signal.reason : thrown, this.#socket);
    } finally {
      deadline.cancel();
      options.signal?.removeEventListener('abort', giveUp);
      onCall?.(name, clock.monotonicMs() - began, ok);
    }
  }

  /** A stream without a deadline but its connecting's; for events. Throws foreign errors: see `toError`. */
  follow(request: EngineRequest, signal: AbortSignal): Promise<IncomingMessage> {
    return this.#stream(request, signal);
  }

  toError(code: RuntimeErrorCode, thrown: unknown): Error {
    return toRuntimeError(code, thrown, this.#socket);
  }

  #callOf(signal: AbortSignal): Call {
    return {
      signal,
      json: (request) => this.#json(request, signal),
      stream: (request) => this.#stream(request, signal),
      sleep: (ms) => this.#options.clock.sleep(ms, signal),
    };
  }

  async #json<T>(request: EngineRequest, signal: AbortSignal): Promise<T | undefined> {
    const docker = await this.#docker(signal);
    return this.#slots[request.weight ?? 'light'].with(signal, () => askJson<T>(docker, request, signal));
  }

  async #stream(request: EngineRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const docker = await this.#docker(signal);
    const answer = await dial(docker, request, signal);
    const refusal = await refusalOf(answer);
    if (refusal) throw refusal;
    return answer;
  }

  async #docker(signal: AbortSignal): Promise<Docker> {
    this.#agreed ??= this.#agree(signal);
    try {
      return await this.#agreed;
    } catch (thrown) {
      this.#agreed = undefined;
      // Whoever asked first may have been given up; that must not end the others.
      if (!signal.aborted && thrown instanceof CallEnded) return this.#docker(signal);
      throw thrown;
    }
  }

  async #agree(signal: AbortSignal): Promise<Docker> {
    const asked = askJson<EngineVersion>(new Docker(this.#connection), { path: '/version' }, signal);
    const version = await Promise.race([asked, aborted(signal)]);
    return new Docker({ ...this.#connection, version: `v${spokenVersion(version ?? {})}` });
  }
}

interface EngineVersion {
  readonly ApiVersion?: string;
  readonly MinAPIVersion?: string;
}

/** The newest that both know; an engine that has forgotten ours is spoken to in the oldest that it knows. */
function spokenVersion({ ApiVersion = newestApiVersion, MinAPIVersion }: EngineVersion): string {
  const both = olderVersion(ApiVersion, newestApiVersion);
  return MinAPIVersion !== undefined && olderVersion(both, MinAPIVersion) === both ? MinAPIVersion : both;
}

/** docker-modem rejects 304, and reads some refusals wrongly: every status comes back to us. */
const everyStatus = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [100 + i, true]));

/**
 * The answer as it comes in: docker-modem's own collecting of it never ends when the connection breaks in the middle.
 */
function dial(docker: Docker, request: EngineRequest, signal: AbortSignal): Promise<IncomingMessage> {
  const { method = 'GET', path, query = {}, body, registryAuth } = request;
  return new Promise((resolve, reject) => {
    docker.modem.dial(
      {
        path: `${path}?`,
        method,
        isStream: true,
        // `_body` apart from `_query`: else all of it, environment included, would stand in the URL.
        options: { _query: query, _body: Buffer.isBuffer(body) ? undefined : (body ?? {}) },
        ...(Buffer.isBuffer(body) && { file: body }),
        ...(registryAuth !== undefined && { authconfig: registryAuth }),
        abortSignal: signal,
        statusCodes: everyStatus,
      },
      (error, answer) => {
        if (!error) return resolve(answer as IncomingMessage);
        reject((signal.aborted ? signal.reason : error) as Error);
      },
    );
  });
}

async function askJson<T>(
  docker: Docker,
  request: EngineRequest,
  signal: AbortSignal,
): Promise<T | undefined> {
  const answer = await dial(docker, request, signal);
  if (request.accept?.includes(answer.statusCode ?? 0)) {
    answer.resume();
    return undefined;
  }
  const refusal = await refusalOf(answer);
  if (refusal) throw refusal;
  const text = await textOf(answer);
  return text === '' ? undefined : (JSON.parse(text) as T);
}

/** The engine's own words stand in the body. */
async function refusalOf(answer: IncomingMessage): Promise<EngineRefusal | undefined> {
  const { statusCode = 0 } = answer;
  if (statusCode >= 200 && statusCode < 300) return undefined;
  const text = await textOf(answer);
  return new EngineRefusal(statusCode, wordsOf(text) || `HTTP ${statusCode}`);
}

function wordsOf(text: string): string {
  if (!text.startsWith('{')) return text.trim();
  const { message } = JSON.parse(text) as { readonly message?: unknown };
  return typeof message === 'string' ? message : text.trim();
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) return reject(signal.reason as Error);
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

function overdue(name: EngineCall, ms: number): CallEnded {
  return new CallEnded('deadline', `docker: no answer to ${name} for ${ms / 1000} s`);
}

function givenUp(name: EngineCall, signal: AbortSignal | undefined): CallEnded {
  return new CallEnded('given up', `docker: ${name} was given up`, signal?.reason);
}

/** Versions of the API are major.minor; the minor is a number, so 1.9 is older than 1.41. */
export function olderVersion(a: string, b: string): string {
  const [aMajor = 0, aMinor = 0] = a.split('.').map(Number);
  const [bMajor = 0, bMinor = 0] = b.split('.').map(Number);
  return aMajor < bMajor || (aMajor === bMajor && aMinor <= bMinor) ? a : b;
}
