import type { ServiceRevisionRecord, Tag } from '@longshore/model';
import { propagatedTags } from '@longshore/model';
import type { Refusal, StartTasks, Unplaced } from '@longshore/scheduler';
import { type Conflict, type Expectation, keyOf, type Leadership } from '@longshore/store';
import { effectiveSettingOfUser } from '../../api/account-settings/effective.js';
import type { PlacingContext } from '../../api/context.js';
import { findDefinition } from '../../api/task-definitions/index.js';
import {
  bornRecord,
  placedRecord,
  placementRequest,
  type TaskWish,
  waitingRecord,
} from '../../api/tasks/draft.js';
import type { Ask } from '../../placement/ask.js';
import { revisionOf, type SeenService } from './snapshot.js';

export interface StartParts {
  readonly context: PlacingContext;
  readonly leadership: Leadership;
  /** Of the service: who is served first where room is short. */
  readonly priority: number;
  /** The service and its deployments as the decision left them. */
  readonly expect: readonly Expectation[];
}

export interface Started {
  readonly ids: readonly string[];
  readonly unplaced: Unplaced | undefined;
  readonly conflict: Conflict | undefined;
}

/** Places and commits the tasks that a decision starts, as far as there is room. */
export async function startTasks(
  starts: readonly StartTasks[],
  seen: SeenService,
  parts: StartParts,
): Promise<Started> {
  const asked = starts.flatMap((start) => asksOf(start, seen, parts).map((ask) => ({ start, ...ask })));
  const outcomes = await Promise.all(asked.map(({ ask }) => parts.context.rounds.place(ask)));
  const ids: string[] = [];
  const refused: { readonly start: StartTasks; readonly refusal: Refusal }[] = [];
  let conflict: Conflict | undefined;
  for (const [i, outcome] of outcomes.entries()) {
    const { start, ids: wished } = asked[i] as (typeof asked)[number];
    ids.push(...wished.filter((_, n) => outcome.placed[n] !== undefined));
    refused.push(...outcome.refused.map((refusal) => ({ start, refusal })));
    conflict ??= outcome.conflict;
  }
  return { ids, unplaced: unplacedOf(refused), conflict };
}

function unplacedOf(
  refused: readonly { readonly start: StartTasks; readonly refusal: Refusal }[],
): Unplaced | undefined {
  const [first] = refused;
  if (first === undefined) return undefined;
  const { deployment, purpose } = first.start;
  const same = refused.filter(({ start }) => start.deployment === deployment);
  const count = same.reduce((sum, { refusal }) => sum + refusal.count, 0);
  return { deployment, purpose, count, refusal: first.refusal };
}

interface NamedAsk {
  readonly ask: Ask;
  readonly ids: readonly string[];
}

function asksOf(start: StartTasks, seen: SeenService, parts: StartParts): readonly NamedAsk[] {
  const wish = wishOf(start, seen, parts.context);
  if (wish === undefined) return [];
  const { oneEach, onlyInstances, count } = start;
  if (!oneEach) return [askFor(wish, { count, onlyInstances }, seen, parts)];
  return (onlyInstances ?? []).map((id) => askFor(wish, { count: 1, onlyInstances: [id] }, seen, parts));
}

function askFor(
  wish: TaskWish,
  { count, onlyInstances }: Pick<StartTasks, 'count' | 'onlyInstances'>,
  { cluster }: SeenService,
  { context, leadership, priority, expect }: StartParts,
): NamedAsk {
  const waiting = waitingRecord(wish);
  const ids = Array.from({ length: count }, () => context.random.hexId());
  const ask: Ask = {
    cluster,
    class: 'controller',
    priority,
    request: { ...placementRequest(wish, count), onlyInstances },
    tasks: ids.map((id) => (place) => ({
      expect: [],
      write: {
        put: keyOf('task', cluster, id),
        value: placedRecord(bornRecord(waiting, id, wish.definition), wish.definition, place),
      },
    })),
    expect: [leadership.fence, ...expect],
    whole: false,
    signal: leadership.lost,
  };
  return { ask, ids };
}

/** Undefined: its task definition is gone, so nothing can be made from it. */
function wishOf(start: StartTasks, seen: SeenService, context: PlacingContext): TaskWish | undefined {
  const { cluster, name, stored, snapshot } = seen;
  const record = snapshot.deployments.get(start.deployment);
  const revision = record && revisionOf(record.revision, { cluster, name, context });
  const found = revision && findDefinition(context.store, at(revision));
  const definition = found?.stored.value.definition;
  if (!revision || !definition) {
    context.logger.error(
      { cluster, service: name, deployment: start.deployment },
      'service has no definition',
    );
    return undefined;
  }
  const { spec = {} } = stored.value;
  return {
    ...at(revision),
    definition,
    service: name,
    deployment: start.deployment,
    launchType: revision.revision?.launchType,
    networkConfiguration: revision.revision?.networkConfiguration,
    constraints: spec.placementConstraints ?? [],
    strategies: spec.placementStrategy ?? [],
    tags: tagsOf(seen, found.stored.value.tags),
    logDriverMode: effectiveSettingOfUser('defaultLogDriverMode', stored.value.createdBy, context),
    createdAtMs: context.clock.wallMs(),
  };
}

function at({ family, taskDefinitionRevision }: ServiceRevisionRecord): { family: string; revision: number } {
  return { family, revision: taskDefinitionRevision };
}

/** The tags that a task takes over from its service or definition, and ECS's own. Options are not propagated. */
function tagsOf({ cluster, name, stored }: SeenService, definitionTags: readonly Tag[]): readonly Tag[] {
  const { propagateTags, enableECSManagedTags } = stored.value.spec ?? {};
  const from = propagateTags === 'SERVICE' ? stored.value.tags : definitionTags;
  const tags = propagateTags === undefined || propagateTags === 'NONE' ? [] : propagatedTags(from);
  if (enableECSManagedTags !== true) return tags;
  return [
    ...tags,
    { key: 'aws:ecs:clusterName', value: cluster },
    { key: 'aws:ecs:serviceName', value: name },
  ];
}
