import { candidateTree } from '../placement/candidates.js';
import type { ServiceSettings } from './snapshot.js';
import type { Standing } from './standing.js';

/** How long after an instance came back its tasks are held to be the originals of a replacement. */
const returnIsFreshMs = 600_000;

/** Whether the task was there before its instance was lost, and the instance has just come back. */
export function isReturnedOriginal({ task, instance }: Standing, nowMs: number): boolean {
  const since = instance?.wasLostSinceMs ?? 0;
  const until = instance?.wasLostUntilMs ?? 0;
  return since > 0 && task.createdAtMs < since && nowMs - until < returnIsFreshMs;
}

/**
 * Chooses which tasks go when a service has more than it wants: first what is not placed, not RUNNING, unhealthy or not
 * yet healthy, then from where the spread has most, there the newest. Protected tasks are never among them.
 */
export function scaleInVictims(good: readonly Standing[], count: number): Standing[] {
  const free = good.filter(({ isProtected }) => !isProtected);
  // All go: then the order matters only to whoever stops some of them first.
  if (free.length <= count) return free.sort((a, b) => usefulness(a) - usefulness(b) || newestFirst(a, b));
  const load = new SpreadLoad(good);
  const victims: Standing[] = [];
  for (let rank = 0; rank <= leastUseful && victims.length < count; rank++) {
    const ranked = good.flatMap((s, n) => (!s.isProtected && usefulness(s) === rank ? [n] : []));
    const tree = candidateTree(ranked, load.levels, (a, b) => load.compare(a, b));
    for (let n = tree.best(); n >= 0 && victims.length < count; n = tree.best()) {
      victims.push(good[n] as Standing);
      load.remove(n);
      tree.update(false);
    }
  }
  return victims;
}

/**
 * When an instance comes back, its tasks and their replacements are too many together: which of them go first, by the
 * service's policy. Empty: nobody has come back, or too few are left to go.
 */
export function surplusCopies(
  good: readonly Standing[],
  policy: ServiceSettings['lostPolicy'],
  nowMs: number,
): readonly Standing[] {
  const originals = good.filter((standing) => isReturnedOriginal(standing, nowMs));
  if (originals.length === 0) return [];
  if (policy === 'keep_replacement') return originals.sort(newestFirst);
  const lostSinceMs = Math.min(...originals.map(({ instance }) => instance?.wasLostSinceMs ?? 0));
  const replacements = good.filter((s) => s.task.createdAtMs >= lostSinceMs && !originals.includes(s));
  if (policy === 'keep_original') return replacements.sort(newestFirst);
  return [...originals, ...replacements].sort((a, b) => since(b) - since(a) || newestFirst(a, b));
}

/** What does not run has run least. */
function since({ runningSinceMs }: Standing): number {
  return Number.isNaN(runningSinceMs) ? Number.POSITIVE_INFINITY : runningSinceMs;
}

export function newestFirst(a: Standing, b: Standing): number {
  return b.task.createdAtMs - a.task.createdAtMs || (a.task.id < b.task.id ? -1 : 1);
}

/** The lower, the sooner it goes. */
export function usefulness({ task, health }: Standing): number {
  if (task.instance === '') return 0;
  if (task.lastStatus !== 'RUNNING') return 1;
  if (health === 'unhealthy') return 2;
  return health === 'starting' ? 3 : 4;
}

const leastUseful = 4;

/** How many tasks stand in each value of each level of the spread, and on each instance. */
class SpreadLoad {
  /** For each level, the place of every standing; a place of a level lies in one of the level above. */
  readonly levels: Int32Array[] = [];
  readonly #counts: Int32Array[] = [];
  readonly #standings: readonly Standing[];

  constructor(standings: readonly Standing[]) {
    this.#standings = standings;
    const depth = Math.max(0, ...standings.map(({ instance }) => instance?.spread.length ?? 0));
    for (let level = 0; level <= depth; level++) this.#addLevel(level, level === depth);
  }

  /** Below 0: a stands where more are, looking at the first level at which the two differ; else a is the newer. */
  compare(a: number, b: number): number {
    for (let level = 0; level < this.levels.length; level++) {
      const difference = this.#at(level, b) - this.#at(level, a);
      if (difference !== 0) return difference;
    }
    return newestFirst(this.#standings[a] as Standing, this.#standings[b] as Standing);
  }

  remove(n: number): void {
    for (let level = 0; level < this.levels.length; level++) {
      const counts = this.#counts[level] as Int32Array;
      const place = this.levels[level]?.[n] as number;
      counts[place] = (counts[place] as number) - 1;
    }
  }

  #at(level: number, n: number): number {
    return this.#counts[level]?.[this.levels[level]?.[n] as number] as number;
  }

  #addLevel(level: number, isInstance: boolean): void {
    const above = this.levels[level - 1];
    const numbers = new Map<string, number>();
    const counts = new Int32Array(this.#standings.length);
    const places = Int32Array.from(this.#standings, ({ task, instance }, n) => {
      const value = isInstance ? task.instance : (instance?.spread[level] ?? '');
      const key = `${above?.[n] ?? ''}\u0000${value}`;
      const place = numbers.get(key) ?? numbers.size;
      numbers.set(key, place);
      counts[place] = (counts[place] as number) + 1;
      return place;
    });
    this.levels.push(places);
    this.#counts.push(counts);
  }
}
