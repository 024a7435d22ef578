import { type Task, type TaskRecord, taskOf } from '@longshore/model';
import { keyOf, type Store } from '@longshore/store';
import { isConnected } from '../../placement/instance-views.js';
import { scopeOf } from '../common/index.js';
import type { Call, OperationContext } from '../operation.js';
import { findDefinition } from '../task-definitions/index.js';

/** A task's record with its names, as answers show it. */
export interface NamedTask {
  readonly cluster: string;
  readonly id: string;
  readonly record: TaskRecord;
}

export function renderTask(task: NamedTask, call: Call, context: OperationContext, tags = false): Task {
  const { record } = task;
  return taskOf(record, {
    scope: scopeOf({ call, context }),
    cluster: task.cluster,
    id: task.id,
    definition: findDefinition(context.store, record)?.stored.value.definition,
    connected: connectedOf(context.store, task.cluster, record),
    tags,
  });
}

/** A stopped task is no longer followed, so its connectivity says nothing. */
function connectedOf(store: Store, cluster: string, record: TaskRecord): boolean | undefined {
  if (record.instance === '' || record.lastStatus === 'STOPPED') return undefined;
  const instance = store.get(keyOf('instance', cluster, record.instance));
  if (!instance) return false;
  return isConnected(instance.value, store.get(keyOf('session', cluster, record.instance))?.revision);
}
