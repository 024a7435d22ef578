import type { Clock, Component, Logger } from '@longshore/kit';
import { messageOf } from '@longshore/kit';
import { keyOf, type Store } from '@longshore/store';
import { sessionFence } from './report.js';
import type { AgentSession, Sessions } from './sessions.js';

/**
 * Writes to an instance when its agent has been silent for too long, and when it is heard again. The silence is
 * measured here, by the holder of the session, on its monotonic clock.
 */
export class Heartbeats implements Component {
  readonly name = 'heartbeats';
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #sessions: Sessions;
  readonly #timeoutMs: number;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  constructor(parts: {
    readonly store: Store;
    readonly clock: Clock;
    readonly logger: Logger;
    readonly sessions: Sessions;
    readonly instanceTimeoutMs: number;
  }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#logger = parts.logger;
    this.#sessions = parts.sessions;
    this.#timeoutMs = parts.instanceTimeoutMs;
  }

  async start(): Promise<void> {
    this.#running = this.#watch();
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('stopping'));
    await this.#running;
  }

  async #watch(): Promise<void> {
    const everyMs = Math.min(2500, Math.max(50, this.#timeoutMs / 12));
    let lookedMs = this.#clock.monotonicMs();
    while (!this.#stopping.signal.aborted) {
      await this.#clock.sleep(everyMs, this.#stopping.signal).catch(() => undefined);
      const now = this.#clock.monotonicMs();
      // While this process stood still it heard nobody: that time is not the agents' silence.
      const deafMs = Math.max(0, now - lookedMs - 2 * everyMs);
      lookedMs = now;
      // Thousands are heard each second: only those whose state differs from what their record says are looked at.
      const changed: AgentSession[] = [];
      for (const session of this.#sessions.all()) {
        session.lastHeardMs += deafMs;
        session.listen(now);
        if (session.saidOverdue !== this.#isOverdue(session, now)) changed.push(session);
      }
      await Promise.all(changed.map((session) => this.#look(session, now)));
    }
  }

  #isOverdue(session: AgentSession, nowMs: number): boolean {
    return nowMs - session.lastHeardMs > this.#timeoutMs;
  }

  async #look(session: AgentSession, nowMs: number): Promise<void> {
    const stored = this.#store.get(keyOf('instance', session.cluster, session.instance));
    if (!stored) return;
    const silentMs = nowMs - session.lastHeardMs;
    const overdue = this.#isOverdue(session, nowMs);
    if (overdue === stored.value.overdueSinceMs > 0) {
      session.saidOverdue = overdue;
      return;
    }
    // Whatever becomes of the write, the record is looked at again.
    session.saidOverdue = undefined;
    try {
      await this.#write(session, overdue ? this.#clock.wallMs() - silentMs + this.#timeoutMs : 0);
    } catch (thrown) {
      // The store is away or the session over; the next look decides anew.
      this.#logger.warn(
        { cluster: session.cluster, instance: session.instance, reason: messageOf(thrown) },
        'heartbeat not written',
      );
    }
  }

  async #write(session: AgentSession, overdueSinceMs: number): Promise<void> {
    const key = keyOf('instance', session.cluster, session.instance);
    const fenceKey = keyOf('fence', session.cluster, session.instance);
    const stored = this.#store.get(key);
    if (!stored || session.isOver) return;
    const fence = this.#store.get(fenceKey);
    const outcome = await this.#store.commit(
      {
        expect: [
          sessionFence(session),
          { key, revision: stored.revision },
          { key: fenceKey, revision: fence?.revision ?? 0 },
        ],
        write: [
          { put: key, value: { ...stored.value, overdueSinceMs, version: stored.value.version + 1 } },
          { put: fenceKey, value: { counter: (fence?.value.counter ?? 0) + 1 } },
        ],
      },
      { signal: session.over.signal },
    );
    if (outcome.ok)
      this.#logger.info(
        {
          cluster: session.cluster,
          instance: session.instance,
          from: overdueSinceMs > 0 ? 'connected' : 'silent',
          to: overdueSinceMs > 0 ? 'silent' : 'connected',
        },
        'heartbeat changed',
      );
  }
}
