import {
  type Failure,
  invalidParameter,
  optionsOf,
  type RunTaskRequest,
  type RunTaskResponse,
  serverException,
  taskArn,
  tokenConflict,
} from '@longshore/model';
import type { Refusal } from '@longshore/scheduler';
import { type Conflict, type Expectation, keyOf } from '@longshore/store';
import type { Ask, AskOutcome } from '../../placement/ask.js';
import { effectiveSetting } from '../account-settings/effective.js';
import { type ActiveCluster, activeCluster } from '../clusters/index.js';
import { scopeOf } from '../common/index.js';
import type { PlacingContext } from '../context.js';
import { certainly, type FoundDefinition, requireDefinition } from '../lookup.js';
import { type Call, endOf, type Operation } from '../operation.js';
import { bornRecord, placedRecord, placementRequest, type TaskWish, waitingRecord } from './draft.js';
import { refusalFailures } from './failures.js';
import { findTask } from './find.js';
import { requestHash, type TokenScope, taskIds } from './ids.js';
import { tellNetworks } from './networks.js';
import { type NamedTask, renderTask } from './render.js';
import { checkAgainstDefinition, checkExpressions, checkRunTask, countOf, tagsOfTask } from './request.js';

/** Tasks of one request that are still committed as a whole: they and their fences fit one transaction. */
const wholeUpTo = 40;
const tasksPerCommit = 100;
const attempts = 10;

/** ECS's RunTask: places at once and answers with tasks and failures; `longshore:place-within` waits instead. */
export const runTask: Operation<'RunTask', PlacingContext> = async (request, call, context) => {
  checkRunTask(request);
  let ids: readonly string[] | undefined;
  const committed = new Set<string>();
  for (let attempt = 0; attempt < attempts; ) {
    const run = await prepare(request, call, context, { ids, committed });
    ids = run.ids;
    // The history is read only where a commit has said that there is something.
    const earlier = committed.size === 0 && (await answerOfEarlier(run, attempt > 0, call, context));
    if (earlier) return earlier;
    if (attempt === 0) tellNetworks(request.networkConfiguration, call, context);
    if (run.wish.placeByMs === 0) await checkInstances(run.cluster.name, call, context);
    const asked = shareOf(run, committed.size === 0);
    const outcome = await context.rounds.place(askOf(run, asked, call));
    for (const [i, id] of asked.entries()) if (outcome.placed[i]) committed.add(id);
    // The token is ours: the rest goes on without expecting that nobody has used it.
    if (!outcome.conflict && outcome.refused.length === 0 && asked.length < run.open.length) continue;
    const conflict = outcome.conflict ?? (await commitWaiting(run, committed, call, context));
    if (!conflict) {
      // Where nothing was committed no commit has asked: who used the token may hold the very room that is missing.
      const used = committed.size === 0 && (await answerOfEarlier(run, true, call, context));
      return used || answer(run, refusedOf(outcome, run.open.length - asked.length), call, context);
    }
    attempt++;
    // The cluster or the definition has changed, or the token's first task exists by now: look again.
    await context.store.reached(conflict.asOf, endOf(call));
  }
  throw serverException('The request was overtaken too often: try again.');
};

/** One attempt's view of the world, and what it would write. */
export interface PreparedRun {
  readonly request: RunTaskRequest;
  readonly cluster: ActiveCluster;
  readonly definition: FoundDefinition;
  readonly wish: TaskWish;
  readonly scope: TokenScope;
  readonly ids: readonly string[];
  /** Those of `ids` that this call has yet to commit. */
  readonly open: readonly string[];
  readonly expect: readonly Expectation[];
}

/** What earlier attempts of the same call have settled. */
interface SoFar {
  readonly ids: readonly string[] | undefined;
  readonly committed: ReadonlySet<string>;
}

/** Checks the request against cluster and definition. Throws ECS's exceptions. */
export async function prepare(
  request: RunTaskRequest,
  call: Call,
  context: PlacingContext,
  soFar: SoFar = { ids: undefined, committed: new Set() },
): Promise<PreparedRun> {
  const cluster = await activeCluster(request.cluster, call, context);
  const definition = await requireDefinition(request.taskDefinition, call, context);
  checkAgainstDefinition(request, definition.definition);
  checkExpressions(
    definition.definition.placementConstraints?.map((c) => ({ type: 'memberOf', expression: c.expression })),
  );
  const options = optionsOf(request.tags);
  const nowMs = context.clock.wallMs();
  const wish: TaskWish = {
    family: definition.family,
    revision: definition.revision,
    definition: definition.definition,
    overrides: request.overrides,
    group: request.group,
    startedBy: request.startedBy,
    launchType: request.launchType,
    networkConfiguration: request.networkConfiguration,
    constraints: request.placementConstraints,
    strategies: request.placementStrategy,
    tags: tagsOfTask(request, { cluster: cluster.name, definition }),
    logDriverMode: effectiveSetting('defaultLogDriverMode', call, context),
    requestHash: requestHash(request),
    createdAtMs: nowMs,
    placeByMs: options.placeWithinMs ? nowMs + options.placeWithinMs : 0,
    priority: options.priority,
  };
  const scope = { accountId: context.accountId, cluster: cluster.name, clientToken: request.clientToken };
  const ids = soFar.ids ?? taskIds(scope, countOf(request), context.random);
  const open = ids.filter((id) => !soFar.committed.has(id));
  const expect = expectations(
    cluster,
    definition,
    open.length < ids.length ? undefined : firstOf(scope, ids),
  );
  return { request, cluster, definition, wish, scope, ids, open, expect };
}

/** The id that nobody has unless the token was used before. */
function firstOf({ clientToken }: TokenScope, [first]: readonly string[]): string | undefined {
  return clientToken === undefined ? undefined : first;
}

/** `first`: the token's first task, which must not exist yet; undefined where there is no token, or it is ours. */
function expectations(
  cluster: ActiveCluster,
  definition: FoundDefinition,
  first: string | undefined,
): readonly Expectation[] {
  const expect: Expectation[] = [
    { key: cluster.stored.key, revision: cluster.stored.revision },
    ...definition.expect,
  ];
  if (first === undefined) return expect;
  return [
    ...expect,
    { key: keyOf('task', cluster.name, first), revision: 0 },
    { key: keyOf('history', cluster.name, first), revision: 0 },
  ];
}

/**
 * What one ask takes. A token is won by one transaction, which holds its first task: under a token the first share is
 * one that is committed as a whole, and the rest follows.
 */
function shareOf(run: PreparedRun, isFirst: boolean): readonly string[] {
  return isFirst && run.scope.clientToken !== undefined ? run.open.slice(0, wholeUpTo) : run.open;
}

/** Tasks of one request are alike: where one of a share fits nowhere, those that were not asked for do not either. */
function refusedOf({ refused }: AskOutcome, notAsked: number): readonly Refusal[] {
  const [first, ...others] = refused;
  return first ? [{ ...first, count: first.count + notAsked }, ...others] : [];
}

function askOf(run: PreparedRun, asked: readonly string[], call: Call): Ask {
  const waiting = waitingRecord(run.wish);
  return {
    cluster: run.cluster.name,
    class: 'request',
    request: placementRequest(run.wish, asked.length),
    tasks: asked.map((id) => (place) => ({
      expect: [],
      write: {
        put: keyOf('task', run.cluster.name, id),
        value: placedRecord(
          bornRecord(waiting, id, run.definition.definition),
          run.definition.definition,
          place,
        ),
      },
    })),
    expect: run.expect,
    whole: asked.length <= wholeUpTo,
    signal: endOf(call),
  };
}

/** The answer that the same request was given before under its token. Throws ConflictException for another request. */
async function answerOfEarlier(
  run: PreparedRun,
  readHistory: boolean,
  call: Call,
  context: PlacingContext,
): Promise<RunTaskResponse | undefined> {
  if (run.scope.clientToken === undefined) return undefined;
  const found: NamedTask[] = [];
  for (const id of run.ids) {
    const task = await findTask(context.store, run.cluster.name, id, { readHistory });
    // Ordinals are committed from the first on.
    if (!task && found.length === 0) return undefined;
    if (task) found.push(task);
  }
  if (!Buffer.from(found[0]?.record.requestHash ?? []).equals(requestHash(run.request)))
    throw tokenConflict(found.map((t) => taskArn(scopeOf({ call, context }), run.cluster.name, t.id)));
  return { tasks: found.map((t) => renderTask(t, call, context, true)), failures: [] };
}

async function checkInstances(cluster: string, call: Call, context: PlacingContext): Promise<void> {
  const active = await certainly(context.store, endOf(call), () =>
    context.views.cluster(cluster).instances.find((instance) => instance.status === 'ACTIVE'),
  );
  if (!active) throw invalidParameter('No Container Instances were found in your cluster.');
}

/** Tasks that found no place and may wait become records without an instance; a controller places them later. */
async function commitWaiting(
  run: PreparedRun,
  committed: Set<string>,
  call: Call,
  context: PlacingContext,
): Promise<Conflict | undefined> {
  if (run.wish.placeByMs === 0) return undefined;
  const left = run.open.filter((id) => !committed.has(id));
  const waiting = waitingRecord(run.wish);
  for (let i = 0; i < left.length; i += tasksPerCommit) {
    const ids = left.slice(i, i + tasksPerCommit);
    const write = ids.map((id) => ({
      put: keyOf('task', run.cluster.name, id),
      value: bornRecord(waiting, id, run.definition.definition),
    }));
    // Where one of the request's tasks is committed, the token is ours.
    const expect = committed.size === 0 ? run.expect : expectations(run.cluster, run.definition, undefined);
    const written = await context.store.commit({ expect, write }, { signal: endOf(call) });
    if (!written.ok) return written.conflict;
    for (const id of ids) committed.add(id);
  }
  return undefined;
}

function answer(
  run: PreparedRun,
  refused: readonly Refusal[],
  call: Call,
  context: PlacingContext,
): RunTaskResponse {
  const tasks = run.ids.flatMap((id) => {
    const task = context.store.tasks.get(run.cluster.name, id);
    if (!task) return [];
    const record = context.store.tasks.record(task);
    return [renderTask({ cluster: run.cluster.name, id, record }, call, context, true)];
  });
  const waits = run.wish.placeByMs !== 0;
  const failures: readonly Failure[] = waits
    ? []
    : refusalFailures(refused, scopeOf({ call, context }), run.cluster.name);
  return { tasks, failures };
}
