import {
  type Attribute,
  EcsError,
  instanceReference,
  invalidParameter,
  limits,
  requestLimits,
  shown,
} from '@longshore/model';
import type { OperationContext } from '../operation.js';

const nameCharacters = /^[A-Za-z0-9_./\\-]{1,128}$/;
const valueCharacters = /^[A-Za-z0-9_./\\@: -]{1,128}$/;

/** Attributes of a request by the container instance that each is for. */
export type ByInstance = ReadonlyMap<string, readonly Attribute[]>;

export function targetNotFound(target: string): EcsError {
  return new EcsError('TargetNotFoundException', `Could not find ${shown(target)}.`);
}

/** Checks attributes of PutAttributes or DeleteAttributes and sorts them by their target. */
export function attributesByInstance(
  operation: 'PutAttributes' | 'DeleteAttributes',
  attributes: readonly Attribute[] | undefined,
  { cluster, context }: { readonly cluster: string; readonly context: Pick<OperationContext, 'accountId'> },
): ByInstance {
  if (!attributes || attributes.length === 0)
    throw invalidParameter('attributes should not be null or empty.');
  if (attributes.length > requestLimits[operation])
    throw invalidParameter(
      `attributes can have at most ${requestLimits[operation]} items, but had ${attributes.length}.`,
    );
  const sorted = new Map<string, Attribute[]>();
  for (const attribute of attributes) {
    checkAttribute(attribute);
    const target = attribute.targetId ?? '';
    const reference = instanceReference(target, { accountId: context.accountId, cluster });
    if (!reference.ok) throw targetNotFound(target);
    const own = sorted.get(reference.value) ?? [];
    own.push(attribute);
    sorted.set(reference.value, own);
  }
  return sorted;
}

function checkAttribute({ name = '', value, targetId, targetType }: Attribute): void {
  if (!nameCharacters.test(name))
    throw invalidParameter(
      `Attribute name '${shown(name)}' is invalid: 1 to 128 letters, digits, hyphens, underscores, slashes and periods.`,
    );
  if (/^(ecs\.|com\.amazonaws\.ecs\.)/.test(name))
    throw invalidParameter(`Attribute name '${shown(name)}' is reserved: the agent registers it.`);
  if (value !== undefined && (!valueCharacters.test(value) || value.trim() !== value))
    throw invalidParameter(
      `The value of attribute ${name} is invalid: 1 to 128 letters, digits and - _ . / \\ @ : and spaces inside.`,
    );
  if (!targetId) throw invalidParameter(`Attribute ${name}: targetId should not be null or empty.`);
  if (targetType !== undefined && targetType !== 'container-instance')
    throw invalidParameter(
      `Attribute ${name}: targetType must be container-instance, but was ${targetType}.`,
    );
}

/** Custom attributes are bounded per instance. */
export function checkAttributeCount(attributes: readonly Attribute[], instance: string): void {
  if (attributes.length > limits.attributesPerInstance)
    throw new EcsError(
      'AttributeLimitExceededException',
      `Container instance ${instance} can have at most ${limits.attributesPerInstance} custom attributes.`,
    );
}
