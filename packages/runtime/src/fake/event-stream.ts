import type { EngineListener } from '../driver.js';
import { carries } from './container.js';

interface Subscriber {
  readonly labels: Readonly<Record<string, string>>;
  readonly listener: EngineListener;
  readonly signal: AbortSignal;
  connected: boolean;
}

/** The event stream of the fake engine. Listeners are called from microtasks, in order, never from within a call. */
export class EventStream {
  readonly #subscribers = new Set<Subscriber>();
  #up = true;
  /** While set, the stream stands but says nothing: what a listener must survive by looking. */
  silent = false;

  subscribe(labels: Readonly<Record<string, string>>, listener: EngineListener, signal: AbortSignal): void {
    if (signal.aborted) return;
    const subscriber: Subscriber = { labels, listener, signal, connected: false };
    this.#subscribers.add(subscriber);
    signal.addEventListener('abort', () => this.#subscribers.delete(subscriber), { once: true });
    if (this.#up) this.#connect(subscriber);
  }

  emit(id: string, labels: Readonly<Record<string, string>>, action: string): void {
    if (this.silent) return;
    for (const s of this.#subscribers) {
      if (!s.connected || !carries(labels, s.labels)) continue;
      this.#later(s, () => s.listener.changed(id, action));
    }
  }

  cut(error: Error): void {
    this.#up = false;
    for (const s of this.#subscribers) {
      if (!s.connected) continue;
      s.connected = false;
      this.#later(s, () => s.listener.disconnected(error));
    }
  }

  mend(): void {
    this.#up = true;
    for (const s of this.#subscribers) if (!s.connected) this.#connect(s);
  }

  close(): void {
    this.#subscribers.clear();
  }

  #connect(s: Subscriber): void {
    s.connected = true;
    this.#later(s, () => s.listener.connected());
  }

  #later(s: Subscriber, tell: () => void): void {
    queueMicrotask(() => {
      if (!s.signal.aborted && this.#subscribers.has(s)) tell();
    });
  }
}
