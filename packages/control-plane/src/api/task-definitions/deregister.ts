import { clientException, type TaskDefinitionRecord, taskDefinitionOf } from '@longshore/model';
import { type Decision, decideAndCommit, look, scopeOf } from '../common/index.js';
import type { Operation } from '../operation.js';
import { definitionKey, namedDefinition, unknownDefinition } from './definitions.js';

/** Makes one revision INACTIVE: what runs goes on, nothing new starts from it. Done again, it changes nothing. */
export const deregisterTaskDefinition: Operation<'DeregisterTaskDefinition'> = async (
  request,
  call,
  context,
) => {
  const name = namedDefinition(request.taskDefinition, context.accountId);
  if (!name) throw unknownDefinition();
  if (name.revision === undefined) throw clientException('Revision is missing.');
  const at = { family: name.family, revision: name.revision };
  const key = definitionKey(at);
  await look({ call, context }, key);
  const record = await decideAndCommit(context, call, (): Decision<TaskDefinitionRecord> => {
    const present = context.store.get(key);
    if (!present) throw unknownDefinition();
    if (present.value.status === 'DELETE_IN_PROGRESS')
      throw clientException('The specified task definition is being deleted.');
    if (present.value.status === 'INACTIVE') return { answer: present.value };
    const value: TaskDefinitionRecord = {
      ...present.value,
      status: 'INACTIVE',
      deregisteredAtMs: context.clock.wallMs(),
    };
    return {
      commit: { expect: [{ key, revision: present.revision }], write: [{ put: key, value }] },
      answer: value,
    };
  });
  return { taskDefinition: taskDefinitionOf(record, { scope: scopeOf({ call, context }), ...at }) };
};
