import {
  EcsError,
  invalidParameter,
  noTasks,
  parseArn,
  type Service,
  type ServiceRecord,
  serviceNotActive,
  type TaskSet,
  taskSetOf,
} from '@longshore/model';
import { keyOf } from '@longshore/store';
import { scopeOf } from '../common/index.js';
import type { Call, OperationContext } from '../operation.js';
import { taskCounts } from '../services/counts.js';
import { type NamedService, requireService } from '../services/find.js';

/** An ACTIVE service whose roll-outs are somebody else's. Throws ECS's exceptions. */
export async function requireExternal(
  request: { readonly cluster?: string | undefined; readonly service?: string | undefined },
  call: Call,
  context: OperationContext,
): Promise<NamedService> {
  const named = await requireService(request, call, context);
  if (named.stored.value.status !== 'ACTIVE') throw serviceNotActive();
  if (named.stored.value.spec?.deploymentController?.type !== 'EXTERNAL')
    throw invalidParameter('Task sets are only for services with the deployment controller EXTERNAL.');
  return named;
}

/** The digits of a task set that is named by `ecs-svc/DIGITS` or ARN. */
export function digitsOf(text: string | undefined): string {
  if (!text) throw invalidParameter('Task set can not be blank.');
  const target = text.startsWith('arn:') ? parseArn(text)?.target : undefined;
  if (target?.resource === 'task-set') return target.taskSet;
  if (/^(ecs-svc\/)?\d+$/.test(text)) return text.slice(text.indexOf('/') + 1);
  throw invalidParameter('Invalid identifier: a task set is named by its id or its ARN.');
}

export function setsOf(record: ServiceRecord): readonly TaskSet[] {
  return record.spec?.taskSets ?? [];
}

export function requireSet(record: ServiceRecord, digits: string): TaskSet {
  const found = setsOf(record).find((set) => (set.id ?? '') === digits);
  if (!found) throw new EcsError('TaskSetNotFoundException', 'The specified task set was not found.');
  return found;
}

export function withSets(record: ServiceRecord, taskSets: readonly TaskSet[]): ServiceRecord {
  const spec: Service = { ...record.spec, taskSets };
  return { ...record, spec };
}

/** The task set as answers show it, with what its tasks do as of now. */
export function renderSet(
  set: TaskSet,
  { cluster, name }: NamedService,
  record: ServiceRecord,
  reading: { readonly call: Call; readonly context: OperationContext; readonly tags: boolean },
): TaskSet {
  const { store } = reading.context;
  const digits = set.id ?? '';
  return taskSetOf(set, {
    scope: scopeOf(reading),
    cluster: cluster.name,
    service: name,
    revision: store.get(keyOf('serviceRevision', cluster.name, name, digits))?.value,
    counts: taskCounts(store, cluster.name, name, record.tags).get(digits) ?? noTasks,
    serviceDesiredCount: record.spec?.desiredCount ?? 0,
    tags: reading.tags,
  });
}
