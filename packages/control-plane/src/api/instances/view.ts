import { groupOf, type InstanceRecord, type InstanceResources, instanceAttributes } from '@longshore/model';
import { type HeldTask, heldBy, type InstanceView } from '@longshore/scheduler';
import type { Store, Stored } from '@longshore/store';
import { isConnected } from './render.js';

const nothing: InstanceResources = {
  cpuUnits: 0,
  memoryMiB: 0,
  reservedTcpPorts: [],
  reservedUdpPorts: [],
  gpus: [],
  dynamicPortFirst: 0,
  dynamicPortLast: 0,
};

/** What the query language may ask of an instance. Its tasks are only walked where the expression asks for them. */
export function queryView(stored: Stored<'instance'>, cluster: string, store: Store): InstanceView {
  const record: InstanceRecord = stored.value;
  const id = stored.key.names[1] ?? '';
  return {
    id,
    status: record.status === 'UNSET' ? 'ACTIVE' : record.status,
    agentConnected: isConnected(record, { cluster, id }, store),
    impairedReason: record.impairedReason,
    agentVersion: record.agentVersion,
    registeredAtMs: record.registeredAtMs,
    ec2InstanceId: record.name === '' ? undefined : record.name,
    attributes: instanceAttributes(record),
    resources: record.resources ?? nothing,
    get held() {
      return heldBy(tasksOn(store, cluster, id));
    },
  };
}

function* tasksOn(store: Store, cluster: string, id: string): Iterable<HeldTask> {
  for (const task of store.tasks.onInstance(cluster, id)) yield { ...task, group: groupOf(task) };
}
