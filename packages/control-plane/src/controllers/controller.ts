import type { Clock, Logger, Random } from '@longshore/kit';
import { KeyedQueue, messageOf } from '@longshore/kit';
import type { Change, CommitOutcome, CommitRequest, Leadership, LiveKind, Store } from '@longshore/store';

/** What a controller's look at one key gave. */
export interface Verdict {
  readonly commits: readonly CommitRequest[];
  /** Look again after this long, though nothing may have changed. */
  readonly againInMs?: number;
}

/** What controllers look at and work with, while they lead. */
export interface ControllerContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly leadership: Leadership;
}

/** A controller is a short declaration: which keys a change concerns, and what to do about one. */
export interface ControllerDeclaration {
  readonly name: string;
  /** Of which changes `keysOf` is told. */
  readonly kinds: readonly LiveKind[];
  /** The keys that a change in the cache concerns. Called synchronously, for every change: keep it short. */
  readonly keysOf: (change: Change) => Iterable<string>;
  /** Every key there is, when this replica begins to lead and after a relist. */
  readonly allKeys: (store: Store) => Iterable<string>;
  /** Looks at the present state of a key. Synchronous deciders answer at once; effects besides commits may be awaited. */
  readonly look: (
    key: string,
    context: ControllerContext,
  ) => Verdict | undefined | Promise<Verdict | undefined>;
  readonly parallelism?: number;
}

/**
 * Runs one declaration under one leadership: changes become keys, keys are looked at one at a time, what a look
 * decides is committed with the leadership's fence. A conflict is looked at again as soon as the cache has caught up,
 * an error after a back-off.
 */
export class Controller {
  readonly #declaration: ControllerDeclaration;
  readonly #context: ControllerContext;
  readonly #queue: KeyedQueue;
  #unobserve: (() => void) | undefined;

  constructor(declaration: ControllerDeclaration, context: ControllerContext) {
    const logger = context.logger.child({ controller: declaration.name });
    this.#declaration = declaration;
    this.#context = { ...context, logger };
    this.#queue = new KeyedQueue({
      clock: context.clock,
      random: context.random,
      parallelism: declaration.parallelism ?? 4,
      backoff: { minMs: 50, maxMs: 5000 },
      handle: (key) => this.#handle(key),
      onError: (error, key, retryInMs) =>
        logger.warn(
          { key, retryInMs: Math.round(retryInMs), reason: messageOf(error) },
          'controller retries',
        ),
    });
  }

  start(): void {
    const { store } = this.#context;
    this.#unobserve = store.observe({
      kinds: this.#declaration.kinds,
      changed: (change) => {
        for (const key of this.#declaration.keysOf(change)) this.#queue.add(key);
      },
      relisted: () => this.#addAll(),
    });
    this.#addAll();
  }

  async stop(): Promise<void> {
    this.#unobserve?.();
    await this.#queue.close();
  }

  #addAll(): void {
    for (const key of this.#declaration.allKeys(this.#context.store)) this.#queue.add(key);
  }

  async #handle(key: string): Promise<undefined | { readonly againInMs: number }> {
    const { store, leadership } = this.#context;
    for (;;) {
      if (leadership.lost.aborted) return undefined;
      // A cache that is being rebuilt is no state to decide on.
      if (store.state.phase !== 'ready') return { againInMs: 100 };
      const verdict = await this.#declaration.look(key, this.#context);
      if (!verdict) return undefined;
      const lost = await this.#commit(verdict.commits);
      if (lost === undefined) {
        return verdict.againInMs === undefined ? undefined : { againInMs: Math.max(1, verdict.againInMs) };
      }
      await store.reached(lost, leadership.lost);
    }
  }

  /** The revision at which a commit lost, or undefined. Every commit expects that the leadership still holds. */
  async #commit(commits: readonly CommitRequest[]): Promise<number | undefined> {
    const { store, leadership } = this.#context;
    const outcomes = await Promise.all(
      commits.map(
        (c): Promise<CommitOutcome> =>
          store.commit({ ...c, expect: [leadership.fence, ...c.expect] }, { signal: leadership.lost }),
      ),
    );
    let lost: number | undefined;
    for (const outcome of outcomes) if (!outcome.ok) lost = Math.max(lost ?? 0, outcome.conflict.asOf);
    return lost;
  }
}
