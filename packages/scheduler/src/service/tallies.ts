import type { HealthRules } from '../health/task-health.js';
import type { StandingState, Which } from './standing.js';

export const healths = ['starting', 'healthy', 'unhealthy'] as const;

/** Every state that an active task can be in, by its number. */
export const states: readonly StandingState[] = [false, true].flatMap((running) =>
  [false, true].flatMap((draining) => healths.map((health) => ({ running, draining, health }))),
);

export function stateNumber(running: boolean, draining: boolean, health: StandingState['health']): number {
  return (running ? 6 : 0) + (draining ? 3 : 0) + healths.indexOf(health);
}

/** What becomes of a task's count; `free`: the slot has no task. */
export const kinds = { free: 0, active: 1, stopping: 2, lost: 3, stopped: 4 } as const;

/** How the tasks of a deployment are judged. */
export interface HealthAsked {
  health(deployment: string): HealthRules;
}

/** How many tasks of a deployment are of each kind, and the active ones by state. */
export class Tally {
  readonly deployment: string;
  readonly number: number;
  tasks = 0;
  readonly kinds = new Int32Array(5);
  readonly states = new Int32Array(states.length);
  #rules: HealthRules | undefined;
  #pass = 0;

  constructor(deployment: string, number: number) {
    this.deployment = deployment;
    this.number = number;
  }

  of(kind: keyof typeof kinds): number {
    return this.kinds[kinds[kind]] as number;
  }

  count(kind: number, state: number, by: 1 | -1): void {
    this.kinds[kind] = (this.kinds[kind] as number) + by;
    if (kind === kinds.active) this.states[state] = (this.states[state] as number) + by;
  }

  /** Asked once a pass. */
  rules(pass: number, asked: HealthAsked): HealthRules {
    if (this.#rules === undefined || this.#pass !== pass) this.#rules = asked.health(this.deployment);
    this.#pass = pass;
    return this.#rules;
  }

  sum(which: Which): number {
    let sum = 0;
    for (let n = 0; n < states.length; n++) {
      const count = this.states[n] as number;
      if (count > 0 && which(states[n] as StandingState, this.deployment)) sum += count;
    }
    return sum;
  }
}

/** The deployments that a roster has tasks of, by name and by number. */
export class Tallies {
  readonly #byName = new Map<string, Tally>();
  readonly #byNumber: (Tally | undefined)[] = [];
  readonly #free: number[] = [];

  get(deployment: string): Tally | undefined {
    return this.#byName.get(deployment);
  }

  at(number: number): Tally {
    return this.#byNumber[number] as Tally;
  }

  all(): Iterable<Tally> {
    return this.#byName.values();
  }

  enter(deployment: string): Tally {
    let tally = this.#byName.get(deployment);
    if (tally === undefined) {
      tally = new Tally(deployment, this.#free.pop() ?? this.#byNumber.length);
      this.#byName.set(deployment, tally);
      this.#byNumber[tally.number] = tally;
    }
    tally.tasks++;
    return tally;
  }

  leave(number: number): void {
    const tally = this.at(number);
    if (--tally.tasks > 0) return;
    this.#byName.delete(tally.deployment);
    this.#byNumber[number] = undefined;
    this.#free.push(number);
  }
}
