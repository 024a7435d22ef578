import {
  definitionReference,
  type Failure,
  invalidParameter,
  type TaskDefinition,
  type TaskDefinitionRecord,
  taskDefinitionOf,
} from '@longshore/model';
import { checkRequestLimit, type Decision, decideAndCommit, look, scopeOf } from '../common/index.js';
import type { Call, Operation, OperationContext } from '../operation.js';
import { definitionKey } from './definitions.js';

const reasons = {
  invalid: 'The specified task definition identifier is invalid. Specify a valid name or ARN and try again.',
  missing:
    'The specified task definition does not exist. Specify a valid account, family, revision and try again.',
  active:
    'The specified task definition is still in ACTIVE status. Please deregister the target and try again.',
} as const;

/** Marks INACTIVE revisions DELETE_IN_PROGRESS; they go once no task and no service names them any more. */
export const deleteTaskDefinitions: Operation<'DeleteTaskDefinitions'> = async (request, call, context) => {
  const asked = request.taskDefinitions ?? [];
  if (asked.length === 0) throw invalidParameter('taskDefinitions should not be null or empty.');
  checkRequestLimit('DeleteTaskDefinitions', 'taskDefinitions', asked.length);
  const taskDefinitions: TaskDefinition[] = [];
  const failures: Failure[] = [];
  for (const text of asked) {
    const outcome = await deleteOne(text, call, context);
    if (typeof outcome === 'string') failures.push({ arn: text, reason: outcome });
    else taskDefinitions.push(outcome);
  }
  return { taskDefinitions, failures };
};

/** The definition as it is now, or why it cannot be deleted. */
async function deleteOne(
  text: string,
  call: Call,
  context: OperationContext,
): Promise<TaskDefinition | string> {
  const reference = definitionReference(text, context.accountId);
  if (!reference) return reasons.invalid;
  if (!reference.ok) return reasons.missing;
  const name = reference.value;
  if (name.revision === undefined) return reasons.invalid;
  const at = { family: name.family, revision: name.revision };
  const key = definitionKey(at);
  await look({ call, context }, key);
  const outcome = await decideAndCommit(context, call, (): Decision<TaskDefinitionRecord | string> => {
    const present = context.store.get(key);
    if (!present) return { answer: reasons.missing };
    if (present.value.status === 'ACTIVE') return { answer: reasons.active };
    if (present.value.status === 'DELETE_IN_PROGRESS') return { answer: present.value };
    const value: TaskDefinitionRecord = {
      ...present.value,
      status: 'DELETE_IN_PROGRESS',
      deleteRequestedAtMs: context.clock.wallMs(),
    };
    return {
      commit: { expect: [{ key, revision: present.revision }], write: [{ put: key, value }] },
      answer: value,
    };
  });
  if (typeof outcome === 'string') return outcome;
  return taskDefinitionOf(outcome, { scope: scopeOf({ call, context }), ...at });
}
