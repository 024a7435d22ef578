import type { InstanceView, ServiceInstance, Verdict } from '@longshore/scheduler';
import { type Moment, type RosterRules, ServiceRoster } from '@longshore/scheduler';
import type { Store, TaskSummary } from '@longshore/store';

/** Where a service's roster is kept up from. */
export interface RosterSources {
  readonly store: Store;
  readonly cluster: string;
  readonly service: string;
  readonly now: Moment;
  /** Tells the rules from others: when it changes, every task is judged anew. */
  readonly rulesName: string;
  readonly health: RosterRules['health'];
  readonly view: (id: string) => InstanceView | undefined;
  readonly see: (id: string) => ServiceInstance | undefined;
  readonly verdict: (view: InstanceView | undefined) => Verdict;
}

/**
 * Keeps a service's roster in step with the cache. Changes are noted as they come and sorted in by the next look, so a
 * look costs what has changed. Invariant: after `update` the roster holds the tasks that the cache has of the service.
 */
export class RosterKeeper {
  readonly roster = new ServiceRoster();
  /** STOPPED and not counted yet. */
  readonly open = new Set<string>();
  /** Tasks that have changed since the last look, and since when each has been RUNNING, if that was seen. */
  readonly #changed = new Map<string, number | undefined>();
  readonly #changedInstances = new Set<string>();
  /** Instances marked as lost: whether the service holds them to be is a matter of time, so they are looked at each time. */
  readonly #marked = new Set<string>();
  #rulesName: string | undefined;
  #isFilled = false;

  taskChanged(id: string): void {
    if (!this.#changed.has(id)) this.#changed.set(id, undefined);
  }

  /** A task has become RUNNING before this leader's eyes. */
  becameRunning(id: string, monotonicMs: number): void {
    this.#changed.set(id, monotonicMs);
  }

  instanceChanged(id: string): void {
    this.#changedInstances.add(id);
  }

  update(sources: RosterSources): ServiceRoster {
    const { store, cluster, service } = sources;
    const rules: RosterRules = {
      health: sources.health,
      instance: sources.see,
      verdict: (id) => this.#verdict(id, sources),
    };
    this.roster.moveTo(sources.now, rules);
    if (this.#rulesName !== sources.rulesName) this.roster.sortAnew(rules);
    this.#rulesName = sources.rulesName;
    for (const id of this.#marked) if (!this.roster.isOn(id)) this.#marked.delete(id);
    this.roster.instancesChanged(new Set([...this.#changedInstances, ...this.#marked]), rules);
    this.#changedInstances.clear();
    if (this.#isFilled) for (const id of this.#changed.keys()) this.#take(id, rules, sources);
    else for (const task of store.tasks.ofService(cluster, service)) this.#put(task, rules, sources);
    this.#isFilled = true;
    this.#changed.clear();
    return this.roster;
  }

  #take(id: string, rules: RosterRules, sources: RosterSources): void {
    const task = sources.store.tasks.get(sources.cluster, id);
    if (task?.service === sources.service) {
      this.#put(task, rules, sources);
      return;
    }
    this.roster.delete(id);
    this.open.delete(id);
  }

  #put(task: TaskSummary, rules: RosterRules, { now }: RosterSources): void {
    this.roster.put(task, this.#runningSinceMs(task, now), rules);
    if (task.lastStatus === 'STOPPED' && !task.counted) this.open.add(task.id);
    else if (this.open.size > 0) this.open.delete(task.id);
  }

  /**
   * Of a task that was RUNNING before this leader led, only its agent's clock tells; since that may be wrong, never
   * longer ago than when the task was made.
   */
  #runningSinceMs(task: TaskSummary, now: Moment): number {
    if (task.lastStatus !== 'RUNNING') return Number.NaN;
    const known = this.#changed.get(task.id) ?? this.roster.runningSinceMs(task.id);
    if (known !== undefined) return known;
    const ageMs = Math.max(0, now.wallMs - task.createdAtMs);
    const agentsMs = task.startedAtMs === 0 ? 0 : Math.max(0, now.wallMs - task.startedAtMs);
    return now.monotonicMs - Math.min(ageMs, agentsMs);
  }

  #verdict(id: string, { view, verdict }: RosterSources): Verdict {
    const seen = view(id);
    if (seen?.lost === true) this.#marked.add(id);
    else if (this.#marked.size > 0) this.#marked.delete(id);
    return verdict(seen);
  }
}
