import { type Clock, messageOf } from '@longshore/kit';
import type { CallOptions, ContainerFacts, ContainerSpec } from '../driver.js';
import { RuntimeError } from '../errors.js';
import type { Call, EngineClient } from './engine-client.js';
import { statusOf } from './engine-error.js';
import { containerFacts, type Inspected } from './facts.js';
import { createBody } from './mapping/create-body.js';
import { endStrays, strayWords } from './strays.js';
import { demultiplexer, TailBuffer } from './streams.js';

/** Who waits for a container's end hears of its `die` here, so that it need not look so often. */
export class Endings {
  readonly #waiting = new Map<string, Set<() => void>>();

  tell(id: string): void {
    for (const wake of this.#waiting.get(id) ?? []) wake();
  }

  on(id: string, wake: () => void): () => void {
    const waiting = this.#waiting.get(id) ?? new Set();
    this.#waiting.set(id, waiting.add(wake));
    return () => {
      waiting.delete(wake);
      if (waiting.size === 0) this.#waiting.delete(id);
    };
  }
}

export class DockerContainers {
  readonly #client: EngineClient;
  readonly #clock: Clock;
  readonly #endings: Endings;

  constructor(client: EngineClient, clock: Clock, endings: Endings) {
    this.#client = client;
    this.#clock = clock;
    this.#endings = endings;
  }

  create(spec: ContainerSpec, options: CallOptions): Promise<{ readonly id: string }> {
    return this.#client.call('createContainer', 'CannotCreateContainerError', options, async (call) => {
      for (;;) {
        const made = await createOnce(call, spec);
        if (made !== undefined) return { id: made };
        await call.sleep(50);
      }
    });
  }

  start(id: string, options: CallOptions): Promise<void> {
    return this.#client.call('startContainer', 'CannotStartContainerError', options, async (call) => {
      try {
        await call.json({ method: 'POST', path: `/containers/${id}/start`, accept: [304], weight: 'heavy' });
      } catch (thrown) {
        // Started again it would have run twice: what is left of it ends, and the start has failed.
        if (strayWords.test(messageOf(thrown))) await endStrays(id);
        throw thrown;
      }
    });
  }

  /**
   * Signal, look, kill: in short requests, since the engine's own stop holds one for the whole timeout, which may be
   * hours, and forgets the kill where that connection breaks.
   */
  stop(id: string, options: CallOptions & { readonly stopTimeoutMs: number }): Promise<void> {
    const bounds = { ...options, extraMs: options.stopTimeoutMs };
    return this.#client.call('stopContainer', 'CannotStopContainerError', bounds, async (call) => {
      const found = await inspect(call, id);
      if (!found) throw new RuntimeError('CannotStopContainerError', `No such container: ${id}`);
      if (found.State.Status === 'created') await endStrays(found.Id);
      if (!found.State.Running) return;
      if (options.stopTimeoutMs > 0) {
        await this.#signal(call, found.Id, stopSignalOf(found));
        if (await this.#ended(call, found, options.stopTimeoutMs)) return;
      }
      await this.#signal(call, found.Id, 'SIGKILL');
      await this.#ended(call, found, Number.POSITIVE_INFINITY);
    });
  }

  remove(id: string, options: CallOptions): Promise<void> {
    return this.#client.call('removeContainer', 'CannotRemoveContainerError', options, async (call) => {
      const path = `/containers/${id}`;
      try {
        await call.json({
          method: 'DELETE',
          path,
          query: { force: 'true', v: 'true' },
          accept: [404],
          weight: 'heavy',
        });
      } catch (thrown) {
        if (statusOf(thrown) !== 409) throw thrown;
        // Somebody else's removal is on its way: it is ours as well, once it is over.
        while (await inspect(call, id)) await call.sleep(50);
      }
    });
  }

  inspect(id: string, options: CallOptions): Promise<ContainerFacts | undefined> {
    return this.#client.call('inspectContainer', 'CannotInspectContainerError', options, async (call) => {
      const found = await inspect(call, id);
      return found && containerFacts(found);
    });
  }

  list(labels: Readonly<Record<string, string>>, options: CallOptions): Promise<readonly ContainerFacts[]> {
    return this.#client.call('listContainers', 'RuntimeError', options, async (call) => {
      const listed =
        (await call.json<readonly { Id: string }[]>({
          path: '/containers/json',
          query: { all: 'true', filters: JSON.stringify({ label: labelFilter(labels) }) },
        })) ?? [];
      const found = await Promise.all(listed.map((c) => inspect(call, c.Id)));
      return found.filter((c) => c !== undefined).map(containerFacts);
    });
  }

  tailLog(
    id: string,
    limits: { readonly lines: number; readonly bytes: number },
    options: CallOptions,
  ): Promise<string> {
    return this.#client.call('tailLog', 'RuntimeError', options, async (call) => {
      const found = await inspect(call, id);
      if (!found || found.HostConfig.LogConfig?.Type === 'none') return '';
      const tail = new TailBuffer(limits.bytes + 1);
      const read = found.Config.Tty
        ? (c: Buffer) => tail.add(c)
        : demultiplexer((_, bytes) => tail.add(bytes));
      try {
        const query = { stdout: 'true', stderr: 'true', tail: String(limits.lines) };
        for await (const chunk of await call.stream({ path: `/containers/${found.Id}/logs`, query }))
          read(chunk as Buffer);
      } catch (thrown) {
        // 500 and 501: a driver that keeps nothing on this machine.
        if (![404, 409, 500, 501].includes(statusOf(thrown) ?? 0)) throw thrown;
      }
      const lines = tail.text().replaceAll('\r\n', '\n').replace(/\n$/, '').split('\n');
      return lastBytes(lines.slice(-limits.lines).join('\n'), limits.bytes);
    });
  }

  async #signal(call: Call, id: string, signal: string): Promise<void> {
    // 409: it does not run any more; 404: it is gone. Both are what was wanted.
    await call.json({
      method: 'POST',
      path: `/containers/${id}/kill`,
      query: { signal },
      accept: [404, 409],
    });
  }

  /** True when this run of the container is over, false when the time is. */
  async #ended(call: Call, run: Inspected, withinMs: number): Promise<boolean> {
    const until = this.#clock.monotonicMs() + withinMs;
    let wake: () => void = () => {};
    const forget = this.#endings.on(run.Id, () => wake());
    try {
      for (let wait = 10; ; wait = Math.min(wait * 1.5, 1000)) {
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        const now = await inspect(call, run.Id);
        if (!now?.State.Running || now.State.StartedAt !== run.State.StartedAt) return true;
        const left = until - this.#clock.monotonicMs();
        if (left <= 0) return false;
        await Promise.race([woken, call.sleep(Math.min(wait, left))]);
      }
    } finally {
      forget();
    }
  }
}

/** Undefined: the name is taken by a container that is not there yet, or not any more; ask again. */
async function createOnce(call: Call, spec: ContainerSpec): Promise<string | undefined> {
  try {
    const made = await call.json<{ Id: string }>({
      method: 'POST',
      path: '/containers/create',
      query: { name: spec.name },
      body: createBody(spec),
      weight: 'heavy',
    });
    return made?.Id;
  } catch (thrown) {
    if (statusOf(thrown) !== 409 || !isNameConflict(thrown)) throw thrown;
    // An earlier create whose answer was lost holds the name before inspect knows the container.
    const known = await inspect(call, spec.name);
    if (!known || known.State.Dead || known.State.Status === 'removing') return undefined;
    if (!isSame(known, spec)) throw thrown;
    return known.Id;
  }
}

/** The engine has one status for every conflict; of names it says this. */
function isNameConflict(thrown: unknown): boolean {
  return /is already in use by container/.test(messageOf(thrown));
}

export async function inspect(call: Call, idOrName: string): Promise<Inspected | undefined> {
  return call.json<Inspected>({ path: `/containers/${idOrName}/json`, accept: [404] });
}

export function labelFilter(labels: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(labels).map(([key, value]) => `${key}=${value}`);
}

/** What has our name but not our labels is somebody else's container, and no retry of ours. */
function isSame(known: Inspected, spec: ContainerSpec): boolean {
  const labels = known.Config.Labels ?? {};
  return Object.entries(spec.labels).every(([key, value]) => labels[key] === value);
}

function stopSignalOf(container: Inspected): string {
  const { StopSignal: signal } = container.Config as { StopSignal?: string };
  return signal === undefined || signal === '' ? 'SIGTERM' : signal;
}

function lastBytes(text: string, limit: number): string {
  const tail = new TailBuffer(limit);
  tail.add(Buffer.from(text));
  return tail.text();
}
