import {
  type ContainerInstance,
  deletedAttachments,
  type InstanceRecord,
  instanceReference,
  invalidParameter,
  type TaskRecord,
  useOf,
} from '@longshore/model';
import { type CommitRequest, type Key, keyOf, type Stored, type TaskSummary } from '@longshore/store';
import { activeCluster } from '../clusters/index.js';
import { type Decision, decideAndCommit, look } from '../common/index.js';
import type { Call, Operation, OperationContext } from '../operation.js';
import { overFence } from './fence.js';
import { renderInstance } from './render.js';

/** A transaction holds about 128 operations at the least; each task takes two of them, the instance a few more. */
const tasksPerCommit = 40;

/** Without force only an instance without tasks goes. With force its tasks become STOPPED, and say why. */
export const deregisterContainerInstance: Operation<'DeregisterContainerInstance'> = async (
  request,
  call,
  context,
) => {
  if (!request.containerInstance) throw invalidParameter('containerInstance should not be null or empty.');
  const { name: cluster } = await activeCluster(request.cluster, call, context);
  const where = { accountId: context.accountId, cluster };
  const reference = instanceReference(request.containerInstance, where);
  const id = reference.ok ? reference.value : undefined;
  if (id === undefined || !(await look({ call, context }, keyOf('instance', cluster, id)))) throw unknown();
  // Its tasks must be known in full.
  await context.store.barrier(call.signal);
  const target = { cluster, id, force: request.force ?? false };
  let step = await nextStep(target, call, context);
  while (step === 'more') step = await nextStep(target, call, context);
  return { containerInstance: step };
};

interface Target {
  readonly cluster: string;
  readonly id: string;
  readonly force: boolean;
}

function unknown(): Error {
  return invalidParameter('The referenced container instance was not found.');
}

/**
 * One commit: some of the tasks, and with the last of them the instance. An instance with more tasks than fit into one
 * is DEREGISTERING meanwhile, which closes it to placements; a call that was cut off is taken up by the next.
 */
function nextStep(
  target: Target,
  call: Call,
  context: OperationContext,
): Promise<ContainerInstance | 'more'> {
  const { cluster, id, force } = target;
  const key = keyOf('instance', cluster, id);
  return decideAndCommit(context, call, (): Decision<ContainerInstance | 'more'> => {
    const present = context.store.get(key);
    if (!present) throw unknown();
    const living = [...context.store.tasks.onInstance(cluster, id)].filter((t) => t.lastStatus !== 'STOPPED');
    if (living.length > 0 && !force) throw invalidParameter('Found running tasks on the instance.');
    const now = living.slice(0, tasksPerCommit);
    const last = now.length === living.length;
    const shown = renderInstance(
      present.value,
      { cluster, id, tags: true, use: useOf([]) },
      { call, context },
    );
    const answer = last ? { ...shown, status: 'INACTIVE', agentConnected: false } : 'more';
    return { commit: commitOf(target, { present, now, last }, context), answer };
  });
}

interface Step {
  readonly present: Stored<'instance'>;
  readonly now: readonly TaskSummary[];
  readonly last: boolean;
}

function commitOf({ cluster, id }: Target, step: Step, context: OperationContext): CommitRequest {
  const { store, clock } = context;
  const { present, now, last } = step;
  const fence = overFence(store, cluster, id);
  const tasks = now.map((task) => ({ key: keyOf('task', cluster, task.id), task }));
  const session = keyOf('session', cluster, id);
  return {
    expect: [
      { key: present.key, revision: present.revision },
      fence.expect,
      ...tasks.map(({ key, task }) => ({ key, revision: task.revision })),
    ],
    write: [
      ...tasks.map(({ key, task }) => ({
        put: key,
        value: lostTask(store.tasks.record(task), { id, present: present.value, nowMs: clock.wallMs() }),
      })),
      ...(last
        ? [
            { delete: present.key },
            { delete: keyOf('fence', cluster, id) },
            ...deleteIfThere(store.get(session)?.key),
          ]
        : [{ put: present.key, value: { ...present.value, status: 'DEREGISTERING' as const } }, fence.write]),
    ],
  };
}

function deleteIfThere(key: Key | undefined): readonly { readonly delete: Key }[] {
  return key ? [{ delete: key }] : [];
}

interface Loss {
  readonly id: string;
  readonly present: InstanceRecord;
  readonly nowMs: number;
}

/** A person has said that the instance is gone: only that, the agent's word and time make its tasks STOPPED. */
function lostTask(record: TaskRecord, { id, present, nowMs }: Loss): TaskRecord {
  const since = new Date(present.lostSinceMs || present.overdueSinceMs || nowMs).toISOString();
  const said = record.stopCode !== 'UNSET';
  return {
    ...record,
    lastStatus: 'STOPPED',
    desiredStatus: 'STOPPED',
    stopCode: said ? record.stopCode : 'InfrastructureHealth',
    stoppedReason: said ? record.stoppedReason : `Container instance ${id} lost since ${since}`,
    stoppingAtMs: record.stoppingAtMs || nowMs,
    executionStoppedAtMs: record.executionStoppedAtMs || nowMs,
    stoppedAtMs: nowMs,
    attachments: deletedAttachments(record.attachments),
    version: record.version + 1,
    // No agent is left to be told.
    acknowledged: true,
  };
}
