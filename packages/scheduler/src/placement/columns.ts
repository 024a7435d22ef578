import type { AttributeColumns, Column } from './attribute-columns.js';
import { columnOf } from './attribute-columns.js';
import type { SingleField } from './query/ast.js';
import { fieldValue } from './query/evaluate.js';
import type { InstanceView } from './view.js';

/** Fields as columns, each built when it is first asked for: a test then runs once a distinct value. */
export class Columns {
  readonly #instances: readonly InstanceView[];
  readonly #attributes: AttributeColumns;
  readonly #built = new Map<SingleField['kind'], Column>();

  constructor(instances: readonly InstanceView[], attributes: AttributeColumns) {
    this.#instances = instances;
    this.#attributes = attributes;
  }

  of(field: SingleField): Column {
    if (field.kind === 'attribute') return this.#attributes.of(field.name, this.#instances);
    let column = this.#built.get(field.kind);
    if (column === undefined) {
      column = columnOf(this.#instances, (instance) => fieldValue(instance, field));
      this.#built.set(field.kind, column);
    }
    return column;
  }
}
