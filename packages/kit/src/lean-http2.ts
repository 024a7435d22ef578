import { AsyncResource } from 'node:async_hooks';
import http2 from 'node:http2';
import { type Place, Roll } from './roll.js';

/** Known to every copy of this module in a process: where two would each think the other's work undone, they never end. */
const mark = Symbol.for('longshore.leanHttp2');

/**
 * Keeps the garbage of HTTP/2 calls young. In Node 20 every client's request, and many a server's stream, stays in the
 * old generation with all that its callbacks hold until the next full collection: a tenth of what the server allocated
 * was copied twice by the young collector, at 30 to 50 ms each time. Two things of Node's do it:
 *
 * - `AsyncResource.bind`, which each request calls, makes two functions prototypes of others for a property that is
 *   deprecated. Hidden classes live in the old generation, and such a one holds its prototype.
 * - A session keeps its streams in a Map. The table that a Map leaves when it grows, shrinks or tidies up points to the
 *   next one, so the first that has grown old keeps all later ones, and what was in them.
 *
 * The first is replaced without that property, the second by tables without a past; where Node has other insides the
 * sessions are left as they are. May be called often, before the first session.
 */
export function leanHttp2(): void {
  if (mark in AsyncResource.prototype) return;
  Object.defineProperty(AsyncResource.prototype, mark, { value: true });
  AsyncResource.prototype.bind = bind as typeof AsyncResource.prototype.bind;
  const { connect, createServer, createSecureServer } = http2;
  http2.connect = ((...given: Parameters<typeof connect>) =>
    withLeanTables(connect(...given))) as typeof connect;
  http2.createServer = ((...given: Parameters<typeof createServer>) =>
    createServer(...given).prependListener('session', withLeanTables)) as typeof createServer;
  http2.createSecureServer = ((...given: Parameters<typeof createSecureServer>) =>
    createSecureServer(...given).prependListener('session', withLeanTables)) as typeof createSecureServer;
}

/** As Node's own, but for `asyncResource` of what it returns. */
function bind(this: AsyncResource, fn: (...args: unknown[]) => unknown, thisArg?: unknown): unknown {
  if (typeof fn !== 'function')
    throw new TypeError(`The "fn" argument must be of type function. Received ${typeof fn}`);
  const run = (self: unknown, args: unknown[]): unknown => this.runInAsyncScope(fn, self, ...args);
  function bound(this: unknown, ...args: unknown[]): unknown {
    return run(thisArg === undefined ? this : thisArg, args);
  }
  return Object.defineProperty(bound, 'length', { value: fn.length, configurable: true });
}

function withLeanTables<S extends http2.Http2Session>(session: S): S {
  const symbol = Object.getOwnPropertySymbols(session).find((one) => one.description === 'state');
  const state = symbol && (session as unknown as Record<symbol, unknown>)[symbol];
  if (isState(state)) {
    state.streams = new LeanTable();
    state.pendingStreams = new LeanTable();
  }
  return session;
}

interface State {
  streams: unknown;
  pendingStreams: unknown;
}

/** Both are there, and empty: nothing is known of them yet that would be lost. */
function isState(state: unknown): state is State {
  if (typeof state !== 'object' || state === null || !('streams' in state) || !('pendingStreams' in state))
    return false;
  const { streams, pendingStreams } = state;
  return isEmpty(streams) && isEmpty(pendingStreams);
}

function isEmpty(table: unknown): boolean {
  return typeof table === 'object' && table !== null && 'size' in table && table.size === 0;
}

/**
 * A Map and a Set in one, for the few streams of a session. By number where keys are numbers, by looking where they are
 * objects, which are pending streams: there is one, or those that wait for the connection.
 */
export class LeanTable<K, V> {
  readonly #roll = new Roll<[K, V]>();
  /** A dictionary's tables know nothing of each other. */
  readonly #byNumber = Object.create(null) as Record<number, Place<[K, V]> | undefined>;

  get size(): number {
    return this.#roll.size;
  }

  get(key: K): V | undefined {
    return this.#find(key)?.item[1];
  }

  has(key: K): boolean {
    return this.#find(key) !== undefined;
  }

  set(key: K, value: V): this {
    const known = this.#find(key);
    if (known) {
      known.item[1] = value;
      return this;
    }
    const place = this.#roll.enter([key, value]);
    if (typeof key === 'number') this.#byNumber[key] = place;
    return this;
  }

  add(key: K & V): this {
    return this.set(key, key);
  }

  delete(key: K): boolean {
    const place = this.#find(key);
    if (!place) return false;
    if (typeof key === 'number') delete this.#byNumber[key];
    return this.#roll.leave(place);
  }

  clear(): void {
    for (const key of this.keys()) this.delete(key);
  }

  /** What is taken out meanwhile is not visited. */
  forEach(visit: (value: V, key: K, table: this) => void): void {
    for (const [key, value] of this.#roll.all()) if (this.has(key)) visit(value, key, this);
  }

  entries(): IterableIterator<[K, V]> {
    return this.#roll.all().values();
  }

  keys(): IterableIterator<K> {
    return this.#roll
      .all()
      .map(([key]) => key)
      .values();
  }

  values(): IterableIterator<V> {
    return this.#roll
      .all()
      .map(([, value]) => value)
      .values();
  }

  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.entries();
  }

  #find(key: K): Place<[K, V]> | undefined {
    if (typeof key === 'number') return this.#byNumber[key];
    return this.#roll.find(([known]) => known === key);
  }
}
