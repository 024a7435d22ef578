import { invalidParameter, type TaskRecord, taskReference } from '@longshore/model';
import { place, type Refusal } from '@longshore/scheduler';
import { keyOf } from '@longshore/store';
import { wishOf } from '../../controllers/waiting-tasks.js';
import { isConnected } from '../../placement/instance-views.js';
import { activeCluster } from '../clusters/index.js';
import { certainly } from '../lookup.js';
import type { ServerContext } from '../server-context.js';
import { findDefinition } from '../task-definitions/index.js';
import { placementRequest } from '../tasks/draft.js';
import { findTask, liveTask } from '../tasks/find.js';
import { renderTask } from '../tasks/render.js';
import type { LongshoreOperation } from './operation.js';
import { toRefusal } from './refusals.js';

/** Why a task waits, has not started yet, or stopped: in sentences, with the last lines of its containers' logs. */
export const explainTask: LongshoreOperation<'ExplainTask'> = async (request, call, context) => {
  if (!request.task) throw invalidParameter('Task can not be blank.');
  const { name: cluster } = await activeCluster(request.cluster, call, context);
  const reference = taskReference(request.task, { accountId: context.accountId, cluster });
  if (!reference.ok) throw invalidParameter('The referenced task was not found.');
  const id = reference.value;
  const live = await certainly(context.store, call.signal, () => liveTask(context.store, cluster, id));
  const task = live ?? (await findTask(context.store, cluster, id, { readHistory: true }));
  if (!task) throw invalidParameter('The referenced task was not found.');
  const { record } = task;
  const refused =
    record.instance === '' && record.lastStatus !== 'STOPPED' ? refusalsOf(cluster, record, context) : [];
  return {
    task: renderTask(task, call, context, true),
    reasons: [...reasonsOf(cluster, record, context), ...refused.map((r) => r.explanation)],
    refusals: refused.map(toRefusal),
    logTails: Object.fromEntries(
      record.containers.filter((c) => c.logTail !== '').map((c) => [c.name, c.logTail]),
    ),
  };
};

function refusalsOf(cluster: string, record: TaskRecord, context: ServerContext): readonly Refusal[] {
  const definition = findDefinition(context.store, record)?.stored.value.definition;
  if (!definition) return [];
  const request = placementRequest(wishOf(record, definition), 1);
  return place(context.views.cluster(cluster), [request], { seed: 0, memo: context.views.memo(cluster) })
    .refused;
}

function reasonsOf(cluster: string, record: TaskRecord, context: ServerContext): readonly string[] {
  if (record.lastStatus === 'STOPPED' || record.desiredStatus === 'STOPPED') return stopReasons(record);
  if (record.instance === '') return waitReasons(record, context.clock.wallMs());
  if (record.lastStatus === 'RUNNING') return silenceReasons(cluster, record, context);
  const started =
    record.pullStartedAtMs > 0 && record.pullStoppedAtMs === 0 ? ['its image is being pulled'] : [];
  return [...silenceReasons(cluster, record, context), ...started, ...containerReasons(record)];
}

function stopReasons(record: TaskRecord): readonly string[] {
  const why = record.stoppedReason || 'no reason was given';
  const code = record.stopCode === 'UNSET' ? '' : ` (${record.stopCode})`;
  const verb = record.lastStatus === 'STOPPED' ? 'stopped' : 'is stopping';
  return [`${verb}${code}: ${why}`, ...containerReasons(record)];
}

function containerReasons(record: TaskRecord): readonly string[] {
  return record.containers.flatMap((container) => {
    const exit = container.exitCode === undefined ? '' : ` exited with ${container.exitCode}`;
    const why = container.reason === '' ? '' : `: ${container.reason}`;
    return exit === '' && why === '' ? [] : [`container ${container.name}${exit}${why}`];
  });
}

function waitReasons(record: TaskRecord, nowMs: number): readonly string[] {
  const waited = Math.max(0, Math.round((nowMs - record.createdAtMs) / 1000));
  const left =
    record.placeByMs > 0
      ? `, gives up in ${Math.max(0, Math.round((record.placeByMs - nowMs) / 1000))} s`
      : '';
  return [`has waited for a place for ${waited} s${left}`];
}

function silenceReasons(cluster: string, record: TaskRecord, { store }: ServerContext): readonly string[] {
  const instance = store.get(keyOf('instance', cluster, record.instance));
  if (!instance) return [`its container instance ${record.instance} is not registered any more`];
  const session = store.get(keyOf('session', cluster, record.instance));
  if (isConnected(instance.value, session?.revision)) return [];
  const lost = instance.value.lostSinceMs;
  const since = lost > 0 ? `, lost since ${new Date(lost).toISOString()}` : '';
  return [
    `the agent of its container instance ${instance.value.name || record.instance} is not connected${since}`,
  ];
}
