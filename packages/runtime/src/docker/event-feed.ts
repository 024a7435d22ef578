import { backoffMs, type Clock, type Random } from '@longshore/kit';
import type { EngineListener } from '../driver.js';
import type { Endings } from './containers.js';
import { labelFilter } from './containers.js';
import type { EngineClient } from './engine-client.js';
import { jsonLines } from './streams.js';

/** The actions that change what inspect says; probes of health checks (exec_*) are left at the engine. */
const actions = ['create', 'start', 'die', 'oom', 'destroy', 'pause', 'unpause', 'rename', 'health_status'];

interface EngineEvent {
  readonly Action?: string;
  readonly Actor?: { readonly ID?: string };
}

/** How long an engine may take to open the stream; it answers at once where it is well. */
const openingMs = 15_000;

/**
 * Streams of the engine's events that come back by themselves.
 * Invariant: whatever happens after `connected()` is told, or `disconnected()` is: the stream asks for the events since
 * a second before its request, because the engine opens it a moment before it listens.
 */
export class EventFeed {
  readonly #client: EngineClient;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #endings: Endings;

  constructor(client: EngineClient, clock: Clock, random: Random, endings: Endings) {
    this.#client = client;
    this.#clock = clock;
    this.#random = random;
    this.#endings = endings;
  }

  /** Ends when the signal aborts; never rejects. */
  async follow(
    labels: Readonly<Record<string, string>>,
    listener: EngineListener,
    signal: AbortSignal,
  ): Promise<void> {
    let told = false;
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        await this.#once(labels, signal, listener, () => {
          attempt = 0;
          told = false;
          listener.connected();
        });
      } catch (thrown) {
        if (signal.aborted) return;
        this.#client.forgetVersion();
        if (!told) listener.disconnected(this.#client.toError('EngineUnavailable', thrown));
        told = true;
      }
      await this.#pause(attempt, signal);
    }
  }

  async #once(
    labels: Readonly<Record<string, string>>,
    signal: AbortSignal,
    listener: EngineListener,
    connected: () => void,
  ): Promise<void> {
    const filters = { type: ['container'], label: labelFilter(labels), event: actions };
    const since = (this.#clock.wallMs() / 1000 - 1).toFixed(3);
    const opening = new AbortController();
    const timer = this.#clock.timer(openingMs, () => opening.abort(new Error('no answer to events')));
    const request = { path: '/events', query: { since, filters: JSON.stringify(filters) } };
    try {
      const stream = await this.#client.follow(request, AbortSignal.any([signal, opening.signal]));
      timer.cancel();
      // A host that vanished says nothing: only the probes of TCP find out.
      stream.socket?.setKeepAlive(true, 15_000);
      connected();
      for await (const event of jsonLines(stream)) this.#tell(event, listener);
      throw new Error('the event stream ended');
    } finally {
      timer.cancel();
    }
  }

  #tell(event: EngineEvent, listener: EngineListener): void {
    const id = event.Actor?.ID;
    if (id === undefined || event.Action === undefined) return;
    if (event.Action === 'die') this.#endings.tell(id);
    listener.changed(id, event.Action);
  }

  async #pause(attempt: number, signal: AbortSignal): Promise<void> {
    const wait = backoffMs(attempt, { minMs: 100, maxMs: 3000 }, this.#random);
    await this.#clock.sleep(wait, signal).catch((reason: unknown) => {
      if (!signal.aborted) throw reason;
    });
  }
}
