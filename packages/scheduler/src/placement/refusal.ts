import type { Board } from './board.js';
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

/** The instances that one reason turned away. */
export type TurnedAway = ReadonlyMap<RefusalReason, readonly number[]>;

/** Why no instance takes a task of the request as the board stands now. */
export function refusalOf(
  board: Board,
  expressions: Expressions,
  request: PlacementRequest,
): Omit<Refusal, 'request' | 'count'> {
  const filter = new Filter(board, expressions, request);
  const turnedAway = new Map<RefusalReason, number[]>();
  let couldEverFit = false;
  for (let i = 0; i < board.size; i++) {
    if (!filter.inScope(i)) continue;
    couldEverFit ||= filter.couldEverFit(i);
    const reason = filter.why(i);
    if (reason === undefined) continue;
    const instances = turnedAway.get(reason);
    if (instances === undefined) turnedAway.set(reason, [i]);
    else instances.push(i);
  }
  const instancesByReason = new Map<RefusalReason, number>();
  for (const reason of reasonOrder) {
    const count = reason === 'MISSING' ? filter.missing.length : (turnedAway.get(reason)?.length ?? 0);
    if (count > 0) instancesByReason.set(reason, count);
  }
  const reason = [...instancesByReason.keys()].at(-1) ?? 'INACTIVE';
  return {
    reason,
    instancesByReason,
    couldEverFit,
    closestInstance: closest(board, turnedAway.get(reason) ?? []),
    explanation: explain({ board, request, filter, turnedAway, couldEverFit }),
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
