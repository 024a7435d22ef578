import {
  type AnyEnding,
  type Clock,
  deferred,
  type Logger,
  listenTo,
  type Random,
  Turns,
  toError,
  unlistenTo,
} from '@longshore/kit';
import { serverException, storeAway } from '@longshore/model';
import { type PlacementRequest, place, type Refusal } from '@longshore/scheduler';
import type { Conflict, Store } from '@longshore/store';
import type { Ask, AskOutcome, Place } from './ask.js';
import { assemble, type Fence, fencesOf } from './assemble.js';
import type { InstanceViews } from './instance-views.js';
import { packTransactions, type Transaction, type Unit } from './packing.js';

/** What one round takes at most, so that a request that comes meanwhile waits for little. */
const placementsPerRound = 1000;
/**
 * Where nothing but services waits: an instance's fence is written once for all that a round places there, and a round
 * takes as long as the answers of its commits, few or many.
 */
const placementsPerLargeRound = 10_000;
/** A rush is over when for so long no round has left others waiting: services ask again when a round has answered. */
const rushEndsMs = 1000;

interface Waiting {
  readonly ask: Ask;
  readonly placed: (Place | undefined)[];
  /** Indices of tasks that had yet to be committed or refused when the round began. */
  open: number[];
  /** How many of `open`, from its beginning, this round takes. */
  share: number;
  readonly refused: Refusal[];
  readonly resolve: (outcome: AskOutcome) => void;
  readonly reject: (error: Error) => void;
  readonly sinceMs: number;
}

/** What the transactions of a round have met; an ask's outcome is told once all of its transactions have answered. */
interface Met {
  readonly conflicts: Map<Waiting, Conflict>;
  readonly failed: Set<Waiting>;
}

export interface RoundParts {
  readonly store: Store;
  readonly views: InstanceViews;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Told how long each ask took from its arrival to its outcome, in seconds. */
  readonly onOutcome: (seconds: number) => void;
}

/**
 * Places in rounds: what waits is decided in one turn on one state of the cache, split into transactions that share
 * no key, and committed; the next round begins when all have answered.
 * Invariant: every transaction expects and writes the fence of each instance that it places on, so two replicas never
 * both win an instance on the same state; this replica never conflicts with itself.
 */
export class PlacementRounds {
  readonly #parts: RoundParts;
  readonly #requests: Waiting[] = [];
  readonly #controllers: Waiting[] = [];
  readonly #turns: Turns;
  #running: Promise<void> | undefined;
  #stopped = false;
  /** Whether the round in flight is as large as it may be, and when one last ended. */
  #isFull = false;
  #rushedMs = Number.NEGATIVE_INFINITY;

  constructor(parts: RoundParts) {
    this.#parts = parts;
    this.#turns = new Turns(() => parts.clock.monotonicMs());
  }

  /**
   * Resolves when each task of the ask has been committed at a place or refused. Throws what the commit threw, and
   * ServerException once the ask's signal aborts: its tasks may have been committed then.
   */
  async place(ask: Ask): Promise<AskOutcome> {
    if (this.#stopped) throw storeAway('This server is stopping.');
    const { promise, resolve, reject } = deferred<AskOutcome>();
    const gone = (): void => reject(gaveUp(ask.signal));
    listenTo(ask.signal, gone);
    const queue = ask.class === 'request' ? this.#requests : this.#controllers;
    queue.splice(behindItsLike(queue, ask), 0, {
      ask,
      placed: ask.tasks.map(() => undefined),
      open: ask.tasks.map((_, i) => i),
      share: 0,
      refused: [],
      resolve,
      reject,
      sinceMs: this.#parts.clock.monotonicMs(),
    });
    this.#running ??= this.#run();
    try {
      return await promise;
    } finally {
      unlistenTo(ask.signal, gone);
    }
  }

  /** Whether more tasks wait for a place than a round takes. */
  get isRush(): boolean {
    return this.#isFull || this.#parts.clock.monotonicMs() - this.#rushedMs < rushEndsMs;
  }

  /** Takes no more asks and resolves when the round in flight has answered. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    // What arrives in this turn shares the first round.
    await Promise.resolve();
    while (this.#requests.length + this.#controllers.length > 0) {
      await this.#round(this.#take());
      if (this.#isFull) this.#rushedMs = this.#parts.clock.monotonicMs();
    }
    this.#isFull = false;
    this.#running = undefined;
  }

  #take(): Waiting[] {
    const taken: Waiting[] = [];
    let left = this.#requests.length > 0 ? placementsPerRound : placementsPerLargeRound;
    for (const queue of [this.#requests, this.#controllers])
      while (queue.length > 0 && left > 0) {
        const waiting = queue.shift() as Waiting;
        if (waiting.ask.signal.aborted) {
          waiting.reject(gaveUp(waiting.ask.signal));
          continue;
        }
        waiting.share = waiting.ask.whole ? waiting.open.length : Math.min(waiting.open.length, left);
        left -= waiting.share;
        taken.push(waiting);
      }
    this.#isFull = left === 0;
    return taken;
  }

  async #round(asked: readonly Waiting[]): Promise<void> {
    let packed: ReturnType<typeof packTransactions>;
    const waitingOf = new Map(asked.map((w) => [w.ask, w]));
    try {
      const bundles = this.#decide(asked);
      packed = packTransactions(bundles, this.#parts.store.limits.opsPerCommit);
    } catch (thrown) {
      // A decision that throws is a fault of ours; the asks of this round learn of it, the next round goes on.
      this.#parts.logger.error({ err: thrown }, 'placement decision failed');
      for (const waiting of asked) waiting.reject(toError(thrown));
      return;
    }
    const met: Met = { conflicts: new Map(), failed: new Set() };
    await this.#commitAll(packed.transactions, waitingOf, met);
    // From the last to the first, so that those that go again keep their order.
    for (const waiting of [...asked].reverse()) {
      if (met.failed.has(waiting)) continue;
      waiting.open = waiting.open.filter((task) => waiting.placed[task] === undefined);
      const conflict = met.conflicts.get(waiting);
      if (conflict || waiting.open.length === 0) this.#settle(waiting, conflict);
      else (waiting.ask.class === 'request' ? this.#requests : this.#controllers).unshift(waiting);
    }
  }

  /** One turn: gives places to what waits, refuses what fits nowhere; the bundles are to be committed. */
  #decide(asked: readonly Waiting[]): readonly (readonly Unit[])[] {
    const bundles: (readonly Unit[])[] = [];
    const byCluster = new Map<string, Waiting[]>();
    for (const waiting of asked) {
      const group = byCluster.get(waiting.ask.cluster);
      if (group) group.push(waiting);
      else byCluster.set(waiting.ask.cluster, [waiting]);
    }
    for (const [cluster, group] of byCluster) bundles.push(...this.#decideCluster(cluster, group));
    return bundles;
  }

  #decideCluster(cluster: string, group: readonly Waiting[]): readonly (readonly Unit[])[] {
    const { views, random } = this.#parts;
    const requests = group.map((w): PlacementRequest => ({ ...w.ask.request, count: w.share }));
    const seed = Math.floor(random.next() * 2 ** 32);
    const placement = place(views.cluster(cluster), requests, { seed, memo: views.memo(cluster) });
    const units = group.map((): Unit[] => []);
    for (const { request, instance, gpuIds } of placement.placed) {
      const { ask, open } = group[request] as Waiting;
      const list = units[request] as Unit[];
      const availabilityZone = views.zoneOf(cluster, instance);
      list.push({ ask, task: open[list.length] as number, place: { instance, gpuIds, availabilityZone } });
    }
    for (const refusal of placement.refused) refuse(group[refusal.request] as Waiting, refusal);
    return units.flatMap((list, i) => {
      if (list.length === 0) return [];
      return (group[i] as Waiting).ask.whole ? [list] : byInstance(list);
    });
  }

  /**
   * A large round is a second of encoding: in turns, for leases and calls of others want theirs. The fences are those that
   * the decision saw: an instance that changes between it and the commit is met as a conflict.
   */
  async #commitAll(
    transactions: readonly Transaction[],
    waitingOf: ReadonlyMap<Ask, Waiting>,
    met: Met,
  ): Promise<void> {
    const fenced = transactions.map((transaction) => ({
      transaction,
      fences: fencesOf(this.#parts.store, transaction),
    }));
    const commits: Promise<void>[] = [];
    for (const one of fenced) {
      await this.#turns.next();
      commits.push(this.#commit(one, waitingOf, met));
    }
    await Promise.all(commits);
  }

  async #commit(
    { transaction, fences }: { readonly transaction: Transaction; readonly fences: readonly Fence[] },
    waitingOf: ReadonlyMap<Ask, Waiting>,
    met: Met,
  ): Promise<void> {
    const { store } = this.#parts;
    const waiting = new Set(transaction.units.map((u) => waitingOf.get(u.ask) as Waiting));
    try {
      const outcome = await store.commit(assemble(transaction, fences));
      if (outcome.ok) {
        for (const { ask, task, place } of transaction.units)
          (waitingOf.get(ask) as Waiting).placed[task] = place;
        return;
      }
      for (const w of waiting)
        if (ownsConflict(w.ask, transaction.units, outcome.conflict)) met.conflicts.set(w, outcome.conflict);
      await store.reached(outcome.conflict.asOf);
    } catch (thrown) {
      for (const w of waiting) {
        met.failed.add(w);
        w.reject(toError(thrown));
      }
    }
  }

  #settle(waiting: Waiting, conflict: Conflict | undefined): void {
    this.#parts.onOutcome((this.#parts.clock.monotonicMs() - waiting.sinceMs) / 1000);
    waiting.resolve({ placed: waiting.placed, refused: waiting.refused, conflict });
  }
}

/** Where an ask goes in a queue: behind all of its priority and above. */
function behindItsLike(queue: readonly Waiting[], { priority = 0 }: Ask): number {
  let at = queue.length;
  while (at > 0 && ((queue[at - 1] as Waiting).ask.priority ?? 0) < priority) at--;
  return at;
}

const unitsPerBundle = 50;

function byInstance(units: readonly Unit[]): readonly (readonly Unit[])[] {
  const bundles: Unit[][] = [];
  const filling = new Map<string, Unit[]>();
  for (const unit of units) {
    let bundle = filling.get(unit.place.instance);
    if (!bundle || bundle.length === unitsPerBundle) {
      bundle = [];
      bundles.push(bundle);
      filling.set(unit.place.instance, bundle);
    }
    bundle.push(unit);
  }
  return bundles;
}

/** Tasks of one ask are alike: where one of this round's share fits nowhere, those that had yet to come do not either. */
function refuse(waiting: Waiting, refusal: Refusal): void {
  const placed = waiting.share - refusal.count;
  waiting.refused.push({ ...refusal, count: waiting.open.length - placed });
  waiting.open = waiting.open.slice(0, placed);
}

function gaveUp(signal: AnyEnding): Error {
  return serverException('The caller gave up before its tasks were placed.', { cause: signal.reason });
}

/** Whether the key is one that the ask itself expects; a fence concerns the round alone. */
function ownsConflict(ask: Ask, units: readonly Unit[], conflict: Conflict): boolean {
  const own = units.filter((u) => u.ask === ask).flatMap((u) => ask.tasks[u.task]?.(u.place).expect ?? []);
  return [...ask.expect, ...own].some(
    (e) => ('absentUnder' in e ? e.absentUnder.path : e.key.path) === conflict.key,
  );
}
