import type { HeldView, InstanceView } from './view.js';

export type TaskKind = 'group' | 'family' | 'deployment';

/** From this many requests on, the tasks of all names are counted in one go instead of name by name. */
const manyNames = 8;

const none: ReadonlyMap<string, number> = new Map();

/** How many tasks of each group, family and deployment want to run on each instance, this call's own included. */
export class TaskCounts {
  readonly #instances: readonly InstanceView[];
  readonly #kind: TaskKind;
  readonly #built = new Map<string, Int32Array>();
  /** By name and instance: what this call has placed. */
  readonly #placed = new Map<string, Map<number, number>>();
  #byName: Map<string, [instance: number, count: number][]> | undefined;

  constructor(instances: readonly InstanceView[], kind: TaskKind) {
    this.#instances = instances;
    this.#kind = kind;
  }

  /** One number an instance; the array changes as tasks are placed. */
  of(name: string): Int32Array {
    let counts = this.#built.get(name);
    if (counts === undefined) {
      counts = this.#build(name);
      this.#built.set(name, counts);
    }
    return counts;
  }

  add(i: number, name: string): void {
    const counts = this.#built.get(name);
    if (counts !== undefined) counts[i] = (counts[i] as number) + 1;
    let placed = this.#placed.get(name);
    if (placed === undefined) {
      placed = new Map();
      this.#placed.set(name, placed);
    }
    placed.set(i, (placed.get(i) ?? 0) + 1);
  }

  /** The names on one instance. */
  *names(i: number): Iterable<string> {
    yield* countsOf((this.#instances[i] as InstanceView).held, this.#kind).keys();
    for (const [name, placed] of this.#placed) if (placed.has(i)) yield name;
  }

  #build(name: string): Int32Array {
    const counts = new Int32Array(this.#instances.length);
    if (this.#built.size < manyNames) this.#countDirectly(name, counts);
    else for (const [i, count] of this.#inverted().get(name) ?? []) counts[i] = count;
    for (const [i, count] of this.#placed.get(name) ?? []) counts[i] = (counts[i] as number) + count;
    return counts;
  }

  #countDirectly(name: string, counts: Int32Array): void {
    for (let i = 0; i < counts.length; i++) {
      counts[i] = countsOf((this.#instances[i] as InstanceView).held, this.#kind).get(name) ?? 0;
    }
  }

  #inverted(): ReadonlyMap<string, readonly [instance: number, count: number][]> {
    if (this.#byName !== undefined) return this.#byName;
    const byName = new Map<string, [instance: number, count: number][]>();
    for (let i = 0; i < this.#instances.length; i++) {
      for (const [name, count] of countsOf((this.#instances[i] as InstanceView).held, this.#kind)) {
        const entries = byName.get(name);
        if (entries === undefined) byName.set(name, [[i, count]]);
        else entries.push([i, count]);
      }
    }
    this.#byName = byName;
    return byName;
  }
}

function countsOf(held: HeldView, kind: TaskKind): ReadonlyMap<string, number> {
  switch (kind) {
    case 'group':
      return held.tasksByGroup;
    case 'family':
      return held.tasksByFamily;
    case 'deployment':
      return held.tasksByDeployment ?? none;
  }
}
