import { type ArnScope, taskDefinitionArn } from '../arn.js';
import { requiredAttributes } from '../capabilities.js';
import type { TaskDefinition, TaskDefinitionRecord } from '../generated/shapes.js';
import { compatibilitiesOf } from '../resources.js';
import { toTimestamp } from '../timestamp.js';

/** The definition as DescribeTaskDefinition shows it; what can be derived is derived here, not stored. */
export function taskDefinitionOf(
  record: TaskDefinitionRecord,
  about: { readonly scope: ArnScope; readonly family: string; readonly revision: number },
): TaskDefinition {
  const definition = record.definition ?? {};
  return {
    ...definition,
    taskDefinitionArn: taskDefinitionArn(about.scope, about.family, about.revision),
    family: about.family,
    revision: about.revision,
    status: record.status === 'UNSET' ? 'ACTIVE' : record.status,
    requiresAttributes: requiredAttributes(definition),
    compatibilities: compatibilitiesOf(definition),
    registeredAt: toTimestamp(record.registeredAtMs),
    deregisteredAt: toTimestamp(record.deregisteredAtMs),
    deleteRequestedAt: toTimestamp(record.deleteRequestedAtMs),
    registeredBy: principalOf(record.registeredBy, about.scope),
  };
}

/** A record holds the caller's name; the ARN is made here, as every other. */
function principalOf(registeredBy: string, { accountId }: ArnScope): string | undefined {
  return registeredBy === '' ? undefined : `arn:aws:iam::${accountId}:user/${registeredBy}`;
}
