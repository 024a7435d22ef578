import {
  type Attachment,
  type AttachmentState,
  type NetworkInterface,
  networkAttachmentId,
  networkInterfaceType,
} from '@longshore/model';
import { type AgentTask, type ContainerState, containerOf, pauseContainerName } from './record.js';

/** The attachment that the task was created with, filled in with its address once it is up. */
export function awsvpcAttachments(task: AgentTask): readonly Attachment[] {
  const given = task.assignment.attachments;
  if (task.definition.networkMode !== 'awsvpc') return given;
  const pause = pauseThatIsUp(task);
  const details = [{ name: 'subnetId', value: subnetOf(task) }];
  if (pause)
    details.push(
      { name: 'networkInterfaceId', value: `eni-${task.id.slice(0, 17)}` },
      { name: 'macAddress', value: pause.macAddress },
      { name: 'privateIPv4Address', value: pause.ipv4Address },
    );
  const others = given.filter((a) => a.type !== networkInterfaceType);
  const status = attachmentState(task);
  return [...others, { id: attachmentId(task), type: networkInterfaceType, status, details }];
}

/** Every container of an awsvpc task has the task's one interface. */
export function awsvpcInterfaces(task: AgentTask): readonly NetworkInterface[] {
  if (task.definition.networkMode !== 'awsvpc') return [];
  const pause = pauseThatIsUp(task);
  return pause ? [{ attachmentId: attachmentId(task), privateIpv4Address: pause.ipv4Address }] : [];
}

function attachmentState(task: AgentTask): AttachmentState {
  if (task.status === 'STOPPED') return 'DELETED';
  return pauseThatIsUp(task) ? 'ATTACHED' : 'ATTACHING';
}

/** The container that holds the address, once it has one. */
function pauseThatIsUp(task: AgentTask): ContainerState | undefined {
  const pause = containerOf(task, pauseContainerName);
  return pause && pause.ipv4Address !== '' ? pause : undefined;
}

/** A control plane from before attachments were made with their tasks gives none. */
function attachmentId(task: AgentTask): string {
  const given = task.assignment.attachments.find((a) => a.type === networkInterfaceType);
  return given?.id ?? networkAttachmentId(task.id);
}

function subnetOf(task: AgentTask): string {
  return task.assignment.networkConfiguration?.awsvpcConfiguration?.subnets?.[0] ?? '';
}
