import { optionsOf, type ServiceEventEntry } from '@longshore/model';
import {
  reconcileService,
  type ServiceDecision,
  type ServiceSnapshot,
  serviceTexts,
} from '@longshore/scheduler';
import { type Change, type Conflict, keyOf, rangeOf, type Store, type Stored } from '@longshore/store';
import type { PlacingContext } from '../../api/context.js';
import type { ControllerContext, ControllerDeclaration, Verdict } from '../controller.js';
import { LostInstances, type LostOptions } from './lost-instances.js';
import { eventsKept, ServiceMemory } from './memory.js';
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
/** How long a service gives way to one of higher priority that has yet to try, and how often it looks. */
const givesWayMs = 5000;
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
    keysOf: (change) => scheduler.keysOf(change),
    allKeys: (store) => scheduler.allKeys(store),
    look: (key) => scheduler.look(key),
    parallelism: 16,
  };
}

class ServiceScheduler {
  readonly #options: ServicesOptions;
  readonly #parts: ServicesParts;
  readonly #memories = new Map<string, ServiceMemory>();
  readonly #lost: LostInstances;
  /** By cluster, the services that a change of any instance may concern. */
  readonly #watchful = new Map<string, Set<string>>();
  /** By cluster, those with tasks that found no place, or have yet to be given one. */
  readonly #hungry = new Map<string, Set<string>>();
  /** By cluster: when something last happened that may have made room. */
  readonly #roomMs = new Map<string, number>();
  /** By cluster and instance: how often it has changed. */
  readonly #versions = new Map<string, number>();

  constructor(options: ServicesOptions, parts: ServicesParts) {
    this.#options = options;
    this.#parts = parts;
    this.#lost = new LostInstances(options, parts.context);
  }

  *allKeys(store: Store): Iterable<string> {
    for (const { key } of store.list(rangeOf('service'))) yield key.names.join('/');
    // Stopped tasks of services that are gone altogether wait for somebody to count them.
    for (const { key } of store.list(rangeOf('cluster')))
      for (const task of store.tasks.stopped(key.names[0] ?? ''))
        if (task.service !== '' && !task.counted) yield `${task.cluster}/${task.service}`;
  }

  *keysOf(change: Change): Iterable<string> {
    switch (change.kind) {
      case 'service':
      case 'deployment':
        yield change.key.names.slice(0, 2).join('/');
        return;
      case 'task':
        yield* this.#keysOfTask(change);
        return;
      case 'instance':
      case 'session':
        yield* this.#keysOfInstance(change.key.names);
        return;
      default:
        return;
    }
  }

  #keysOfTask({ before, after }: TaskChange): readonly string[] {
    const task = after ?? before;
    if (!task) return [];
    const keys: string[] = [];
    if (task.service !== '') {
      const key = `${task.cluster}/${task.service}`;
      const memory = this.#memoryOf(key);
      if (before && before.lastStatus !== 'RUNNING' && after?.lastStatus === 'RUNNING')
        memory.keeper.becameRunning(task.id, this.#parts.clock.monotonicMs());
      else memory.keeper.taskChanged(task.id);
      // A look that is to come sees it too: a thousand reports are one look.
      if (!memory.isDue) keys.push(key);
    }
    const hasMadeRoom =
      before && before.lastStatus !== 'STOPPED' && (after?.lastStatus ?? 'STOPPED') === 'STOPPED';
    if (!hasMadeRoom) return keys;
    keys.push(...this.#hungryNow(task.cluster));
    // Daemons stay on a draining instance until nothing else is there.
    if (this.#parts.context.views.get(task.cluster, before.instance)?.status === 'DRAINING')
      keys.push(...this.#servicesOn(task.cluster, before.instance));
    return keys;
  }

  *#keysOfInstance([cluster = '', instance = '']: readonly string[]): Iterable<string> {
    const name = `${cluster}/${instance}`;
    this.#versions.set(name, (this.#versions.get(name) ?? 0) + 1);
    yield* this.#watchful.get(cluster) ?? [];
    yield* this.#hungryNow(cluster);
    for (const key of this.#servicesOn(cluster, instance)) {
      this.#memoryOf(key).keeper.instanceChanged(instance);
      yield key;
    }
  }

  /** There may be room: the services that wait for some, the higher priority first. */
  #hungryNow(cluster: string): readonly string[] {
    const hungry = this.#hungry.get(cluster);
    if (hungry === undefined || hungry.size === 0) return [];
    this.#roomMs.set(cluster, this.#parts.clock.monotonicMs());
    return [...hungry].sort((a, b) => this.#memoryOf(b).priority - this.#memoryOf(a).priority);
  }

  /** Whether a service of higher priority waits for room, and has not tried since there may have been some. */
  #mustGiveWay(cluster: string, { priority }: ServiceMemory): boolean {
    const roomMs = this.#roomMs.get(cluster) ?? Number.NEGATIVE_INFINITY;
    const isLate = this.#parts.clock.monotonicMs() - roomMs > givesWayMs;
    for (const key of this.#hungry.get(cluster) ?? []) {
      const other = this.#memoryOf(key);
      if (other.priority <= priority) continue;
      if (other.isPartial || (other.attemptedMs <= roomMs && !isLate)) return true;
    }
    return false;
  }

  #servicesOn(cluster: string, instance: string): ReadonlySet<string> {
    const found = new Set<string>();
    for (const { service } of this.#parts.store.tasks.onInstance(cluster, instance))
      if (service !== '') found.add(`${cluster}/${service}`);
    return found;
  }

  #memoryOf(key: string): ServiceMemory {
    let memory = this.#memories.get(key);
    if (!memory) {
      memory = new ServiceMemory();
      this.#memories.set(key, memory);
    }
    return memory;
  }

  #forget(key: string): void {
    this.#memories.delete(key);
    const cluster = key.slice(0, key.indexOf('/'));
    this.#watchful.get(cluster)?.delete(key);
    this.#hungry.get(cluster)?.delete(key);
  }

  async look(key: string): Promise<Verdict | undefined> {
    const { store, clock } = this.#parts;
    const [cluster = '', name = ''] = key.split('/');
    const serviceKey = keyOf('service', cluster, name);
    const status = store.get(serviceKey)?.value.status;
    if (status === undefined || status === 'INACTIVE') return this.#lookAtRemains(key);
    const memory = this.#memoryOf(key);
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
    this.#forget(key);
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
      instanceVersion: (instance) => this.#versions.get(`${seenCluster(stored)}/${instance}`) ?? 0,
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
    this.#noteWatchful(key, seen, memory);
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
    const hex = this.#parts.context.random.hexId();
    const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
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
    memory.givesWay = this.#mustGiveWay(seen.cluster, memory);
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

  #noteWatchful(key: string, { cluster, snapshot }: SeenService, memory: ServiceMemory): void {
    const isWatchful =
      snapshot.settings.rebalanceLevels > 0 || snapshot.service.spec?.schedulingStrategy === 'DAEMON';
    keepIn(this.#watchful, cluster, { key, isIn: isWatchful });
    keepIn(this.#hungry, cluster, { key, isIn: memory.unplaced !== undefined || memory.isPartial });
  }
}

function keepIn(
  sets: Map<string, Set<string>>,
  cluster: string,
  { key, isIn }: { readonly key: string; readonly isIn: boolean },
): void {
  const set = sets.get(cluster) ?? new Set();
  if (isIn) set.add(key);
  else set.delete(key);
  sets.set(cluster, set);
}

type TaskChange = Extract<Change, { kind: 'task' }>;

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
