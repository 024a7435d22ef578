// What processes of a bench say to each other.

/** Order does not matter to it: two sets of ids are the same when count and sums are. */
export interface Fingerprint {
  readonly count: number;
  readonly sums: readonly [number, number];
}

export const noFingerprint: Fingerprint = { count: 0, sums: [0, 0] };

const modulus = 2 ** 48;

/** `ids` are hex. */
export function addIds(to: Fingerprint, ids: Iterable<string>): Fingerprint {
  let { count } = to;
  let [first, second] = to.sums;
  for (const id of ids) {
    count++;
    first = (first + Number.parseInt(id.slice(0, 11), 16)) % modulus;
    second = (second + Number.parseInt(id.slice(11, 22), 16)) % modulus;
  }
  return { count, sums: [first, second] };
}

export function together(a: Fingerprint, b: Fingerprint): Fingerprint {
  const sum = (x: number, y: number): number => (x + y) % modulus;
  return { count: a.count + b.count, sums: [sum(a.sums[0], b.sums[0]), sum(a.sums[1], b.sums[1])] };
}

export function isSame(a: Fingerprint, b: Fingerprint): boolean {
  return a.count === b.count && a.sums[0] === b.sums[0] && a.sums[1] === b.sums[1];
}

/** Counts durations by the millisecond up to ten minutes: any number of them, in little memory. */
export class Durations {
  readonly #counts: number[] = [];

  add(ms: number): void {
    const at = Math.max(0, Math.min(600_000, Math.round(ms)));
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
  }

  /** Sparse: pairs of milliseconds and count. */
  toJSON(): readonly (readonly [number, number])[] {
    return Object.entries(this.#counts).map(([ms, count]) => [Number(ms), count]);
  }

  merge(pairs: readonly (readonly [number, number])[]): void {
    for (const [ms, count] of pairs) this.#counts[ms] = (this.#counts[ms] ?? 0) + count;
  }

  percentileMs(p: number): number {
    const pairs = this.toJSON();
    const total = pairs.reduce((sum, [, count]) => sum + count, 0);
    let seen = 0;
    for (const [ms, count] of pairs) {
      seen += count;
      if (seen > (p / 100) * total) return ms;
    }
    return pairs.at(-1)?.[0] ?? 0;
  }
}

export interface AgentsOrder {
  readonly do: 'agents';
  readonly endpoints: readonly string[];
  readonly cluster: string;
  readonly first: number;
  readonly count: number;
  readonly cpuUnits: number;
  readonly memoryMiB: number;
  /** Agents whose session is over register again, as the real one; else it is a problem. */
  readonly rejoin?: boolean;
}

export interface RequestsOrder {
  readonly do: 'requests';
  readonly endpoints: readonly string[];
  readonly cluster: string;
  /** Family, how many tasks, and under which group; a call takes at most 1,000. */
  readonly groups: readonly { readonly family: string; readonly group: string; readonly tasks: number }[];
  readonly perCall: number;
  readonly atOnce: number;
  /** Keep the tasks' ids: a `churn` order follows. */
  readonly remember?: boolean;
}

/** After a `requests` order, in the same process: its tasks are the ones that run. */
export interface ChurnOrder {
  readonly do: 'churn';
  readonly endpoints: readonly string[];
  readonly cluster: string;
  /** RunTask and StopTask of one task each, a second. */
  readonly rate: number;
  readonly seconds: number;
  /** At the same rate before those. */
  readonly warmUpSeconds: number;
  readonly families: readonly string[];
  /** Of a family that fits on no instance. */
  readonly unplaceable: string;
  /** Of those that wait for a place, in seconds. */
  readonly placeWithinSeconds: number;
}

export type Order =
  | AgentsOrder
  | RequestsOrder
  | ChurnOrder
  /** What has become of each task since the last such order; from the first on it is written down. */
  | { readonly do: 'moments' }
  /** What every agent holds. */
  | { readonly do: 'held' }
  /** The host of this number is gone without a word, or back. */
  | { readonly do: 'lose' | 'return'; readonly agent: number }
  | { readonly do: 'tell' }
  | { readonly do: 'end' };

/** What simulated agents have seen. */
export interface AgentsTold {
  readonly kind: 'agents';
  readonly delivered: Fingerprint;
  readonly running: number;
  /** From RunTask's arrival at the server to the assignment's at the agent. */
  readonly delivery: readonly (readonly [number, number])[];
  /** Whatever was wrong: over-commitment, a port or a task twice. */
  readonly problems: readonly string[];
}

export interface RequestsTold {
  readonly kind: 'requests';
  readonly asked: Fingerprint;
  readonly calls: readonly (readonly [number, number])[];
  /** Wall milliseconds and tasks of each answer, in order. */
  readonly answers: readonly (readonly [number, number])[];
  readonly problems: readonly string[];
}

/** Wall milliseconds; 0: never. */
export interface Moment {
  readonly task: string;
  /** When an agent was first told of it, and how often as of something new to run. */
  readonly heardAtMs: number;
  readonly times: number;
  /** When its report was answered, which means committed. */
  readonly runningAtMs: number;
  readonly stoppedAtMs: number;
}

export interface HeldTold {
  readonly kind: 'held';
  /** Ids of tasks that run, by the number of the agent. */
  readonly held: readonly (readonly [number, readonly string[]])[];
}

/** A task that was asked for, and when the call was due: what waits in the asking process counts. */
export type Asked = readonly [task: string, dueAtMs: number];

export interface ChurnTold {
  readonly kind: 'churn';
  /** What was due from here on is what is timed. */
  readonly measuredFromMs: number;
  readonly started: readonly Asked[];
  readonly stopped: readonly Asked[];
  /** Those that fit nowhere and wait. */
  readonly waiting: readonly string[];
  readonly refused: number;
  /** All that were started, before or during the churn, and were not asked to stop. */
  readonly left: Fingerprint;
  readonly calls: Readonly<Record<string, readonly (readonly [number, number])[]>>;
  readonly problems: readonly string[];
}

export type Told =
  | { readonly kind: 'ready' }
  | { readonly kind: 'moments'; readonly moments: readonly Moment[] }
  | AgentsTold
  | HeldTold
  | RequestsTold
  | ChurnTold;
