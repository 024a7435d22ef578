/** One value of an instance, as the query language compares it; undefined: the instance has no such field. */
export type FieldValue = string | number | boolean | undefined;

/** A field of which an instance has at most one value. */
export type SingleField =
  | { readonly kind: 'attribute'; readonly name: string }
  | { readonly kind: 'agentConnected' }
  | { readonly kind: 'agentVersion' }
  | { readonly kind: 'ec2InstanceId' }
  | { readonly kind: 'registeredAt' }
  | { readonly kind: 'runningTasksCount' };

/** A field of which an instance has as many values as tasks that want to run. */
export interface TaskField {
  readonly kind: 'task:group' | 'task:family';
}

export type Field = SingleField | TaskField;

/** `field operator argument`, the operator resolved to a test; `!=`, `!in` and the like are a negated test. */
export interface Test {
  readonly kind: 'test';
  readonly field: Field;
  readonly negated: boolean;
  /** The values that pass, where the test is for equality: a set need not be walked then. */
  readonly literals?: readonly string[] | undefined;
  readonly passes: (value: FieldValue) => boolean;
}

export type Expression =
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'not'; readonly of: Expression }
  | Test;

/** A compiled expression of the cluster query language. */
export interface Query {
  readonly kind: 'query';
  readonly text: string;
  readonly root: Expression;
  /** It asks for `task:group` or `task:family`, which a placement changes. */
  readonly taskDependent: boolean;
  /** It asks only for what neither tasks nor the agent's connection change. */
  readonly lasting: boolean;
}

/** Why a text is no expression: `column` counts from 1 and points at what is wrong. */
export interface QueryError {
  readonly kind: 'query-error';
  readonly column: number;
  readonly message: string;
}

/** Stops the parser; caught at its door and handed out as a QueryError. */
export class SyntaxProblem extends Error {
  readonly column: number;

  constructor(column: number, message: string) {
    super(message);
    this.column = column;
  }
}

export function isTaskField(field: Field): field is TaskField {
  return field.kind === 'task:group' || field.kind === 'task:family';
}

/** Tasks, their number and the agent's connection come and go. */
export function changesWithTime(field: Field): boolean {
  return isTaskField(field) || field.kind === 'runningTasksCount' || field.kind === 'agentConnected';
}
