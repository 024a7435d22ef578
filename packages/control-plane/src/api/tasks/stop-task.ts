import {
  deletedAttachments,
  invalidParameter,
  limits,
  serverException,
  type TaskRecord,
  taskReference,
} from '@longshore/model';
import { keyOf } from '@longshore/store';
import { activeCluster } from '../clusters/index.js';
import { certainly } from '../lookup.js';
import { endOf, type Operation } from '../operation.js';
import { findTask, liveTask } from './find.js';
import { renderTask } from './render.js';

const attempts = 20;

/** ECS's StopTask: wants the task stopped and answers at once; its agent does the rest. */
export const stopTask: Operation<'StopTask'> = async (request, call, context) => {
  const { store, accountId, clock } = context;
  if (!request.task) throw invalidParameter('Task can not be blank.');
  const reason = request.reason ?? 'Task stopped by user';
  if (reason.length > limits.stoppedReasonCharacters)
    throw invalidParameter(`reason must be at most ${limits.stoppedReasonCharacters} characters.`);
  const { name: cluster } = await activeCluster(request.cluster, call, context);
  const reference = taskReference(request.task, { accountId, cluster });
  if (!reference.ok) throw invalidParameter('The referenced task was not found.');
  const id = reference.value;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const task = await certainly(store, endOf(call), () => store.tasks.get(cluster, id));
    if (!task) {
      const old = await findTask(store, cluster, id, { readHistory: true });
      if (!old) throw invalidParameter('The referenced task was not found.');
      return { task: renderTask(old, call, context, true) };
    }
    const record = store.tasks.record(task);
    if (record.desiredStatus === 'STOPPED')
      return { task: renderTask({ cluster, id, record }, call, context, true) };
    const key = keyOf('task', cluster, id);
    const value = stopped(record, { stopCode: 'UserInitiated', reason, nowMs: clock.wallMs() });
    const outcome = await store.commit(
      { expect: [{ key, revision: task.revision }], write: [{ put: key, value }] },
      { signal: endOf(call) },
    );
    if (outcome.ok) {
      const now = liveTask(store, cluster, id) ?? { cluster, id, record: value };
      return { task: renderTask(now, call, context, true) };
    }
    await store.reached(outcome.conflict.asOf, endOf(call));
  }
  throw serverException('The task changes too fast: try again.');
};

export interface StopWish {
  readonly stopCode: TaskRecord['stopCode'];
  readonly reason: string;
  readonly nowMs: number;
}

/** The record once the control plane wants its task stopped. One that never had a place is STOPPED at once. */
export function stopped(record: TaskRecord, wish: StopWish): TaskRecord {
  const wanted: TaskRecord = {
    ...record,
    desiredStatus: 'STOPPED',
    stopCode: record.stopCode === 'UNSET' ? wish.stopCode : record.stopCode,
    stoppedReason: record.stoppedReason || wish.reason,
    stoppingAtMs: record.stoppingAtMs || wish.nowMs,
    version: record.version + 1,
  };
  return record.instance === '' ? endedWithoutAgent(wanted, wish.nowMs) : wanted;
}

/** STOPPED by the control plane's own word, where no agent will ever say so. */
export function endedWithoutAgent(record: TaskRecord, nowMs: number): TaskRecord {
  return {
    ...record,
    desiredStatus: 'STOPPED',
    lastStatus: 'STOPPED',
    stoppingAtMs: record.stoppingAtMs || nowMs,
    executionStoppedAtMs: record.executionStoppedAtMs || (record.startedAtMs ? nowMs : 0),
    stoppedAtMs: record.stoppedAtMs || nowMs,
    attachments: deletedAttachments(record.attachments),
    acknowledged: true,
  };
}
