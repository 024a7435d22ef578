import { Board } from './board.js';
import { candidateTree, firstOf } from './candidates.js';
import { Filter } from './filter.js';
import { PlacementMemo } from './memo.js';
import { firstAtRandom, isAtRandom, Ordering } from './ordering.js';
import { refusalOf } from './refusal.js';
import type { Verdict, Verdicts } from './verdicts.js';
import type { ClusterView, PlacedTask, Placement, PlacementRequest, Refusal } from './view.js';

export interface PlaceOptions {
  /** Decides `random` and ties, so that a run can be replayed. */
  readonly seed: number;
  /** What earlier calls on the same cluster found out; saves time, changes no result. */
  readonly memo?: PlacementMemo | undefined;
}

/**
 * Finds a place for every task of the requests, in their order; what one takes, the next no longer finds. Identical
 * tasks (those of one request, and of requests of the same shape that follow each other) are placed as one group:
 * each costs log(instances). The same view, requests and seed give the same placement, whatever the order of instances.
 */
export function place(
  view: ClusterView,
  requests: readonly PlacementRequest[],
  options: PlaceOptions,
): Placement {
  const memo = options.memo ?? new PlacementMemo();
  const board = new Board(view, options.seed, memo);
  const placed: PlacedTask[] = [];
  const refused: Refusal[] = [];
  for (let first = 0; first < requests.length; ) {
    const run = runLength(requests, first);
    const taken = placeRun(board, requests, { first, run }, placed);
    refused.push(...refusals(board, memo.verdicts, requests, { first, run, taken }));
    first += run;
  }
  return { placed, refused };
}

interface Run {
  readonly first: number;
  readonly run: number;
}

/** Places the tasks of a run of identical requests as far as they fit; answers how many. */
function placeRun(
  board: Board,
  requests: readonly PlacementRequest[],
  { first, run }: Run,
  placed: PlacedTask[],
): number {
  const request = requests[first] as PlacementRequest;
  let wanted = 0;
  for (let at = first; at < first + run; at++) wanted += (requests[at] as PlacementRequest).count;
  if (wanted <= 0) return 0;
  const { cpuUnits, memoryMiB } = request.needs;
  if (cpuUnits > board.rows.mostCpu || memoryMiB > board.rows.mostMemory) return 0;
  const filter = new Filter(board, request);
  const give = requestCursor(requests, first);
  const placeOn = (i: number): void => {
    placed.push({ request: give(), instance: board.instance(i).id, gpuIds: board.take(i, request) });
  };
  if (wanted === 1 && isAtRandom(request)) {
    const i = firstAtRandom(board, (at) => filter.takes(at), first);
    if (i < 0) return 0;
    placeOn(i);
    return 1;
  }
  const candidates = filter.candidates();
  if (candidates.length === 0) return 0;
  if (wanted === 1 && candidates.length === 1) {
    placeOn(candidates[0] as number);
    return 1;
  }
  const ordering = new Ordering(board, request, first);
  const compare = (a: number, b: number): number => ordering.compare(a, b);
  if (wanted === 1) {
    placeOn(firstOf(candidates, compare));
    return 1;
  }
  const tree = candidateTree(candidates, ordering.levels, compare);
  let taken = 0;
  for (let i = tree.best(); i >= 0 && taken < wanted; i = tree.best()) {
    placeOn(i);
    taken++;
    ordering.taken(i);
    tree.update(filter.takesAnother(i));
  }
  return taken;
}

/** Hands out the index of the request that each further task of the run belongs to. */
function requestCursor(requests: readonly PlacementRequest[], first: number): () => number {
  let at = first;
  let given = 0;
  return () => {
    while (given >= (requests[at] as PlacementRequest).count) {
      at++;
      given = 0;
    }
    given++;
    return at;
  };
}

function refusals(
  board: Board,
  verdicts: Verdicts,
  requests: readonly PlacementRequest[],
  { first, run, taken }: Run & { taken: number },
): Refusal[] {
  const refused: Refusal[] = [];
  let left = taken;
  let verdict: Verdict | undefined;
  for (let at = first; at < first + run; at++) {
    const request = requests[at] as PlacementRequest;
    const count = Math.max(0, request.count - left);
    left = Math.max(0, left - request.count);
    if (count === 0) continue;
    verdict ??= refusalOf(board, request, verdicts);
    refused.push({ request: at, count, ...verdict });
  }
  return refused;
}

/** How many requests from `first` on differ in nothing but their count. */
function runLength(requests: readonly PlacementRequest[], first: number): number {
  const request = requests[first] as PlacementRequest;
  let run = 1;
  while (first + run < requests.length && sameShape(request, requests[first + run] as PlacementRequest))
    run++;
  return run;
}

function sameShape(a: PlacementRequest, b: PlacementRequest): boolean {
  return (
    a.group === b.group &&
    a.family === b.family &&
    a.deployment === b.deployment &&
    a.gpuCount === b.gpuCount &&
    same(a.needs, b.needs) &&
    same(a.requiredAttributes, b.requiredAttributes) &&
    same(a.constraints, b.constraints) &&
    same(a.strategies, b.strategies) &&
    same(a.onlyInstances, b.onlyInstances)
  );
}

function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
