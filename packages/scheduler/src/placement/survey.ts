import { Board } from './board.js';
import { Filter } from './filter.js';
import { PlacementMemo } from './memo.js';
import { couldEverFit, refusalFrom, turnedAwayBy } from './refusal.js';
import type { ClusterView, PlacementRequest, RefusalReason } from './view.js';

/** What every instance of a cluster says to one request, before anything is started. */
export interface Survey {
  /** Could take one task now. */
  readonly fits: readonly string[];
  /** The others by what turns them away, the reason nearest to a placement last. */
  readonly turnedAway: ReadonlyMap<RefusalReason, readonly string[]>;
  readonly couldEverFit: boolean;
  /** One sentence a reason, nearest first; empty where all instances fit. */
  readonly explanation: string;
}

/** The dry run behind `longshore explain`. */
export function survey(view: ClusterView, request: PlacementRequest): Survey {
  const board = new Board(view, 0, new PlacementMemo());
  const filter = new Filter(board, request);
  const turnedAway = turnedAwayBy(board, filter);
  const named = new Map<RefusalReason, readonly string[]>();
  const refused = new Set<number>();
  for (const [reason, instances] of turnedAway) {
    named.set(reason, idsOf(board, instances));
    for (const i of instances) refused.add(i);
  }
  if (filter.missing.length > 0) named.set('MISSING', filter.missing);
  const asked = Array.from({ length: board.size }, (_, i) => i).filter((i) => filter.inScope(i));
  const could = couldEverFit(board, filter);
  const { explanation } = refusalFrom({ board, request, filter, turnedAway, couldEverFit: could });
  return {
    fits: idsOf(
      board,
      asked.filter((i) => !refused.has(i)),
    ),
    turnedAway: named,
    couldEverFit: could,
    explanation: named.size === 0 ? '' : explanation,
  };
}

/**
 * The instances that satisfy what does not change from minute to minute: ACTIVE, required attributes, memberOf. A
 * DAEMON service runs on each of them, whether or not there is room or the agent is connected just now.
 */
export function qualifiedInstances(
  view: ClusterView,
  request: Pick<PlacementRequest, 'constraints' | 'requiredAttributes'>,
): ReadonlySet<string> {
  const board = new Board(view, 0, new PlacementMemo());
  const filter = new Filter(board, { ...anyTask, ...request });
  const qualified = new Set<string>();
  for (let i = 0; i < board.size; i++) if (filter.qualifies(i)) qualified.add(board.instance(i).id);
  return qualified;
}

const anyTask: PlacementRequest = {
  count: 1,
  group: '',
  family: '',
  needs: { cpuUnits: 0, memoryMiB: 0 },
  gpuCount: 0,
  requiredAttributes: [],
  constraints: [],
  strategies: [],
};

function idsOf(board: Board, instances: readonly number[]): string[] {
  return instances.map((i) => board.instance(i).id).sort();
}
