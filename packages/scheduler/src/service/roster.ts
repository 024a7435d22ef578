import { type HealthRules, healthChangesInMs, taskHealth } from '../health/task-health.js';
import { DueList } from './due-list.js';
import type { ServiceInstance, ServiceTask } from './snapshot.js';
import {
  type Standing,
  type StandingGroup,
  type StandingState,
  type Standings,
  sooner,
  type Which,
} from './standing.js';

export interface Moment {
  readonly monotonicMs: number;
  /** Compared with protection only. */
  readonly wallMs: number;
}

/** How tasks are judged: the same for all calls until `sortAnew` is called for what has changed. */
export interface RosterRules {
  instance(id: string): ServiceInstance | undefined;
  health(deployment: string): HealthRules;
}

type Kind = 'active' | 'stopping' | 'lost' | 'stopped';

/** One task, as it was sorted in. Replaced, never changed. */
interface Entry extends Standing {
  readonly kind: Kind;
  readonly state: number;
  /** When time alone changes its health: monotonic. */
  readonly changesAtMs: number;
}

const healths = ['starting', 'healthy', 'unhealthy'] as const;
/** Every state that an active task can be in, by its number. */
const states: readonly StandingState[] = [false, true].flatMap((running) =>
  [false, true].flatMap((draining) => healths.map((health) => ({ running, draining, health }))),
);

/** How many tasks of a deployment are of each kind, and the active ones by state. */
interface Tally {
  readonly kinds: Record<Kind, number>;
  readonly states: Int32Array;
}

/**
 * The tasks of one service, sorted out task by task, so that a decision costs what has changed since the last and not
 * what there is. Invariant: after the same tasks, rules and moment, it says the same in whatever order they came.
 */
export class ServiceRoster implements Standings {
  readonly #entries = new Map<string, Entry>();
  readonly #tallies = new Map<string, Tally>();
  readonly #healthDue = new DueList();
  readonly #protectionDue = new DueList();
  #now: Moment = { monotonicMs: 0, wallMs: 0 };

  get size(): number {
    return this.#entries.size;
  }

  /** Since when the task has been RUNNING; undefined: it is not here, or not RUNNING. */
  runningSinceMs(id: string): number | undefined {
    const since = this.#entries.get(id)?.runningSinceMs ?? Number.NaN;
    return Number.isNaN(since) ? undefined : since;
  }

  /** Adds a task, or puts it in the place of an older state of itself. NaN: it is not RUNNING. */
  put(task: ServiceTask, runningSinceMs: number, rules: RosterRules): void {
    const before = this.#entries.get(task.id);
    if (before) this.#count(before, -1);
    const entry = sortOut(task, { runningSinceMs, rules, now: this.#now });
    this.#entries.set(task.id, entry);
    this.#count(entry, 1);
    if (entry.changesAtMs < Number.POSITIVE_INFINITY && entry.changesAtMs !== before?.changesAtMs)
      this.#healthDue.add(entry.changesAtMs, task.id);
    if (entry.isProtected && Number.isFinite(task.protectedUntilMs))
      this.#protectionDue.add(task.protectedUntilMs, task.id);
  }

  delete(id: string): void {
    const before = this.#entries.get(id);
    if (!before) return;
    this.#count(before, -1);
    this.#entries.delete(id);
  }

  /** What the rules say of these tasks may have changed; absent: of all. */
  sortAnew(rules: RosterRules, ids: Iterable<string> = [...this.#entries.keys()]): void {
    for (const id of ids) {
      const entry = this.#entries.get(id);
      if (entry) this.put(entry.task, entry.runningSinceMs, rules);
    }
  }

  /** Time has come to `now`: tasks have become healthy, protections have ended. */
  moveTo(now: Moment, rules: RosterRules): void {
    this.#now = now;
    this.sortAnew(rules, this.#healthDue.take(now.monotonicMs));
    this.sortAnew(rules, this.#protectionDue.take(now.wallMs));
  }

  count(which: Which = all): number {
    return this.#countOf(which, () => true);
  }

  list(which: Which = all): readonly Standing[] {
    return this.#list(which, () => true);
  }

  part(includes: (deployment: string) => boolean): StandingGroup {
    return {
      count: (which = all) => this.#countOf(which, includes),
      list: (which = all) => this.#list(which, includes),
    };
  }

  get unfinished(): ReadonlyMap<string, number> {
    const found = new Map<string, number>();
    for (const [deployment, { kinds }] of this.#tallies) {
      const count = kinds.active + kinds.stopping;
      if (count > 0) found.set(deployment, count);
    }
    return found;
  }

  get stoppingCount(): number {
    let sum = 0;
    for (const { kinds } of this.#tallies.values()) sum += kinds.stopping;
    return sum;
  }

  stopping(): readonly ServiceTask[] {
    return this.stoppingCount === 0 ? [] : this.#tasks(({ kind }) => kind === 'stopping');
  }

  wanted(): readonly ServiceTask[] {
    return this.#tasks(
      ({ kind, task }) =>
        (kind === 'active' || kind === 'lost' || kind === 'stopping') && task.desiredStatus !== 'STOPPED',
    );
  }

  lives(deployment: string): boolean {
    const kinds = this.#tallies.get(deployment)?.kinds;
    return kinds !== undefined && kinds.active + kinds.stopping + kinds.lost > 0;
  }

  /** Whether any task of the deployment is here, be it STOPPED. */
  has(deployment: string): boolean {
    return this.#tallies.has(deployment);
  }

  get changesInMs(): number | undefined {
    const healthMs = this.#healthDue.firstMs((id, atMs) => this.#entries.get(id)?.changesAtMs === atMs);
    const protectionMs = this.#protectionDue.firstMs((id, atMs) => {
      const entry = this.#entries.get(id);
      return entry?.kind === 'active' && entry.isProtected && entry.task.protectedUntilMs === atMs;
    });
    return sooner(
      healthMs === undefined ? undefined : healthMs - this.#now.monotonicMs,
      protectionMs === undefined ? undefined : protectionMs - this.#now.wallMs,
    );
  }

  #count(entry: Entry, by: 1 | -1): void {
    const { deployment } = entry.task;
    let tally = this.#tallies.get(deployment);
    if (tally === undefined) {
      tally = {
        kinds: { active: 0, stopping: 0, lost: 0, stopped: 0 },
        states: new Int32Array(states.length),
      };
      this.#tallies.set(deployment, tally);
    }
    tally.kinds[entry.kind] += by;
    if (entry.kind === 'active') tally.states[entry.state] = (tally.states[entry.state] as number) + by;
    const { active, stopping, lost, stopped } = tally.kinds;
    if (active + stopping + lost + stopped === 0) this.#tallies.delete(deployment);
  }

  #countOf(which: Which, includes: (deployment: string) => boolean): number {
    let sum = 0;
    for (const [deployment, tally] of this.#tallies) {
      if (!includes(deployment)) continue;
      for (let n = 0; n < states.length; n++) {
        const count = tally.states[n] as number;
        if (count > 0 && which(states[n] as StandingState, deployment)) sum += count;
      }
    }
    return sum;
  }

  #list(which: Which, includes: (deployment: string) => boolean): readonly Standing[] {
    if (this.#countOf(which, includes) === 0) return [];
    const found: Standing[] = [];
    for (const entry of this.#entries.values()) {
      const { deployment } = entry.task;
      if (entry.kind === 'active' && includes(deployment) && which(entry, deployment)) found.push(entry);
    }
    return found;
  }

  #tasks(is: (entry: Entry) => boolean): readonly ServiceTask[] {
    const found: ServiceTask[] = [];
    for (const entry of this.#entries.values()) if (is(entry)) found.push(entry.task);
    return found;
  }
}

const all: Which = () => true;

/** A task on a lost instance, or on one that is gone, counts for nothing: it is unknown, not stopped. */
function sortOut(
  task: ServiceTask,
  {
    runningSinceMs,
    rules,
    now,
  }: { readonly runningSinceMs: number; readonly rules: RosterRules; readonly now: Moment },
): Entry {
  const healthRules = rules.health(task.deployment);
  const runningForMs = Number.isNaN(runningSinceMs) ? 0 : Math.max(0, now.monotonicMs - runningSinceMs);
  const { lastStatus, desiredStatus, healthStatus } = task;
  const subject = { lastStatus, desiredStatus, healthStatus, runningForMs };
  const health = taskHealth(subject, healthRules);
  const instance = task.instance === '' ? undefined : rules.instance(task.instance);
  const isGone = task.instance !== '' && (instance === undefined || instance.lost);
  const kind =
    health === 'stopped' ? 'stopped' : isGone ? 'lost' : health === 'stopping' ? 'stopping' : 'active';
  const running = lastStatus === 'RUNNING';
  const draining = instance?.status === 'DRAINING';
  const shown = health === 'stopped' || health === 'stopping' ? 'starting' : health;
  const changesInMs = kind === 'active' ? healthChangesInMs(subject, healthRules) : undefined;
  return {
    task,
    health: shown,
    instance,
    draining,
    running,
    isProtected: task.protectedUntilMs > now.wallMs,
    runningSinceMs: running ? runningSinceMs : Number.NaN,
    kind,
    state: (running ? 6 : 0) + (draining ? 3 : 0) + healths.indexOf(shown),
    changesAtMs: changesInMs === undefined ? Number.POSITIVE_INFINITY : now.monotonicMs + changesInMs,
  };
}
