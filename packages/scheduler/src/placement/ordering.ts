import type { PlacementStrategy } from '@longshore/model';
import type { Board } from './board.js';
import { exponential, mix } from './hash.js';
import type { SingleField } from './query/ast.js';
import type { PlacementRequest } from './view.js';

/** One strategy as numbers: the instance (or the bucket of its attribute's value) with the lowest comes first. */
interface Criterion {
  /** Numbers by slot; `slot` undefined: by instance. */
  readonly values: Float64Array | Int32Array;
  readonly slot: Int32Array | undefined;
  /** Called when an instance has taken a task; undefined: the values change by themselves. */
  readonly taken: ((i: number) => void) | undefined;
}

const serviceDefault: readonly PlacementStrategy[] = [
  { type: 'spread', field: 'attribute:ecs.availability-zone' },
  { type: 'spread', field: 'instanceId' },
];
const standaloneDefault: readonly PlacementStrategy[] = [{ type: 'random' }];

/** The request's strategies, or ECS's defaults: a service spreads over zones and instances, RunTask is random. */
export function effectiveStrategies(
  request: Pick<PlacementRequest, 'strategies' | 'group'>,
): readonly PlacementStrategy[] {
  if (request.strategies.length > 0) return request.strategies;
  return request.group.startsWith('service:') ? serviceDefault : standaloneDefault;
}

/**
 * The order in which instances are offered to the tasks of one request: strategy by strategy, then by a draw of the
 * seed. Spread counts the tasks of the request's group (or deployment) on all instances of the cluster that are to
 * stay, candidates or not; a second spread counts within the value of the first.
 */
export class Ordering {
  readonly #board: Board;
  readonly #request: PlacementRequest;
  readonly #criteria: Criterion[] = [];
  /** For each level of attribute spread, the bucket of every instance; a bucket of a level lies in one of the level above. */
  readonly levels: Int32Array[] = [];

  constructor(board: Board, request: PlacementRequest, ordinal: number) {
    this.#board = board;
    this.#request = request;
    effectiveStrategies(request).forEach((strategy, at) => {
      this.#criteria.push(this.#criterion(strategy, mix(ordinal * 8 + at + 1)));
    });
  }

  /** Below 0: instance a comes before instance b. */
  compare(a: number, b: number): number {
    for (const { values, slot } of this.#criteria) {
      const difference =
        slot === undefined
          ? (values[a] as number) - (values[b] as number)
          : (values[slot[a] as number] as number) - (values[slot[b] as number] as number);
      if (difference !== 0) return difference;
    }
    const { salt } = this.#board;
    const drawn = (salt[a] as number) - (salt[b] as number);
    if (drawn !== 0) return drawn;
    return this.#board.instance(a).id < this.#board.instance(b).id ? -1 : 1;
  }

  /** To be called once instance i has taken a task of the request. */
  taken(i: number): void {
    for (const { taken } of this.#criteria) taken?.(i);
  }

  #criterion(strategy: PlacementStrategy, salt: number): Criterion {
    const field = strategy.field ?? '';
    if (strategy.type === 'random') return this.#random(salt);
    if (strategy.type === 'binpack') {
      const values = field.toLowerCase() === 'cpu' ? this.#board.cpuLeft : this.#board.memoryLeft;
      return { values, slot: undefined, taken: undefined };
    }
    if (field === 'instanceId' || field === 'host') {
      return { values: this.#counts(), slot: undefined, taken: undefined };
    }
    return this.#spread({ kind: 'attribute', name: field.replace(/^attribute:/, '') });
  }

  /** The board's own counts, which grow with each task taken. */
  #counts(): Int32Array {
    const { group, deployment } = this.#request;
    const { tasks } = this.#board;
    return deployment ? tasks.deployment.of(deployment) : tasks.group.of(group);
  }

  /**
   * Each instance rings at times of its own, memoryless and all at the same rate; the next to ring takes the next task.
   * So every task has the same chance on every candidate, without a draw over all of them.
   */
  #random(salt: number): Criterion {
    const state = this.#board.salt.map((own) => mix(own ^ salt));
    const values = Float64Array.from(state, exponential);
    const taken = (i: number): void => {
      state[i] = mix((state[i] as number) + 0x9e3779b9);
      values[i] = (values[i] as number) + exponential(state[i] as number);
    };
    return { values, slot: undefined, taken };
  }

  #spread(field: SingleField): Criterion {
    const column = this.#board.columns.of(field);
    const above = this.levels.at(-1);
    const slot = above === undefined ? column.ids : within(above, column.ids, column.values.length);
    this.levels.push(slot);
    const counts = this.#counts();
    const values = new Float64Array(this.#board.size + column.values.length);
    const { staying } = this.#board.rows;
    for (let i = 0; i < slot.length; i++) {
      // Tasks on an instance that is being emptied or lost are about to move: they would unbalance what is placed now.
      if (staying[i] === 1)
        values[slot[i] as number] = (values[slot[i] as number] as number) + (counts[i] as number);
    }
    const taken = (i: number): void => {
      values[slot[i] as number] = (values[slot[i] as number] as number) + 1;
    };
    return { values, slot, taken };
  }
}

/**
 * The instance that an `Ordering` offers first to a request whose one strategy is random, as that of a RunTask mostly
 * is: without the clocks of all instances, and without asking more than those few that ring before all others so far
 * whether they take it. -1 of none.
 */
export function firstAtRandom(board: Board, takes: (i: number) => boolean, ordinal: number): number {
  const salt = mix(ordinal * 8 + 1);
  let best = -1;
  let bestBits = -1;
  for (let i = 0; i < board.size; i++) {
    // The more bits, the sooner it rings; equal ones are those of equal salts.
    const bits = mix(board.saltOf(i) ^ salt);
    if (bits < bestBits) continue;
    if (bits === bestBits && board.instance(i).id > board.instance(best).id) continue;
    if (!takes(i)) continue;
    best = i;
    bestBits = bits;
  }
  return best;
}

/** Whether nothing but chance decides. */
export function isAtRandom(request: Pick<PlacementRequest, 'strategies' | 'group'>): boolean {
  const strategies = effectiveStrategies(request);
  return strategies.length === 1 && strategies[0]?.type === 'random';
}

/** Numbers the pairs of (bucket above, value) in the order in which they are met. */
function within(above: Int32Array, ids: Int32Array, distinct: number): Int32Array {
  const numbers = new Map<number, number>();
  return ids.map((id, i) => {
    const pair = (above[i] as number) * distinct + id;
    let number = numbers.get(pair);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(pair, number);
    }
    return number;
  });
}
