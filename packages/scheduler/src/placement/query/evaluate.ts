import type { Attribute } from '@longshore/model';
import type { InstanceView } from '../view.js';
import type { Expression, FieldValue, Query, SingleField, TaskField } from './ast.js';
import { changesWithTime, isTaskField } from './ast.js';

/** What an expression is asked of: one container instance, with or without what a placement under way adds to it. */
export interface QuerySubject {
  value(field: SingleField): FieldValue;
  /** Names of the groups or families of the tasks there that want to run. */
  names(field: TaskField): Iterable<string>;
}

/** Whether a container instance satisfies an expression: `filter` of ListContainerInstances, `memberOf` as it stands. */
export function matchesQuery(query: Query, instance: InstanceView): boolean {
  return evaluate(query.root, subjectOf(instance));
}

export function subjectOf(instance: InstanceView): QuerySubject {
  return {
    value: (field) => fieldValue(instance, field),
    names: (field) =>
      (field.kind === 'task:group' ? instance.held.tasksByGroup : instance.held.tasksByFamily).keys(),
  };
}

export function evaluate(expression: Expression, subject: QuerySubject): boolean {
  switch (expression.kind) {
    case 'and':
      return evaluate(expression.left, subject) && evaluate(expression.right, subject);
    case 'or':
      return evaluate(expression.left, subject) || evaluate(expression.right, subject);
    case 'not':
      return !evaluate(expression.of, subject);
    case 'test': {
      const { field } = expression;
      const passes = isTaskField(field)
        ? anyPasses(subject.names(field), expression.passes)
        : expression.passes(subject.value(field));
      return passes !== expression.negated;
    }
  }
}

/**
 * Whether the instance could satisfy the expression one day: what changes with time (tasks, their number, the agent's
 * connection) is taken to be whatever helps. `wanted` is the outcome that helps.
 */
export function couldMatch(expression: Expression, instance: InstanceView, wanted = true): boolean {
  switch (expression.kind) {
    case 'and':
    case 'or': {
      const left = couldMatch(expression.left, instance, wanted);
      const right = couldMatch(expression.right, instance, wanted);
      return (expression.kind === 'and') === wanted ? left && right : left || right;
    }
    case 'not':
      return couldMatch(expression.of, instance, !wanted);
    case 'test': {
      const { field } = expression;
      if (isTaskField(field) || changesWithTime(field)) return true;
      return (expression.passes(fieldValue(instance, field)) !== expression.negated) === wanted;
    }
  }
}

export function fieldValue(instance: InstanceView, field: SingleField): FieldValue {
  switch (field.kind) {
    case 'attribute':
      return attributeValue(instance, field.name);
    case 'agentConnected':
      return instance.agentConnected;
    case 'agentVersion':
      return instance.agentVersion === '' ? undefined : instance.agentVersion;
    case 'ec2InstanceId':
      return instance.ec2InstanceId ?? instance.id;
    case 'registeredAt':
      return instance.registeredAtMs;
    case 'runningTasksCount':
      return instance.held.runningTasks;
  }
}

/**
 * The value of an attribute, '' where it has a name only, undefined where the instance lacks it. An attribute that
 * names a target counts only on that target; the target is the instance's id or an ARN that ends in it.
 */
export function attributeValue(instance: InstanceView, name: string): string | undefined {
  for (const attribute of instance.attributes) {
    if (attribute.name === name && attributeApplies(attribute, instance.id)) return attribute.value ?? '';
  }
  return undefined;
}

export function attributeApplies(attribute: Attribute, instanceId: string): boolean {
  const target = attribute.targetId ?? '';
  return target === '' || target === instanceId || target.endsWith(`/${instanceId}`);
}

function anyPasses(names: Iterable<string>, passes: (value: FieldValue) => boolean): boolean {
  for (const name of names) if (passes(name)) return true;
  return false;
}
