import type { Column, PlacementMemo } from './memo.js';
import { columnOf } from './memo.js';
import type { SingleField } from './query/ast.js';
import { fieldValue } from './query/evaluate.js';
import type { InstanceView } from './view.js';

/** Fields as columns, each built when it is first asked for: a test then runs once a distinct value. */
export class Columns {
  readonly #instances: readonly InstanceView[];
  readonly #memo: PlacementMemo;
  readonly #built = new Map<SingleField['kind'], Column>();

  constructor(instances: readonly InstanceView[], memo: PlacementMemo) {
    this.#instances = instances;
    this.#memo = memo;
  }

  of(field: SingleField): Column {
    if (field.kind === 'attribute') return this.#memo.attribute(field.name);
    let column = this.#built.get(field.kind);
    if (column === undefined) {
      column = columnOf(this.#instances, (instance) => fieldValue(instance, field));
      this.#built.set(field.kind, column);
    }
    return column;
  }
}
