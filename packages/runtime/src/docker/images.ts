import { type Clock, messageOf, type Timer } from '@longshore/kit';
import type Docker from 'dockerode';
import type {
  CallOptions,
  ImageContent,
  ImageFacts,
  PullOptions,
  PullProgress,
  RegistryAuth,
} from '../driver.js';
import { RuntimeError } from '../errors.js';
import type { Call, EngineClient } from './engine-client.js';
import { isPassingPull } from './engine-error.js';
import { imageFacts } from './facts.js';
import { PullTally } from './pull-progress.js';
import { jsonLines } from './streams.js';

const defaultInactivityMs = 60_000;

export class DockerImages {
  readonly #client: EngineClient;
  readonly #clock: Clock;

  constructor(client: EngineClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** An image may come with HTTP 200 and an error inside the stream; and the stream may fall silent. */
  async pull(image: string, options: PullOptions): Promise<void> {
    const silence = new AbortController();
    const watchdog = new Watchdog(this.#clock, options.inactivityMs ?? defaultInactivityMs, (ms) =>
      silence.abort(new Error(`the registry sent nothing for ${ms / 1000} s`)),
    );
    const signal = options.signal ? AbortSignal.any([options.signal, silence.signal]) : silence.signal;
    const bounds = { ...options, signal };
    try {
      await this.#client.call('pullImage', 'CannotPullContainerError', bounds, (call) =>
        readPull(call, image, options, () => watchdog.alive()),
      );
    } catch (thrown) {
      if (!silence.signal.aborted) throw thrown;
      const { reason } = silence.signal;
      throw new RuntimeError('CannotPullContainerError', messageOf(reason), {
        retryable: true,
        cause: thrown,
      });
    } finally {
      watchdog.end();
    }
  }

  inspect(image: string, options: CallOptions): Promise<ImageFacts | undefined> {
    return this.#client.call('inspectImage', 'RuntimeError', options, (call) => inspectImage(call, image));
  }

  list(options: CallOptions): Promise<readonly ImageFacts[]> {
    return this.#client.call('listImages', 'RuntimeError', options, async (call) => {
      const listed = (await call.json<readonly Docker.ImageInfo[]>({ path: '/images/json' })) ?? [];
      const found = await Promise.all(listed.map((i) => inspectImage(call, i.Id)));
      return found.filter((f) => f !== undefined);
    });
  }

  remove(id: string, options: CallOptions): Promise<void> {
    return this.#client.call('removeImage', 'RuntimeError', options, async (call) => {
      await call.json({ method: 'DELETE', path: `/images/${encodeURI(id)}`, accept: [404], weight: 'heavy' });
    });
  }

  import(image: string, content: ImageContent, options: CallOptions): Promise<void> {
    return this.#client.call('importImage', 'RuntimeError', options, async (call) => {
      const { name, tag } = splitReference(image);
      const changes = [
        `ENTRYPOINT ${JSON.stringify(content.entryPoint)}`,
        ...Object.entries(content.labels).map(([k, v]) => `LABEL ${k}=${JSON.stringify(v)}`),
      ];
      const stream = await call.stream({
        method: 'POST',
        path: '/images/create',
        query: { fromSrc: '-', repo: name, tag, changes: changes.join('\n') },
        body: Buffer.from(content.tar),
      });
      await readToEnd(stream, () => {});
    });
  }
}

async function inspectImage(call: Call, image: string): Promise<ImageFacts | undefined> {
  const found = await call.json<Docker.ImageInspectInfo>({
    path: `/images/${encodeURI(image)}/json`,
    accept: [404],
  });
  return found && imageFacts(found);
}

async function readPull(call: Call, image: string, options: PullOptions, alive: () => void): Promise<void> {
  const { name, tag } = splitReference(image);
  const stream = await call.stream({
    method: 'POST',
    path: '/images/create',
    query: {
      fromImage: name,
      tag,
      ...(options.platform !== undefined && { platform: options.platform }),
    },
    ...(options.auth && { registryAuth: authOf(options.auth) }),
  });
  const tally = new PullTally();
  await readToEnd(stream, (line) => {
    alive();
    const progress: PullProgress | undefined = tally.add(line);
    if (progress) options.onProgress?.(progress);
  });
}

async function readToEnd(
  stream: NodeJS.ReadableStream,
  onLine: (line: Readonly<Record<string, unknown>>) => void,
): Promise<void> {
  for await (const line of jsonLines(stream)) {
    if (typeof line.error === 'string')
      throw new RuntimeError('CannotPullContainerError', `Error response from daemon: ${line.error}`, {
        retryable: isPassingPull(line.error),
      });
    onLine(line);
  }
}

function authOf(auth: RegistryAuth): object {
  return { username: auth.username, password: auth.password, serveraddress: auth.serverAddress };
}

/**
 * Name and tag as the engine's create wants them: a digest goes where a tag goes, and a tag beside a digest goes away
 * (the engine would look for a repository whose name holds it). No tag means latest, not all.
 */
export function splitReference(image: string): { readonly name: string; readonly tag: string } {
  const at = image.indexOf('@');
  const bare = at < 0 ? image : image.slice(0, at);
  // A colon before the last slash is a registry's port.
  const colon = bare.indexOf(':', bare.lastIndexOf('/') + 1);
  const name = colon < 0 ? bare : bare.slice(0, colon);
  if (at >= 0) return { name, tag: image.slice(at + 1) };
  return { name, tag: colon < 0 ? 'latest' : bare.slice(colon + 1) };
}

/** Calls back when nobody said `alive` for so long. */
class Watchdog {
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #bark: (ms: number) => void;
  #timer: Timer;

  constructor(clock: Clock, ms: number, bark: (ms: number) => void) {
    this.#clock = clock;
    this.#ms = ms;
    this.#bark = bark;
    this.#timer = this.#arm();
  }

  alive(): void {
    this.#timer.cancel();
    this.#timer = this.#arm();
  }

  end(): void {
    this.#timer.cancel();
  }

  #arm(): Timer {
    return this.#clock.timer(this.#ms, () => this.#bark(this.#ms));
  }
}
