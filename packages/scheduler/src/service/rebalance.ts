import type { ServiceInstance } from './snapshot.js';
import type { Standing } from './standing.js';

/** Where a further task would even out the spread. */
export interface Imbalance {
  /** The instances of the emptiest places. */
  readonly onlyInstances: readonly string[];
  /** A task of the fullest place, which the new one would let go. */
  readonly surplus: string;
}

/**
 * The first level of the spread at which two places differ by two tasks or more: moving one then makes it more even.
 * Only places count that have an instance which could take a task; the last level is the instance itself.
 * `levels` says how many levels are looked at.
 */
export function imbalanceOf(
  standings: readonly Standing[],
  candidates: readonly ServiceInstance[],
  levels: number,
): Imbalance | undefined {
  return imbalanceAt(0, { standings, candidates, levels });
}

interface Place {
  readonly standings: readonly Standing[];
  readonly candidates: readonly ServiceInstance[];
}

interface GrowingPlace extends Place {
  readonly standings: Standing[];
  readonly candidates: ServiceInstance[];
}

function imbalanceAt(
  level: number,
  { standings, candidates, levels }: { levels: number } & Place,
): Imbalance | undefined {
  if (level >= levels) return undefined;
  const places = new Map<string, GrowingPlace>();
  for (const instance of candidates) placeOf(places, instance, level).candidates.push(instance);
  for (const standing of standings) {
    if (standing.instance !== undefined) placeOf(places, standing.instance, level).standings.push(standing);
  }
  const open = [...places.values()].filter((place) => place.candidates.length > 0);
  const counts = open.map((place) => place.standings.length);
  const least = Math.min(...counts);
  const most = Math.max(...counts);
  if (most - least >= 2) return between(open, least, most);
  for (const place of open) {
    const deeper = imbalanceAt(level + 1, { ...place, levels });
    if (deeper !== undefined) return deeper;
  }
  return undefined;
}

function between(places: readonly Place[], least: number, most: number): Imbalance | undefined {
  const emptiest = places.filter((place) => place.standings.length === least);
  const fullest = places.filter((place) => place.standings.length === most);
  const surplus = fullest.flatMap((place) => place.standings).find(({ isProtected }) => !isProtected);
  if (surplus === undefined) return undefined;
  const onlyInstances = emptiest.flatMap((place) => place.candidates.map(({ id }) => id)).sort();
  return { onlyInstances, surplus: surplus.task.id };
}

function placeOf(places: Map<string, GrowingPlace>, instance: ServiceInstance, level: number): GrowingPlace {
  const key = instance.spread[level] ?? `instance ${instance.id}`;
  let place = places.get(key);
  if (place === undefined) {
    place = { standings: [], candidates: [] };
    places.set(key, place);
  }
  return place;
}
