import type { Alarm, Clock } from '@longshore/kit';
import { EcsError } from '@longshore/model';
import type { Connection } from '@longshore/rpc';
import { type Change, keyOf, type Store } from '@longshore/store';

/** Who an agent's call says it is. */
export interface SessionRef {
  readonly cluster: string;
  readonly instance: string;
  readonly session: number;
}

/** A poll of a session that waits. */
export interface WaitingCall {
  /** Something of its tasks has changed, or the session is over. */
  ring(): void;
  /** Its time is up. */
  due(): void;
  /** Its agent has begun another. */
  supersede(): void;
}

/** One connection of one agent to this replica. */
export class AgentSession {
  readonly cluster: string;
  readonly instance: string;
  /** The mod_revision of its key. */
  readonly id: number;
  /** Aborts when the session is over: replaced, or this replica lost its lease. */
  readonly over = new AbortController();
  /** The desired status that was told to the agent, by task, so that it is not told again. */
  readonly told = new Map<string, string>();
  /** Of what was told, what the agent has yet to confirm, by the cursor of the answer. */
  readonly unconfirmed = new Map<string, number>();
  /** The cursor that the agent last came back with. */
  confirmed = 0;
  /** Tasks that changed in a way that concerns the agent and that it was not told of since; complete once `walked`. */
  readonly changed = new Set<string>();
  /** All tasks of the instance have been looked at in this session. */
  walked = false;
  /** Names of definitions by the cursor of the answer that carried them. */
  readonly definitions = new Map<string, number>();
  /** Tasks that run there and that we did not list (another epoch's); a person decides. */
  orphans: readonly string[] = [];
  lastHeardMs: number;
  /** Whether the instance's record says overdue, as far as this session has seen; undefined: not looked yet. */
  saidOverdue: boolean | undefined;
  #isOver = false;
  /** The poll that waits. */
  waiting: WaitingCall | undefined;
  /** When its poll is answered without news: one timer for all of them. */
  alarm: Alarm | undefined;
  /** What the poll that waits came by, and its bytes at the last look. */
  #connection: Connection | undefined;
  #seenBytes = 0;
  #knownDefinitions: readonly string[] = [];

  /** As `over.signal.aborted`, which Node looks up anew each time it is read. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** It is over: all that waits for it learns of it. */
  end(): void {
    this.#isOver = true;
    this.over.abort(sessionOver(this.ref));
    this.alarm?.stop();
    this.wake();
  }

  /** Wakes the poll that waits: something of its tasks has changed. */
  wake(): void {
    this.waiting?.ring();
  }

  /** The names that its agent says it knows: one list for as long as they are the same, which is for most of its polls. */
  knows(definitions: readonly string[]): readonly string[] {
    const known = this.#knownDefinitions;
    const isSame = known.length === definitions.length && definitions.every((name, i) => name === known[i]);
    if (!isSame) this.#knownDefinitions = definitions;
    return this.#knownDefinitions;
  }

  get ref(): SessionRef {
    return { cluster: this.cluster, instance: this.instance, session: this.id };
  }

  constructor(ref: SessionRef, nowMs: number) {
    this.cluster = ref.cluster;
    this.instance = ref.instance;
    this.id = ref.session;
    this.lastHeardMs = nowMs;
  }

  /**
   * While a poll waits, whatever comes by its connection is the agent's heartbeat: HTTP/2's pings, which cost a tenth of
   * a call. Undefined once it is answered: a connection alone says nothing of its agent.
   */
  waitsOn(connection: Connection | undefined): void {
    this.#connection = connection;
    this.#seenBytes = connection?.receivedBytes ?? 0;
  }

  /** Looks whether something has come since the last look. */
  listen(nowMs: number): void {
    if (!this.#connection) return;
    const bytes = this.#connection.receivedBytes;
    if (bytes !== this.#seenBytes) this.lastHeardMs = nowMs;
    this.#seenBytes = bytes;
  }
}

/**
 * The sessions that this replica holds. A session ends when its key is replaced (the agent registered again, here or
 * elsewhere) or deleted, and when this replica's lease may be gone: from then on every call of it is refused.
 */
export class Sessions {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #byInstance = new Map<string, AgentSession>();
  readonly #stop: () => void;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    this.#stop = store.observe({ kinds: ['session'], changed: (change) => this.#sessionChanged(change) });
  }

  get size(): number {
    return this.#byInstance.size;
  }

  all(): Iterable<AgentSession> {
    return this.#byInstance.values();
  }

  of(cluster: string, instance: string): AgentSession | undefined {
    return this.#byInstance.get(`${cluster}/${instance}`);
  }

  /** Opens a session whose key was committed at revision `ref.session`. */
  open(ref: SessionRef): AgentSession {
    const session = new AgentSession(ref, this.#clock.monotonicMs());
    this.of(ref.cluster, ref.instance)?.end();
    this.#byInstance.set(`${ref.cluster}/${ref.instance}`, session);
    // The key may have been replaced between the commit and now.
    const key = this.#store.get(keyOf('session', ref.cluster, ref.instance));
    if (key && key.revision > ref.session) this.#end(session);
    return session;
  }

  /** The session of a call, heard now. Throws ConflictException: register again. */
  hear(ref: SessionRef): AgentSession {
    const session = this.of(ref.cluster, ref.instance);
    if (!session || session.id !== ref.session) throw sessionOver(ref);
    session.lastHeardMs = this.#clock.monotonicMs();
    return session;
  }

  /** This replica may have lost its lease: no call of an agent is answered any more. */
  endAll(): void {
    // Deleting what a map's iteration has just given is allowed.
    for (const session of this.#byInstance.values()) this.#end(session);
  }

  stop(): void {
    this.#stop();
    this.endAll();
  }

  #sessionChanged(change: Change): void {
    if (change.kind !== 'session') return;
    const session = this.#byInstance.get(change.key.names.join('/'));
    if (!session) return;
    // Invariant: an older echo never ends a newer session.
    if (change.after ? change.after.revision > session.id : change.revision > session.id) this.#end(session);
  }

  #end(session: AgentSession): void {
    const name = `${session.cluster}/${session.instance}`;
    if (this.#byInstance.get(name) === session) this.#byInstance.delete(name);
    session.end();
  }
}

/** What an agent is answered whose session is not, or no longer, held here. */
export function sessionOver(ref: SessionRef): EcsError {
  return new EcsError(
    'ConflictException',
    `session ${ref.session} of container instance ${ref.instance} is over: register again`,
  );
}
