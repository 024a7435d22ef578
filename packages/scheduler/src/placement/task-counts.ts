import type { Rows } from './rows.js';
import type { HeldView, InstanceView } from './view.js';

export type TaskKind = 'group' | 'family' | 'deployment';

/** From this many names on that a call builds, the tasks of all names are counted in one go instead of name by name. */
const manyNames = 8;
/** Names whose counts stay from call to call, the last that were asked for. */
const maxKept = 64;

const none: ReadonlyMap<string, number> = new Map();

interface Built {
  readonly counts: Int32Array;
  /** How far it had followed the log of the rows when it was last asked for. */
  readonly version: number;
  /** The call that last asked for it, whose tasks are counted as they are placed. */
  readonly call: number;
}

/**
 * How many tasks of each group, family and deployment want to run on each instance, those that the call under way has
 * placed included. Counts once built are kept, and follow the rows that have changed when they are asked for again.
 */
export class TaskCounts {
  readonly #rows: Rows;
  readonly #kind: TaskKind;
  /** The one asked for last at the end. */
  readonly #built = new Map<string, Built>();
  /** By name and instance: what this call has placed. */
  readonly #placed = new Map<string, Map<number, number>>();
  #byName: Map<string, [instance: number, count: number][]> | undefined;
  #call = 0;
  #builtByCall = 0;

  constructor(rows: Rows, kind: TaskKind) {
    this.#rows = rows;
    this.#kind = kind;
  }

  /** A call begins: what the last one placed is the view's to tell. */
  begin(): void {
    this.#call++;
    this.#builtByCall = 0;
    this.#byName = undefined;
    if (this.#placed.size > 0) this.#placed.clear();
    if (this.#built.size <= maxKept) return;
    let spare = this.#built.size - maxKept;
    for (const name of this.#built.keys()) {
      if (spare-- <= 0) break;
      this.#built.delete(name);
    }
  }

  /** One number an instance; the array changes as tasks are placed. Good for this call. */
  of(name: string): Int32Array {
    const built = this.#built.get(name);
    if (built?.call === this.#call) return built.counts;
    const { log, size } = this.#rows;
    let counts = built?.counts;
    if (built && counts?.length === size && log.reaches(built.version)) this.#follow(built, name);
    else counts = this.#build(name);
    this.#built.delete(name);
    this.#built.set(name, { counts: counts as Int32Array, version: log.version, call: this.#call });
    return counts as Int32Array;
  }

  add(i: number, name: string): void {
    const built = this.#built.get(name);
    if (built?.call === this.#call) built.counts[i] = (built.counts[i] as number) + 1;
    let placed = this.#placed.get(name);
    if (placed === undefined) {
      placed = new Map();
      this.#placed.set(name, placed);
    }
    placed.set(i, (placed.get(i) ?? 0) + 1);
  }

  /** The names on one instance. */
  *names(i: number): Iterable<string> {
    yield* countsOf(this.#held(i), this.#kind).keys();
    for (const [name, placed] of this.#placed) if (placed.has(i)) yield name;
  }

  #held(i: number): HeldView {
    return (this.#rows.instances[i] as InstanceView).held;
  }

  #follow({ counts, version }: Built, name: string): void {
    const { log } = this.#rows;
    const placed = this.#placed.get(name);
    for (let at = version; at < log.version; at++) {
      const i = log.at(at);
      counts[i] = (countsOf(this.#held(i), this.#kind).get(name) ?? 0) + (placed?.get(i) ?? 0);
    }
  }

  #build(name: string): Int32Array {
    const counts = new Int32Array(this.#rows.size);
    if (this.#builtByCall++ < manyNames) this.#countDirectly(name, counts);
    else for (const [i, count] of this.#inverted().get(name) ?? []) counts[i] = count;
    for (const [i, count] of this.#placed.get(name) ?? []) counts[i] = (counts[i] as number) + count;
    return counts;
  }

  #countDirectly(name: string, counts: Int32Array): void {
    for (let i = 0; i < counts.length; i++) counts[i] = countsOf(this.#held(i), this.#kind).get(name) ?? 0;
  }

  #inverted(): ReadonlyMap<string, readonly [instance: number, count: number][]> {
    if (this.#byName !== undefined) return this.#byName;
    const byName = new Map<string, [instance: number, count: number][]>();
    for (let i = 0; i < this.#rows.size; i++) {
      for (const [name, count] of countsOf(this.#held(i), this.#kind)) {
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
