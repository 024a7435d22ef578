import type { Attachment, NetworkInterface } from '@longshore/model';
import { type AgentTask, containerOf, pauseContainerName } from './record.js';

/** The attachment that the task was created with, filled in with its address once it is up. */
export function awsvpcAttachments(task: AgentTask): readonly Attachment[] {
  if (task.definition.networkMode !== 'awsvpc') return task.assignment.attachments;
  const pause = containerOf(task, pauseContainerName);
  if (!pause || pause.ipv4Address === '') return task.assignment.attachments;
  const details = [
    { name: 'subnetId', value: subnetOf(task) },
    { name: 'networkInterfaceId', value: `eni-${task.id.slice(0, 17)}` },
    { name: 'macAddress', value: pause.macAddress },
    { name: 'privateIPv4Address', value: pause.ipv4Address },
  ];
  const status = task.status === 'STOPPED' ? 'DELETED' : 'ATTACHED';
  return [{ id: attachmentId(task), type: 'ElasticNetworkInterface', status, details }];
}

/** Every container of an awsvpc task has the task's one interface. */
export function awsvpcInterfaces(task: AgentTask): readonly NetworkInterface[] {
  if (task.definition.networkMode !== 'awsvpc') return [];
  const pause = containerOf(task, pauseContainerName);
  if (!pause || pause.ipv4Address === '') return [];
  return [{ attachmentId: attachmentId(task), privateIpv4Address: pause.ipv4Address }];
}

function attachmentId(task: AgentTask): string {
  const given = task.assignment.attachments.find((a) => a.type === 'ElasticNetworkInterface')?.id;
  const id = task.id.padEnd(32, '0');
  return (
    given ?? [id.slice(0, 8), id.slice(8, 12), id.slice(12, 16), id.slice(16, 20), id.slice(20, 32)].join('-')
  );
}

function subnetOf(task: AgentTask): string {
  return task.assignment.networkConfiguration?.awsvpcConfiguration?.subnets?.[0] ?? '';
}
