import type { Board } from './board.js';
import type { Expression, FieldValue, Query, Test } from './query/ast.js';
import { isTaskField } from './query/ast.js';
import type { QuerySubject } from './query/evaluate.js';
import { evaluate, fieldValue } from './query/evaluate.js';

/** One byte an instance: 1 where it passes. */
export type Mask = Uint8Array;

/** The instances that satisfy an expression as the board stands now, computed column by column. */
export function maskOf(expression: Expression, board: Board): Mask {
  switch (expression.kind) {
    case 'test':
      return isTaskField(expression.field) ? taskMask(expression, board) : columnMask(expression, board);
    case 'not': {
      const mask = maskOf(expression.of, board);
      for (let i = 0; i < mask.length; i++) mask[i] = 1 - (mask[i] as number);
      return mask;
    }
    case 'and': {
      const mask = maskOf(expression.left, board);
      intersect(mask, maskOf(expression.right, board));
      return mask;
    }
    case 'or': {
      const mask = maskOf(expression.left, board);
      const right = maskOf(expression.right, board);
      for (let i = 0; i < mask.length; i++) mask[i] = (mask[i] as number) | (right[i] as number);
      return mask;
    }
  }
}

function intersect(mask: Mask, other: Mask): void {
  for (let i = 0; i < mask.length; i++) mask[i] = (mask[i] as number) & (other[i] as number);
}

/** Those that pass all of them; undefined of none. Must not be changed by who gets it. */
export function allOf(masks: readonly Mask[]): Mask | undefined {
  const [first, ...rest] = masks;
  if (first === undefined || rest.length === 0) return first;
  const all = first.slice();
  for (const mask of rest) intersect(all, mask);
  return all;
}

/** The instances that have an attribute, with the value if one is asked for. */
export function attributeMask(name: string, value: string | undefined, board: Board): Mask {
  const { ids, idOf } = board.columns.of({ kind: 'attribute', name });
  const mask = new Uint8Array(board.size);
  const wanted = value === undefined || value === '' ? undefined : (idOf.get(value) ?? -1);
  for (let i = 0; i < mask.length; i++) {
    mask[i] = (wanted === undefined ? ids[i] !== 0 : ids[i] === wanted) ? 1 : 0;
  }
  return mask;
}

/** Whether one instance satisfies the query as the board stands now. */
export function rowPasses(query: Query, board: Board, i: number): boolean {
  const subject: QuerySubject = {
    value: (field) => fieldValue(board.instance(i), field),
    names: (field) => board.tasks[field.kind === 'task:group' ? 'group' : 'family'].names(i),
  };
  return evaluate(query.root, subject);
}

function columnMask(test: Test, board: Board): Mask {
  if (isTaskField(test.field)) return taskMask(test, board);
  const { ids, values } = board.columns.of(test.field);
  const verdicts = Uint8Array.from(values, (value: FieldValue) =>
    test.passes(value) === test.negated ? 0 : 1,
  );
  const mask = new Uint8Array(board.size);
  for (let i = 0; i < mask.length; i++) mask[i] = verdicts[ids[i] as number] as number;
  return mask;
}

function taskMask(test: Test, board: Board): Mask {
  const counts = board.tasks[test.field.kind === 'task:group' ? 'group' : 'family'];
  const mask = new Uint8Array(board.size);
  if (test.literals !== undefined) {
    for (const literal of test.literals) {
      const byInstance = counts.of(literal);
      for (let i = 0; i < mask.length; i++) if (byInstance[i] !== 0) mask[i] = 1;
    }
  } else {
    for (let i = 0; i < mask.length; i++) mask[i] = anyPasses(counts.names(i), test) ? 1 : 0;
  }
  if (test.negated) for (let i = 0; i < mask.length; i++) mask[i] = 1 - (mask[i] as number);
  return mask;
}

function anyPasses(names: Iterable<string>, test: Test): boolean {
  for (const name of names) if (test.passes(name)) return true;
  return false;
}
