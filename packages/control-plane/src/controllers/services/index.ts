import { uuidOf } from '@longshore/kit';
import { optionsOf, type ServiceEventEntry } from '@longshore/model';
import {
  reconcileService,
  type ServiceDecision,
  type ServiceSnapshot,
  serviceTexts,
} from '@longshore/scheduler';
import { type Conflict, keyOf, rangeOf, type Store, type Stored } from '@longshore/store';
import type { PlacingContext } from '../../api/context.js';
import type { ControllerContext, ControllerDeclaration, Verdict } from '../controller.js';
import { Concerned } from './concerned.js';
import { LostInstances, type LostOptions } from './lost-instances.js';
import { eventsKept, type ServiceMemory } from './memory.js';
import { expected, recordDecision } from './record-decision.js';
import { countUnminded, pruneDeployments, removeInactive } from './retire.js';
import { type SeenService, seeService } from './snapshot.js';
import { startTasks } from './start-tasks.js';
import { withoutGoneSets } from './task-sets.js';

export interface ServicesOptions extends LostOptions {
  readonly healthyAfterMs: number;
}

export interface ServicesParts extends ControllerContext {
  readonly context: PlacingContext;
}

/** Tasks that found no place are tried again this often at most, and this often without a reason. */
const retrySoonestMs = 1000;
const retryAnywayMs = 5000;
/** How often a service looks that gives way to one of higher priority. */
const givesWayEveryMs = 100;
/** A move for the sake of an even spread is tried again after so long. */
const rebalanceAgainMs = 30_000;

/**
 * The service scheduler: a snapshot from the cache, a decision as data (`reconcileService`), its commit with the
 * revisions that it rests on. One look at a service at a time; all progress is in the records.
 */
export function services(options: ServicesOptions, parts: ServicesParts): ControllerDeclaration {
  const scheduler = new ServiceScheduler(options, parts);
  return {
    name: 'services',
    kinds: ['service', 'deployment', 'task', 'instance', 'session'],
    keysOf: (change) => scheduler.concerned.keysOf(change),
    allKeys: (store) => scheduler.allKeys(store),
    look: (key) => scheduler.look(key),
    parallelism: 16,
  };
}

class ServiceScheduler {
  readonly #options: ServicesOptions;
  readonly #parts: ServicesParts;
  readonly #lost: LostInstances;
  readonly concerned: Concerned;

  constructor(options: ServicesOptions, parts: ServicesParts) {
    this.#options = options;
    this.#parts = parts;
    this.#lost = new LostInstances(options, parts.context);
    this.concerned = new Concerned(parts);
  }

  *allKeys(store: Store): Iterable<string> {
    for (const { key } of store.list(rangeOf('service'))) yield key.names.join('/');
    // Stopped tasks of services that are gone altogether wait for somebody to count them.
    for (const { key } of store.list(rangeOf('cluster')))
      for (const task of store.tasks.stopped(key.names[0] ?? ''))
        if (task.service !== '' && !task.counted) yield `${task.cluster}/${task.service}`;
  }

  async look(key: string): Promise<Verdict | undefined> {
    const { store, clock } = this.#parts;
    const [cluster = '', name = ''] = key.split('/');
    const serviceKey = keyOf('service', cluster, name);
    const status = store.get(serviceKey)?.value.status;
    if (status === undefined || status === 'INACTIVE') return this.#lookAtRemains(key);
    const memory = this.concerned.memoryOf(key);
    const gap = memory.isPartial ? 0 : gapMs(memory.keeper.roster.size);
    const waitMs = gap - (clock.monotonicMs() - memory.lookedMs);
    memory.isDue = waitMs > 0;
    if (memory.isDue) return { commits: [], againInMs: waitMs };
    const past = await memory.events(store, cluster, name);
    const stored = store.get(serviceKey);
    if (!stored || stored.value.status === 'INACTIVE') return { commits: [], againInMs: 1 };
    memory.lookedMs = clock.monotonicMs();
    return await this.#reconcile(stored, { key, memory, past });
  }

  #lookAtRemains(key: string): Verdict | undefined {
    const { store } = this.#parts;
    this.concerned.forget(key);
    const [cluster = '', name = ''] = key.split('/');
    const stored = store.get(keyOf('service', cluster, name));
    const counts = countUnminded(cluster, name, this.#parts);
    if (counts.length > 0) return { commits: counts, againInMs: 1 };
    if (!stored) return undefined;
    const { commits, inMs } = removeInactive(stored, this.#parts);
    return { commits, againInMs: inMs };
  }

  async #reconcile(
    stored: Stored<'service'>,
    about: {
      readonly key: string;
      readonly memory: ServiceMemory;
      readonly past: readonly ServiceEventEntry[];
    },
  ): Promise<Verdict | undefined> {
    const { store, clock, leadership, context } = this.#parts;
    const { key, memory, past } = about;
    memory.priority = optionsOf(stored.value.tags).priority ?? 0;
    const seen = seeService(stored, {
      context,
      memory,
      healthyAfterMs: this.#options.healthyAfterMs,
      events: [...memory.unsaid].reverse().concat(past),
      isLost: (service, instance) => this.#lost.isLost(seenCluster(stored), service, instance),
    });
    const decision = decide(seen.snapshot, clock.wallMs());
    const lostAgainMs = this.#lost.takeSoonestMs();
    const events = this.#withNew(past, memory, decision.events);
    const recorded = await recordDecision(decision, seen, { store, clock, leadership, events });
    if ('conflict' in recorded) return await this.#again(recorded.conflict);
    if (events) memory.wrote(events);
    const expect = expected(seen, recorded.revisions);
    const conflict = await this.#start(decision.start, seen, { memory, expect });
    if (conflict) return await this.#again(conflict);
    memory.isPartial = decision.isPartial && memory.unplaced === undefined && !memory.givesWay;
    this.concerned.note(key, seen, memory);
    const prune = pruneDeployments(seen, memory.keeper.roster);
    const again = [decision.wakeAfterMs, this.#retryMs(memory), lostAgainMs];
    if (seen.hasMore || memory.isPartial) again.push(1);
    const known = again.filter((ms) => ms !== undefined);
    const commits = prune ? [prune] : [];
    return known.length > 0 ? { commits, againInMs: Math.min(...known) } : { commits };
  }

  /** What was decided rests on something that has changed: look anew once the cache knows of it. */
  async #again(conflict: Conflict): Promise<Verdict> {
    await this.#parts.store.reached(conflict.asOf, this.#parts.leadership.lost);
    return { commits: [], againInMs: 1 };
  }

  #withNew(
    past: readonly ServiceEventEntry[],
    memory: ServiceMemory,
    messages: readonly string[],
  ): readonly ServiceEventEntry[] | undefined {
    const said = [...memory.unsaid, ...messages.map((message) => this.#entry(message))];
    if (said.length === 0) return undefined;
    return [...said.reverse(), ...past].slice(0, eventsKept);
  }

  #entry(message: string): ServiceEventEntry {
    const id = uuidOf(this.#parts.context.random.hexId());
    return { id, createdAtMs: this.#parts.clock.wallMs(), message };
  }

  /** Places what is to be started; gives back what it met. */
  async #start(
    wanted: ServiceDecision['start'],
    seen: SeenService,
    { memory, expect }: { readonly memory: ServiceMemory; readonly expect: ReturnType<typeof expected> },
  ): Promise<Conflict | undefined> {
    const { clock, context, leadership } = this.#parts;
    const nowMs = clock.monotonicMs();
    const { unplaced } = memory;
    memory.givesWay = false;
    if (wanted.length === 0) {
      const isHeld = unplaced?.purpose === 'rebalance' && nowMs - memory.attemptedMs < rebalanceAgainMs;
      if (!isHeld) memory.unplaced = undefined;
      return undefined;
    }
    const isSame = unplaced !== undefined && wanted.some((w) => w.deployment === unplaced.deployment);
    if (isSame && nowMs - memory.attemptedMs < retrySoonestMs) return undefined;
    memory.givesWay = this.concerned.mustGiveWay(seen.cluster, memory);
    if (memory.givesWay) return undefined;
    memory.attemptedMs = nowMs;
    const { priority } = memory;
    const started = await startTasks(wanted, seen, { context, leadership, priority, expect });
    if (started.ids.length > 0) {
      memory.unsaid = [...memory.unsaid, this.#entry(serviceTexts.started(seen.name, started.ids))];
      // The next look writes it, with what it has to say itself; the tasks' own changes bring it about.
    }
    memory.unplaced = started.unplaced;
    return started.conflict;
  }

  #retryMs(memory: ServiceMemory): number | undefined {
    const { unplaced, attemptedMs } = memory;
    if (memory.unsaid.length > 0) return 1;
    if (memory.givesWay) return givesWayEveryMs;
    if (unplaced === undefined) return undefined;
    const sinceMs = this.#parts.clock.monotonicMs() - attemptedMs;
    // What found no place just now is told at once.
    if (sinceMs < 1) return 1;
    const afterMs = unplaced.purpose === 'rebalance' ? rebalanceAgainMs : retryAnywayMs;
    return Math.max(1, (sinceMs < retrySoonestMs ? retrySoonestMs : afterMs) - sinceMs);
  }
}

function decide(snapshot: ServiceSnapshot, nowMs: number): ServiceDecision {
  return withoutGoneSets(reconcileService(snapshot, nowMs), snapshot, nowMs);
}

function seenCluster({ key }: Stored<'service'>): string {
  return key.names[0] ?? '';
}

/** A service of five thousand tasks is looked at four times a second at most, a small one at every change. */
function gapMs(tasks: number): number {
  return tasks < 100 ? 0 : Math.min(250, tasks / 20);
}
