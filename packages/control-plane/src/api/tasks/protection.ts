import {
  type Failure,
  invalidParameter,
  type ProtectedTask,
  requestLimits,
  serverException,
  taskArn,
  taskReference,
  toTimestamp,
} from '@longshore/model';
import { keyOf, type TaskSummary } from '@longshore/store';
import { activeCluster } from '../clusters/index.js';
import { scopeOf } from '../common/index.js';
import { certainly } from '../lookup.js';
import type { Call, Operation, OperationContext } from '../operation.js';

const standardMinutes = 120;
const mostMinutes = 2880;
const attempts = 20;

/** What is asked of a task's scale-in protection; `enabled` absent: only read. */
export interface ProtectionWish {
  readonly enabled?: boolean | undefined;
  readonly expiresInMinutes?: number | undefined;
}

/** ECS's UpdateTaskProtection: keeps tasks of services from being chosen when a service shrinks or is deployed. */
export const updateTaskProtection: Operation<'UpdateTaskProtection'> = async (request, call, context) => {
  if (request.protectionEnabled === undefined)
    throw invalidParameter('protectionEnabled should not be null or empty.');
  checkMinutes(request.expiresInMinutes);
  const { tasks = [] } = request;
  if (tasks.length === 0) throw invalidParameter('Tasks cannot be empty.');
  if (tasks.length > requestLimits.UpdateTaskProtection)
    throw invalidParameter(`tasks can have at most ${requestLimits.UpdateTaskProtection} items.`);
  const { name: cluster } = await activeCluster(request.cluster, call, context);
  const wish = { enabled: request.protectionEnabled, expiresInMinutes: request.expiresInMinutes };
  return await protectAll(tasks, { cluster, wish }, call, context);
};

/** ECS's GetTaskProtection. */
export const getTaskProtection: Operation<'GetTaskProtection'> = async (request, call, context) => {
  const { tasks = [] } = request;
  if (tasks.length > requestLimits.GetTaskProtection)
    throw invalidParameter(`tasks can have at most ${requestLimits.GetTaskProtection} items.`);
  const { name: cluster } = await activeCluster(request.cluster, call, context);
  if (tasks.length === 0) throw invalidParameter('Tasks cannot be empty.');
  return await protectAll(tasks, { cluster, wish: {} }, call, context);
};

async function protectAll(
  tasks: readonly string[],
  about: { readonly cluster: string; readonly wish: ProtectionWish },
  call: Call,
  context: OperationContext,
): Promise<{ readonly protectedTasks: readonly ProtectedTask[]; readonly failures: readonly Failure[] }> {
  const { cluster, wish } = about;
  const outcomes = await Promise.all(
    tasks.map(async (text) => {
      const reference = taskReference(text, { accountId: context.accountId, cluster });
      if (!reference.ok) return { failure: { arn: text, reason: 'MISSING' } };
      return await protectTask({ cluster, task: reference.value, wish }, call, context);
    }),
  );
  return {
    protectedTasks: outcomes.flatMap((o) => ('protectedTask' in o ? [o.protectedTask] : [])),
    failures: outcomes.flatMap((o) => ('failure' in o ? [o.failure] : [])),
  };
}

export type ProtectionOutcome = { readonly protectedTask: ProtectedTask } | { readonly failure: Failure };

/** Reads or changes one task's protection. The record holds until when: an expiry needs no write. */
export async function protectTask(
  about: { readonly cluster: string; readonly task: string; readonly wish: ProtectionWish },
  call: Pick<Call, 'signal' | 'region'>,
  context: OperationContext,
): Promise<ProtectionOutcome> {
  const { store, clock } = context;
  const { cluster, wish } = about;
  checkMinutes(wish.expiresInMinutes);
  const arn = taskArn(scopeOf({ call, context }), cluster, about.task);
  for (let attempt = 0; attempt < attempts; attempt++) {
    const task = await certainly(store, call.signal, () => store.tasks.get(cluster, about.task));
    if (!task || task.lastStatus === 'STOPPED') return { failure: { arn, reason: 'MISSING' } };
    if (task.service === '')
      return {
        failure: { arn, reason: 'TASK_NOT_VALID', detail: 'only tasks of services can be protected' },
      };
    const untilMs = untilOf(wish, task, clock.wallMs());
    if (untilMs === task.protectedUntilMs)
      return { protectedTask: shown(arn, task.protectedUntilMs, clock.wallMs()) };
    const key = keyOf('task', cluster, about.task);
    const value = { ...store.tasks.record(task), protectedUntilMs: untilMs };
    const outcome = await store.commit(
      { expect: [{ key, revision: task.revision }], write: [{ put: key, value }] },
      { signal: call.signal },
    );
    if (outcome.ok) return { protectedTask: shown(arn, untilMs, clock.wallMs()) };
    await store.reached(outcome.conflict.asOf, call.signal);
  }
  throw serverException('The task changes too fast: try again.');
}

function untilOf(wish: ProtectionWish, task: TaskSummary, nowMs: number): number {
  if (wish.enabled === undefined) return task.protectedUntilMs;
  return wish.enabled ? nowMs + (wish.expiresInMinutes ?? standardMinutes) * 60_000 : 0;
}

function shown(arn: string, untilMs: number, nowMs: number): ProtectedTask {
  const enabled = untilMs > nowMs;
  return {
    taskArn: arn,
    protectionEnabled: enabled,
    expirationDate: enabled ? toTimestamp(untilMs) : undefined,
  };
}

function checkMinutes(minutes: number | undefined): void {
  if (minutes !== undefined && (minutes < 1 || minutes > mostMinutes))
    throw invalidParameter(`expiresInMinutes must be between 1 and ${mostMinutes}, but was ${minutes}.`);
}
