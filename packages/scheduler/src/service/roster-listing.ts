import type { RosterColumns } from './roster-columns.js';
import type { Seats } from './seats.js';
import type { ServiceInstance, ServiceTask } from './snapshot.js';
import type { Standing } from './standing.js';
import { states, type Tallies } from './tallies.js';
import type { TaskSlots } from './task-slots.js';

export interface RosterParts {
  readonly slots: TaskSlots;
  readonly columns: RosterColumns;
  readonly seats: Seats;
  readonly tallies: Tallies;
}

/** The objects that a decision chooses among, made as they are listed; one object an instance. */
export class RosterListing {
  readonly #parts: RosterParts;
  readonly #see: (instance: string) => ServiceInstance | undefined;
  readonly #instances = new Map<number, ServiceInstance | undefined>();

  constructor(parts: RosterParts, see: (instance: string) => ServiceInstance | undefined) {
    this.#parts = parts;
    this.#see = see;
  }

  task(slot: number): ServiceTask {
    const { slots, columns, seats, tallies } = this.#parts;
    return {
      id: slots.idOf(slot),
      deployment: tallies.at(columns.tally[slot] as number).deployment,
      instance: seats.instance(columns.seat[slot] as number),
      lastStatus: columns.lastStatus(slot),
      desiredStatus: columns.desiredStatus(slot),
      healthStatus: columns.healthStatus(slot),
      createdAtMs: columns.createdAtMs[slot] as number,
      protectedUntilMs: columns.protectedUntilMs[slot] as number,
    };
  }

  /** Of an active task. */
  standing(slot: number): Standing {
    const { columns } = this.#parts;
    const state = states[columns.state[slot] as number];
    if (state === undefined) throw new RangeError(`slot ${slot} has no state`);
    const { health, draining, running } = state;
    return {
      task: this.task(slot),
      health,
      draining,
      running,
      instance: this.#instance(columns.seat[slot] as number),
      isProtected: columns.isProtected[slot] === 1,
      runningSinceMs: columns.runningSinceMs[slot] as number,
    };
  }

  #instance(seat: number): ServiceInstance | undefined {
    const id = this.#parts.seats.instance(seat);
    if (id === '') return undefined;
    if (!this.#instances.has(seat)) this.#instances.set(seat, this.#see(id));
    return this.#instances.get(seat);
  }
}
