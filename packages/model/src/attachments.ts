import { uuidOf } from '@longshore/kit';
import type { Attachment, NetworkConfiguration, TaskDefinition, TaskReport } from './generated/shapes.js';

/** The one attachment that a task in awsvpc mode has. */
export const networkInterfaceType = 'ElasticNetworkInterface';

/** ECS's attachment states in the order in which one goes through them; it never goes back. */
export const attachmentStates = [
  'PRECREATED',
  'CREATED',
  'ATTACHING',
  'ATTACHED',
  'DETACHING',
  'DETACHED',
  'DELETED',
  'FAILED',
] as const;
export type AttachmentState = (typeof attachmentStates)[number];

const ranks = new Map<string | undefined, number>(attachmentStates.map((s, rank) => [s, rank]));

/** From the task's id, and so the same wherever it is made up: by an agent too whose assignment has none. */
export function networkAttachmentId(task: string): string {
  return uuidOf(task.padEnd(32, '0'));
}

/** What a new task of this definition is attached to: its interface, which its agent has yet to make. */
export function newAttachments(
  task: string,
  { networkMode }: Pick<TaskDefinition, 'networkMode'>,
  network: NetworkConfiguration | undefined,
): readonly Attachment[] {
  if (networkMode !== 'awsvpc') return [];
  const subnet = network?.awsvpcConfiguration?.subnets?.[0] ?? '';
  const details = [{ name: 'subnetId', value: subnet }];
  const status: AttachmentState = 'PRECREATED';
  return [{ id: networkAttachmentId(task), type: networkInterfaceType, status, details }];
}

/** Once its task is STOPPED. */
export function deletedAttachments(attachments: readonly Attachment[]): readonly Attachment[] {
  const status: AttachmentState = 'DELETED';
  return attachments.map((a) => ({ ...a, status }));
}

/**
 * An attachment's state moves forward only; what is known of it is filled in.
 * Invariant: a task has one interface, under the id that was known first, whatever id its agent has for it.
 */
export function mergeAttachments(
  known: readonly Attachment[],
  told: readonly Attachment[],
  newer: boolean,
): readonly Attachment[] {
  if (told.length === 0) return known;
  const merged = new Map(known.map((a) => [identityOf(a), a]));
  for (const attachment of told) {
    const before = merged.get(identityOf(attachment));
    merged.set(identityOf(attachment), before ? mergeAttachment(before, attachment, newer) : attachment);
  }
  return [...merged.values()];
}

/** The report with its containers' interfaces under the id that the record has for their attachment. */
export function underKnownId(known: readonly Attachment[], report: TaskReport): TaskReport {
  const id = known.find((a) => a.type === networkInterfaceType)?.id;
  const other = report.attachments.find((a) => a.type === networkInterfaceType)?.id;
  if (id === undefined || other === undefined || id === other) return report;
  const containers = report.containers.map((c) => ({
    ...c,
    networkInterfaces: c.networkInterfaces.map((n) =>
      n.attachmentId === other ? { ...n, attachmentId: id } : n,
    ),
  }));
  return { ...report, containers };
}

function identityOf({ id, type }: Attachment): string | undefined {
  return type === networkInterfaceType ? type : id;
}

function mergeAttachment(known: Attachment, told: Attachment, newer: boolean): Attachment {
  const [first, second] = newer ? [told, known] : [known, told];
  const details = first.details ?? [];
  const more = (second.details ?? []).filter((d) => !details.some((own) => own.name === d.name));
  const ahead = rankOf(told) - rankOf(known);
  const status = ahead === 0 ? first.status : (ahead > 0 ? told : known).status;
  return { ...known, status, details: [...details, ...more] };
}

function rankOf({ status }: Attachment): number {
  return ranks.get(status) ?? -1;
}
