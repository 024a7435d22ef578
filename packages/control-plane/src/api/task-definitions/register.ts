import {
  clientException,
  definitionOf,
  type RegisterTaskDefinitionRequest,
  type TaskDefinition,
  type TaskDefinitionRecord,
  taskDefinitionOf,
} from '@longshore/model';
import { compileQuery, describeQueryError } from '@longshore/scheduler';
import { keyOf } from '@longshore/store';
import { type Decision, decideAndCommit, scopeOf } from '../common/index.js';
import type { Operation } from '../operation.js';
import { definitionKey } from './definitions.js';

/** The family's counter goes up in the transaction that writes the revision, so none is ever given twice. */
export const registerTaskDefinition: Operation<'RegisterTaskDefinition'> = async (request, call, context) => {
  const definition = definitionOf(request);
  checkExpressions(definition);
  const family = definition.family ?? '';
  const familyKey = keyOf('family', family);
  const made = await decideAndCommit(context, call, (): Decision<Made> => {
    const present = context.store.get(familyKey);
    const revision = (present?.value.lastRevision ?? 0) + 1;
    const key = definitionKey({ family, revision });
    const record = newRecord(definition, request, {
      registeredAtMs: context.clock.wallMs(),
      registeredBy: call.caller.name,
    });
    return {
      commit: {
        expect: [
          { key: familyKey, revision: present?.revision ?? 0 },
          { key, revision: 0 },
        ],
        write: [
          { put: familyKey, value: { lastRevision: revision } },
          { put: key, value: record },
        ],
      },
      answer: { revision, record },
    };
  });
  const scope = scopeOf({ call, context });
  return {
    taskDefinition: taskDefinitionOf(made.record, { scope, family, revision: made.revision }),
    tags: made.record.tags,
  };
};

interface Made {
  readonly revision: number;
  readonly record: TaskDefinitionRecord;
}

function newRecord(
  definition: TaskDefinition,
  request: RegisterTaskDefinitionRequest,
  registered: Pick<TaskDefinitionRecord, 'registeredAtMs' | 'registeredBy'>,
): TaskDefinitionRecord {
  return {
    definition,
    status: 'ACTIVE',
    deregisteredAtMs: 0,
    deleteRequestedAtMs: 0,
    tags: request.tags ?? [],
    ...registered,
  };
}

function checkExpressions(definition: TaskDefinition): void {
  for (const { expression = '' } of definition.placementConstraints ?? []) {
    const query = compileQuery(expression);
    if (query.kind === 'query-error')
      throw clientException(`Placement constraints: ${describeQueryError(query, expression)}.`);
  }
}
