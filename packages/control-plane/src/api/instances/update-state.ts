import {
  type ContainerInstance,
  type Failure,
  type InstanceRecord,
  instanceArn,
  invalidParameter,
} from '@longshore/model';
import { keyOf } from '@longshore/store';
import { activeCluster } from '../clusters/index.js';
import { checkRequestLimit, type Decision, decideAndCommit, scopeOf } from '../common/index.js';
import type { Call, Operation, OperationContext } from '../operation.js';
import { askedInstances } from './asked.js';
import { overFence } from './fence.js';
import { renderInstance } from './render.js';

/** DRAINING takes no new task and moves services away; ACTIVE undoes it. Each instance is changed by itself. */
export const updateContainerInstancesState: Operation<'UpdateContainerInstancesState'> = async (
  request,
  call,
  context,
) => {
  const { status } = request;
  if (status !== 'ACTIVE' && status !== 'DRAINING')
    throw invalidParameter('Container instance status should be one of [ACTIVE,DRAINING]');
  checkRequestLimit(
    'UpdateContainerInstancesState',
    'containerInstances',
    request.containerInstances?.length ?? 0,
  );
  const { name: cluster } = await activeCluster(request.cluster, call, context);
  const reading = { call, context };
  const { found, failures } = await askedInstances(request.containerInstances, cluster, reading);
  const containerInstances: ContainerInstance[] = [];
  const refused: Failure[] = [];
  for (const { id } of found) {
    const record = await setStatus({ cluster, id, status }, call, context);
    if (record) containerInstances.push(renderInstance(record, { cluster, id }, reading));
    else refused.push({ arn: instanceArn(scopeOf(reading), cluster, id), reason: 'INACTIVE' });
  }
  return { containerInstances, failures: [...failures, ...refused] };
};

interface Wanted {
  readonly cluster: string;
  readonly id: string;
  readonly status: 'ACTIVE' | 'DRAINING';
}

/** The record as it is then; undefined where the instance is going or gone. */
async function setStatus(
  { cluster, id, status }: Wanted,
  call: Call,
  context: OperationContext,
): Promise<InstanceRecord | undefined> {
  const key = keyOf('instance', cluster, id);
  return decideAndCommit(context, call, (): Decision<InstanceRecord | undefined> => {
    const present = context.store.get(key);
    if (!present || present.value.status === 'DEREGISTERING') return { answer: undefined };
    if (present.value.status === status) return { answer: present.value };
    const value: InstanceRecord = { ...present.value, status, version: present.value.version + 1 };
    const fence = overFence(context.store, cluster, id);
    return {
      commit: {
        expect: [{ key, revision: present.revision }, fence.expect],
        write: [{ put: key, value }, fence.write],
      },
      answer: value,
    };
  });
}
