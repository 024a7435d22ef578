import { type ImagePull, invalidParameter, type TaskRecord, taskReference } from '@longshore/model';
import { place, type Refusal } from '@longshore/scheduler';
import { keyOf } from '@longshore/store';
import { wishOf } from '../../controllers/waiting-tasks.js';
import { isConnected } from '../../placement/instance-views.js';
import { activeCluster } from '../clusters/index.js';
import { certainly } from '../lookup.js';
import type { Call } from '../operation.js';
import type { ServerContext } from '../server-context.js';
import { findDefinition } from '../task-definitions/index.js';
import { placementRequest } from '../tasks/draft.js';
import { findTask, liveTask } from '../tasks/find.js';
import { renderTask } from '../tasks/render.js';
import { utilisationOf } from './get-utilisation.js';
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
  const pulls = isPulling(record) ? await pullReasons(cluster, { id, record }, call, context) : [];
  const reasons = [...reasonsOf(cluster, record, context), ...pulls, ...containerReasons(record)];
  return {
    task: renderTask(task, call, context, true),
    reasons: [...reasons, ...refused.map((r) => r.explanation)],
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
  return silenceReasons(cluster, record, context);
}

function isPulling(record: TaskRecord): boolean {
  const isOnTheWayUp = record.lastStatus !== 'STOPPED' && record.desiredStatus !== 'STOPPED';
  return isOnTheWayUp && record.instance !== '' && record.pullStartedAtMs > 0 && record.pullStoppedAtMs === 0;
}

/** As the agent last said it to whoever holds its session. */
async function pullReasons(
  cluster: string,
  { id, record }: { readonly id: string; readonly record: TaskRecord },
  call: Pick<Call, 'signal'>,
  context: ServerContext,
): Promise<readonly string[]> {
  const [instance] = await utilisationOf(cluster, [record.instance], call, context);
  const own = (instance?.pulls ?? []).filter((pull) => pull.tasks.includes(id));
  if (own.length === 0) return ['its image is being pulled'];
  const age = Math.round((instance?.ageMs ?? 0) / 1000);
  return own.map((pull) => `image ${pull.image} is being pulled: ${progressOf(pull)}, as of ${age} s ago`);
}

function progressOf(pull: ImagePull): string {
  const layers = `${pull.layersDone} of ${pull.layers} layers`;
  const size = `${mebibytes(pull.bytes)} of ${mebibytes(pull.bytesTotal)} MiB`;
  const share = pull.bytesTotal > 0 ? ` (${Math.floor((100 * pull.bytes) / pull.bytesTotal)} %)` : '';
  return `${layers}, ${size}${share}, for ${Math.round(pull.elapsedMs / 1000)} s`;
}

function mebibytes(bytes: number): string {
  return (bytes / 1024 ** 2).toFixed(1);
}

function stopReasons(record: TaskRecord): readonly string[] {
  const why = record.stoppedReason || 'no reason was given';
  const code = record.stopCode === 'UNSET' ? '' : ` (${record.stopCode})`;
  const verb = record.lastStatus === 'STOPPED' ? 'stopped' : 'is stopping';
  return [`${verb}${code}: ${why}`];
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
