import type { Board } from './board.js';
import type { RefusalFacts, TurnedAway } from './explain.js';
import { explain } from './explain.js';
import { Filter } from './filter.js';
import { shapeOf, type Verdict, type Verdicts } from './verdicts.js';
import type { PlacementRequest, RefusalReason } from './view.js';

/** From the farthest from a placement to the nearest: the order in which an instance is asked. */
export const reasonOrder: readonly RefusalReason[] = [
  'MISSING',
  'INACTIVE',
  'AGENT',
  'ATTRIBUTE',
  'MemberOf placement constraint unsatisfied.',
  'DistinctInstance placement constraint unsatisfied.',
  'RESOURCE:CPU',
  'RESOURCE:MEMORY',
  'RESOURCE:PORTS',
  'RESOURCE:GPU',
];

/** Why no instance takes a task of the request as the board stands now. */
export function refusalOf(board: Board, request: PlacementRequest, verdicts: Verdicts): Verdict {
  const ever = (filter: Filter): boolean => couldEverFit(board, filter);
  if (request.onlyInstances !== undefined) {
    const filter = new Filter(board, request);
    return verdictOf(board, request, filter, ever(filter));
  }
  const shape = shapeOf(request);
  return verdicts.verdict(shape, board.rows, () => {
    const filter = new Filter(board, request);
    const could = verdicts.couldEverFit(shape, board.rows, () => ever(filter));
    return verdictOf(board, request, filter, could);
  });
}

function verdictOf(board: Board, request: PlacementRequest, filter: Filter, could: boolean): Verdict {
  const turnedAway = turnedAwayBy(board, filter);
  return refusalFrom({ board, request, filter, turnedAway, couldEverFit: could });
}

export function turnedAwayBy(board: Board, filter: Filter): TurnedAway {
  const byReason = new Map<RefusalReason, number[]>();
  let reason: RefusalReason | undefined;
  let instances: number[] = [];
  for (let i = 0; i < board.size; i++) {
    const why = filter.inScope(i) ? filter.why(i) : undefined;
    if (why === undefined) continue;
    // Mostly the same as of the one before.
    if (why !== reason) {
      reason = why;
      instances = byReason.get(why) ?? [];
      byReason.set(why, instances);
    }
    instances.push(i);
  }
  return new Map(reasonOrder.flatMap((name) => entryOf(byReason, name)));
}

function entryOf<K, V>(map: ReadonlyMap<K, V>, key: K): [K, V][] {
  const value = map.get(key);
  return value === undefined ? [] : [[key, value]];
}

/** Whether one task would fit on some instance that is empty and connected. */
export function couldEverFit(board: Board, filter: Filter): boolean {
  for (let i = 0; i < board.size; i++) if (filter.inScope(i) && filter.couldEverFit(i)) return true;
  return false;
}

export function refusalFrom(facts: RefusalFacts): Verdict {
  const { board, filter, turnedAway, couldEverFit: could } = facts;
  const instancesByReason = new Map<RefusalReason, number>();
  if (filter.missing.length > 0) instancesByReason.set('MISSING', filter.missing.length);
  for (const [reason, instances] of turnedAway) instancesByReason.set(reason, instances.length);
  const reason = [...instancesByReason.keys()].at(-1) ?? 'INACTIVE';
  return {
    reason,
    instancesByReason,
    couldEverFit: could,
    closestInstance: closest(board, turnedAway.get(reason) ?? []),
    explanation: explain(facts),
  };
}

/** The one with most memory left, then most cpu, then the lowest id. */
function closest(board: Board, instances: readonly number[]): string | undefined {
  let best: number | undefined;
  for (const i of instances) if (best === undefined || isCloser(board, i, best)) best = i;
  return best === undefined ? undefined : board.instance(best).id;
}

function isCloser({ memoryLeft, cpuLeft, instances }: Board, a: number, b: number): boolean {
  const difference =
    (memoryLeft[a] as number) - (memoryLeft[b] as number) || (cpuLeft[a] as number) - (cpuLeft[b] as number);
  return difference !== 0 ? difference > 0 : (instances[a]?.id ?? '') < (instances[b]?.id ?? '');
}
