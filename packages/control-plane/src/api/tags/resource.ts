import {
  type ArnResource,
  clusterNotFound,
  EcsError,
  invalidParameter,
  parseArn,
  shown,
  type Tag,
  type TaggedResource,
} from '@longshore/model';
import { type Key, keyOf, type Store, type Stored } from '@longshore/store';
import { look, type Reading } from '../common/index.js';
import { unknownDefinition } from '../task-definitions/index.js';

type TaggedKind = 'cluster' | 'instance' | 'task' | 'taskDefinition' | 'service';

/** Where a resource's tags lie. */
export interface TagHolder {
  readonly resource: TaggedResource;
  readonly key: Key<TaggedKind>;
}

/** ECS has exceptions of their own for some kinds. */
function notFound(resource: ArnResource): EcsError {
  if (resource === 'cluster') return clusterNotFound();
  if (resource === 'task-definition') return unknownDefinition();
  return new EcsError('ResourceNotFoundException', 'The specified resource was not found.');
}

/** What an ARN names, among the resources that carry tags. Throws InvalidParameterException for anything else. */
export function tagHolder(resourceArn: string | undefined, accountId: string): TagHolder {
  if (!resourceArn) throw invalidParameter('resourceArn should not be null or empty.');
  const arn = parseArn(resourceArn);
  if (!arn) throw invalidParameter(`Invalid resource ARN: ${shown(resourceArn)}.`);
  const { target } = arn;
  if (arn.accountId !== accountId) throw notFound(target.resource);
  switch (target.resource) {
    case 'cluster':
      return { resource: 'cluster', key: keyOf('cluster', target.cluster) };
    case 'container-instance':
      return { resource: 'container-instance', key: keyOf('instance', target.cluster, target.instance) };
    case 'task':
      return { resource: 'task', key: keyOf('task', target.cluster, target.task) };
    case 'service':
      return { resource: 'service', key: keyOf('service', target.cluster, target.service) };
    case 'task-definition':
      return {
        resource: 'task-definition',
        key: keyOf('taskDefinition', target.family, String(target.revision)),
      };
    default:
      throw invalidParameter(`A ${target.resource} has no tags here: ${shown(resourceArn)}.`);
  }
}

/** The record that carries the tags, or its exception once it is sure that there is none. */
export async function holderRecord(holder: TagHolder, reading: Reading): Promise<Stored<TaggedKind>> {
  await look(reading, holder.key);
  return presentRecord(holder, reading.context.store);
}

export function presentRecord(holder: TagHolder, store: Store): Stored<TaggedKind> {
  const stored = store.get(holder.key);
  if (stored && !isInactive(stored)) return stored;
  throw notFound(holder.resource);
}

/** A deleted cluster or service is still shown for a while, but takes no tags any more. */
function isInactive(stored: Stored<TaggedKind>): boolean {
  const { key, value } = stored;
  return (
    (key.kind === 'cluster' || key.kind === 'service') && 'status' in value && value.status === 'INACTIVE'
  );
}

export function tagsOf(stored: Stored<TaggedKind>): readonly Tag[] {
  return stored.value.tags;
}
