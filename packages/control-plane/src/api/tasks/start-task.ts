import {
  type Failure,
  instanceArn,
  instanceReference,
  invalidParameter,
  type StartTaskRequest,
  type Task,
} from '@longshore/model';
import { keyOf } from '@longshore/store';
import { effectiveSetting } from '../account-settings/effective.js';
import { activeCluster } from '../clusters/index.js';
import { scopeOf } from '../common/index.js';
import type { PlacingContext } from '../context.js';
import { certainly, requireDefinition } from '../lookup.js';
import type { Call, Operation } from '../operation.js';
import { bornRecord, placedRecord, placementRequest, type TaskWish, waitingRecord } from './draft.js';
import { refusalFailures } from './failures.js';
import { liveTask } from './find.js';
import { tellNetworks } from './networks.js';
import { renderTask } from './render.js';
import { checkAgainstDefinition, checkStartTask, tagsOfTask } from './request.js';

/** ECS's StartTask: one task on each of the named instances, or the reason why not. */
export const startTask: Operation<'StartTask', PlacingContext> = async (request, call, context) => {
  checkStartTask(request);
  const cluster = await activeCluster(request.cluster, call, context);
  const definition = await requireDefinition(request.taskDefinition, call, context);
  checkAgainstDefinition(request, definition.definition);
  tellNetworks(request.networkConfiguration, call, context);
  const wish: TaskWish = {
    family: definition.family,
    revision: definition.revision,
    definition: definition.definition,
    overrides: request.overrides,
    group: request.group,
    startedBy: request.startedBy,
    networkConfiguration: request.networkConfiguration,
    tags: tagsOfTask(request, { cluster: cluster.name, definition }),
    logDriverMode: effectiveSetting('defaultLogDriverMode', call, context),
    createdAtMs: context.clock.wallMs(),
  };
  const expect = [{ key: cluster.stored.key, revision: cluster.stored.revision }, ...definition.expect];
  const started = await Promise.all(
    instancesOf(request, cluster.name, context).map((reference) =>
      startOn(reference, { cluster: cluster.name, wish, expect }, call, context),
    ),
  );
  return {
    tasks: started.flatMap((s) => (s.task ? [s.task] : [])),
    failures: started.flatMap((s) => s.failures),
  };
};

interface NamedInstance {
  readonly text: string;
  /** Undefined: of another account. */
  readonly id: string | undefined;
}

function instancesOf(
  request: StartTaskRequest,
  cluster: string,
  context: PlacingContext,
): readonly NamedInstance[] {
  const named = (request.containerInstances ?? []).map((text): NamedInstance => {
    const reference = instanceReference(text, { accountId: context.accountId, cluster });
    return { text, id: reference.ok ? reference.value : undefined };
  });
  const ids = named.map((n) => n.id).filter((id) => id !== undefined);
  if (new Set(ids).size < ids.length) throw invalidParameter('Container instances can not be given twice.');
  return named;
}

interface Start {
  readonly cluster: string;
  readonly wish: TaskWish;
  readonly expect: Parameters<PlacingContext['rounds']['place']>[0]['expect'];
}

async function startOn(
  instance: NamedInstance,
  start: Start,
  call: Call,
  context: PlacingContext,
): Promise<{ readonly task?: Task; readonly failures: readonly Failure[] }> {
  const { id } = instance;
  const scope = scopeOf({ call, context });
  const known =
    id && (await certainly(context.store, call.signal, () => context.views.get(start.cluster, id)?.id));
  if (!known) {
    const arn = id ? instanceArn(scope, start.cluster, id) : instance.text;
    return { failures: [{ arn, reason: 'MISSING' }] };
  }
  const taskId = context.random.hexId();
  const waiting = waitingRecord(start.wish);
  const outcome = await context.rounds.place({
    cluster: start.cluster,
    class: 'request',
    request: { ...placementRequest(start.wish, 1), onlyInstances: [known] },
    tasks: [
      (place) => ({
        expect: [],
        write: {
          put: keyOf('task', start.cluster, taskId),
          value: placedRecord(
            bornRecord(waiting, taskId, start.wish.definition),
            start.wish.definition,
            place,
          ),
        },
      }),
    ],
    expect: start.expect,
    whole: true,
    signal: call.signal,
  });
  const task = liveTask(context.store, start.cluster, taskId);
  if (task) return { task: renderTask(task, call, context, true), failures: [] };
  if (outcome.conflict)
    throw invalidParameter('The cluster or the task definition has just changed: try again.');
  return { failures: refusalFailures(outcome.refused, scope, start.cluster) };
}
