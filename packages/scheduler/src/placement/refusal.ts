import type { Board } from './board.js';
import type { RefusalFacts, TurnedAway } from './explain.js';
import { explain } from './explain.js';
import type { Expressions } from './filter.js';
import { Filter } from './filter.js';
import type { PlacementRequest, Refusal, RefusalReason } from './view.js';

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
export function refusalOf(board: Board, expressions: Expressions, request: PlacementRequest): Verdict {
  const filter = new Filter(board, expressions, request);
  return refusalFrom({ board, request, filter, turnedAway: turnedAwayBy(board, filter) });
}

/** A refusal without the number of tasks that it is about. */
export type Verdict = Omit<Refusal, 'request' | 'count'>;

export function turnedAwayBy(board: Board, filter: Filter): TurnedAway {
  const byReason = new Map<RefusalReason, number[]>();
  for (let i = 0; i < board.size; i++) {
    const reason = filter.inScope(i) ? filter.why(i) : undefined;
    if (reason === undefined) continue;
    const instances = byReason.get(reason);
    if (instances === undefined) byReason.set(reason, [i]);
    else instances.push(i);
  }
  return new Map(reasonOrder.flatMap((reason) => entryOf(byReason, reason)));
}

function entryOf<K, V>(map: ReadonlyMap<K, V>, key: K): [K, V][] {
  const value = map.get(key);
  return value === undefined ? [] : [[key, value]];
}

export function refusalFrom(facts: Omit<RefusalFacts, 'couldEverFit'>): Verdict {
  const { board, filter, turnedAway } = facts;
  let couldEverFit = false;
  for (let i = 0; i < board.size && !couldEverFit; i++) {
    couldEverFit = filter.inScope(i) && filter.couldEverFit(i);
  }
  const instancesByReason = new Map<RefusalReason, number>();
  if (filter.missing.length > 0) instancesByReason.set('MISSING', filter.missing.length);
  for (const [reason, instances] of turnedAway) instancesByReason.set(reason, instances.length);
  const reason = [...instancesByReason.keys()].at(-1) ?? 'INACTIVE';
  return {
    reason,
    instancesByReason,
    couldEverFit,
    closestInstance: closest(board, turnedAway.get(reason) ?? []),
    explanation: explain({ ...facts, couldEverFit }),
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
