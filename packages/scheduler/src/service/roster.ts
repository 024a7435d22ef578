import type { HealthSubject } from '../health/task-health.js';
import { judgeTask } from './judge.js';
import { RosterColumns } from './roster-columns.js';
import { RosterListing } from './roster-listing.js';
import { type Moment, RosterTimes } from './roster-times.js';
import { Seats, type VerdictAsked } from './seats.js';
import type { ServiceInstance, ServiceTask } from './snapshot.js';
import type { Standing, StandingGroup, StandingState, Standings, Which } from './standing.js';
import { type HealthAsked, kinds, states, Tallies } from './tallies.js';
import { TaskSlots } from './task-slots.js';

/** How tasks are judged: the same for all calls until the next moment, or until the roster is told what has changed. */
export interface RosterRules extends VerdictAsked, HealthAsked {
  /** Asked when tasks are listed. */
  instance(id: string): ServiceInstance | undefined;
}

/**
 * The tasks of one service, sorted out task by task, so that a decision costs what has changed since the last and not
 * what there is. They lie in columns: there is no object a task, and none that is given is kept.
 * Invariant: after the same tasks, rules and moment, it says the same in whatever order they came.
 */
export class ServiceRoster implements Standings {
  readonly #slots = new TaskSlots();
  readonly #columns = new RosterColumns();
  readonly #seats = new Seats();
  readonly #tallies = new Tallies();
  readonly #times = new RosterTimes(this.#columns);
  #now: Moment = { monotonicMs: 0, wallMs: 0 };
  #pass = 1;
  #rules: RosterRules | undefined;

  get size(): number {
    return this.#slots.size;
  }

  /** Since when the task has been RUNNING; undefined: it is not here, or not RUNNING. */
  runningSinceMs(id: string): number | undefined {
    const slot = this.#slots.find(id);
    const since = slot < 0 ? Number.NaN : (this.#columns.runningSinceMs[slot] as number);
    return Number.isNaN(since) ? undefined : since;
  }

  /** Adds a task, or puts it in the place of an older state of itself. NaN: it is not RUNNING. */
  put(task: ServiceTask, runningSinceMs: number, rules: RosterRules): void {
    this.#rules = rules;
    const columns = this.#columns;
    let slot = this.#slots.find(task.id);
    if (slot < 0) slot = this.#enter(task);
    else this.#move(slot, task);
    const protectedUntilMs = columns.protectedUntilMs[slot] as number;
    columns.write(slot, task);
    columns.runningSinceMs[slot] = task.lastStatus === 'RUNNING' ? runningSinceMs : Number.NaN;
    this.#sortOut(slot, rules, task.protectedUntilMs !== protectedUntilMs);
    this.#sortTurned(rules);
  }

  delete(id: string): void {
    const slot = this.#slots.find(id);
    if (slot < 0) return;
    const { kind, state, tally, seat } = this.#columns;
    this.#tallies.at(tally[slot] as number).count(kind[slot] as number, state[slot] as number, -1);
    this.#tallies.leave(tally[slot] as number);
    this.#seats.leave(seat[slot] as number);
    this.#columns.clear(slot);
    this.#slots.release(slot);
  }

  /** All that the rules say may have changed. */
  sortAnew(rules: RosterRules): void {
    this.#beginPass(rules);
    const { kind } = this.#columns;
    for (let slot = 0; slot < this.#slots.end; slot++)
      if (kind[slot] !== kinds.free) this.#sortOut(slot, rules, false);
    this.#seats.settle();
  }

  /** What the rules say of these instances may have changed. */
  instancesChanged(instances: Iterable<string>, rules: RosterRules): void {
    this.#rules = rules;
    for (const instance of instances) {
      const seat = this.#seats.numberOf(instance);
      if (seat !== undefined) this.#seats.ask(seat, rules);
    }
    this.#sortTurned(rules);
  }

  isOn(instance: string): boolean {
    return this.#seats.numberOf(instance) !== undefined;
  }

  /** Time has come to `now`: tasks have become healthy, protections have ended. */
  moveTo(now: Moment, rules: RosterRules): void {
    this.#now = now;
    this.#beginPass(rules);
    const { kind } = this.#columns;
    for (const slot of this.#times.take(now))
      if (kind[slot] !== kinds.free) this.#sortOut(slot, rules, false);
    this.#sortTurned(rules);
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
    for (const tally of this.#tallies.all()) {
      const count = tally.of('active') + tally.of('stopping');
      if (count > 0) found.set(tally.deployment, count);
    }
    return found;
  }

  get stoppingCount(): number {
    let sum = 0;
    for (const tally of this.#tallies.all()) sum += tally.of('stopping');
    return sum;
  }

  stopping(): readonly ServiceTask[] {
    if (this.stoppingCount === 0) return [];
    return this.#tasks((slot) => this.#columns.kind[slot] === kinds.stopping);
  }

  wanted(): readonly ServiceTask[] {
    const { kind } = this.#columns;
    return this.#tasks(
      (slot) => kind[slot] !== kinds.stopped && this.#columns.desiredStatus(slot) !== 'STOPPED',
    );
  }

  lives(deployment: string): boolean {
    const tally = this.#tallies.get(deployment);
    return tally !== undefined && tally.tasks > tally.of('stopped');
  }

  /** Whether any task of the deployment is here, be it STOPPED. */
  has(deployment: string): boolean {
    return this.#tallies.get(deployment) !== undefined;
  }

  get changesInMs(): number | undefined {
    return this.#times.changesInMs(this.#now);
  }

  #beginPass(rules: RosterRules): void {
    this.#rules = rules;
    this.#pass++;
    this.#seats.beginPass();
  }

  #enter({ id, deployment, instance }: ServiceTask): number {
    const slot = this.#slots.take(id);
    this.#columns.makeRoom(slot);
    this.#columns.clear(slot);
    this.#columns.tally[slot] = this.#tallies.enter(deployment).number;
    this.#columns.seat[slot] = this.#seats.enter(instance);
    return slot;
  }

  /** To the deployment and the instance that it has now; mostly the same. */
  #move(slot: number, { deployment, instance }: ServiceTask): void {
    const { kind, state, tally, seat } = this.#columns;
    const before = this.#tallies.at(tally[slot] as number);
    if (before.deployment !== deployment) {
      const after = this.#tallies.enter(deployment);
      before.count(kind[slot] as number, state[slot] as number, -1);
      after.count(kind[slot] as number, state[slot] as number, 1);
      this.#tallies.leave(before.number);
      tally[slot] = after.number;
    }
    if (this.#seats.instance(seat[slot] as number) === instance) return;
    this.#seats.leave(seat[slot] as number);
    seat[slot] = this.#seats.enter(instance);
  }

  /** Judges the task in the slot, and counts it as what it has become. */
  #sortOut(slot: number, rules: RosterRules, isNewlyProtected: boolean): void {
    const { kind, state, tally, seat } = this.#columns;
    const own = this.#tallies.at(tally[slot] as number);
    const verdict = this.#seats.verdict(seat[slot] as number, rules);
    const judged = judgeTask(this.#subject(slot), verdict, own.rules(this.#pass, rules));
    const before = kind[slot] as number;
    if (before !== kinds.free) own.count(before, state[slot] as number, -1);
    own.count(judged.kind, judged.state, 1);
    kind[slot] = judged.kind;
    state[slot] = judged.state;
    this.#times.note(slot, this.#now, judged.changesInMs, isNewlyProtected || before !== kinds.active);
  }

  #subject(slot: number): HealthSubject {
    const columns = this.#columns;
    const sinceMs = columns.runningSinceMs[slot] as number;
    return {
      lastStatus: columns.lastStatus(slot),
      desiredStatus: columns.desiredStatus(slot),
      healthStatus: columns.healthStatus(slot),
      runningForMs: Number.isNaN(sinceMs) ? 0 : Math.max(0, this.#now.monotonicMs - sinceMs),
    };
  }

  #sortTurned(rules: RosterRules): void {
    if (!this.#seats.hasTurned) return;
    const { seat, kind } = this.#columns;
    for (let slot = 0; slot < this.#slots.end; slot++)
      if (kind[slot] !== kinds.free && this.#seats.isTurned(seat[slot] as number))
        this.#sortOut(slot, rules, false);
    this.#seats.settle();
  }

  #countOf(which: Which, includes: (deployment: string) => boolean): number {
    let sum = 0;
    for (const tally of this.#tallies.all()) if (includes(tally.deployment)) sum += tally.sum(which);
    return sum;
  }

  #list(which: Which, includes: (deployment: string) => boolean): readonly Standing[] {
    if (this.#countOf(which, includes) === 0) return [];
    const { kind, state, tally } = this.#columns;
    const listing = this.#listing();
    const found: Standing[] = [];
    for (let slot = 0; slot < this.#slots.end; slot++) {
      if (kind[slot] !== kinds.active) continue;
      const { deployment } = this.#tallies.at(tally[slot] as number);
      const known = states[state[slot] as number] as StandingState;
      if (includes(deployment) && which(known, deployment)) found.push(listing.standing(slot));
    }
    return found;
  }

  #tasks(is: (slot: number) => boolean): readonly ServiceTask[] {
    const { kind } = this.#columns;
    const listing = this.#listing();
    const found: ServiceTask[] = [];
    for (let slot = 0; slot < this.#slots.end; slot++)
      if (kind[slot] !== kinds.free && is(slot)) found.push(listing.task(slot));
    return found;
  }

  #listing(): RosterListing {
    const parts = {
      slots: this.#slots,
      columns: this.#columns,
      seats: this.#seats,
      tallies: this.#tallies,
    };
    return new RosterListing(parts, (id) => this.#rules?.instance(id));
  }
}

const all: Which = () => true;
