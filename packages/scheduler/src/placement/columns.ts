import type { FieldValue, SingleField } from './query/ast.js';
import { attributeApplies, fieldValue } from './query/evaluate.js';
import type { InstanceView } from './view.js';

/** The values of one field over all instances: `values[ids[i]]` is that of instance i; id 0 is "has none". */
export interface Column {
  readonly ids: Int32Array;
  readonly values: readonly FieldValue[];
  /** The id of a value; undefined: no instance has it. */
  readonly idOf: ReadonlyMap<FieldValue, number>;
}

/** From this many attributes on, all attributes of all instances are indexed in one go. */
const manyAttributes = 4;

/** Fields as columns, each built when it is first asked for: a test then runs once a distinct value. */
export class Columns {
  readonly #instances: readonly InstanceView[];
  readonly #built = new Map<string, Column>();
  #byAttribute: Map<string, [instance: number, value: string][]> | undefined;

  constructor(instances: readonly InstanceView[]) {
    this.#instances = instances;
  }

  of(field: SingleField): Column {
    const key = field.kind === 'attribute' ? `attribute:${field.name}` : field.kind;
    let column = this.#built.get(key);
    if (column === undefined) {
      column = this.#build(field);
      this.#built.set(key, column);
    }
    return column;
  }

  #build(field: SingleField): Column {
    const column = new ColumnBuilder(this.#instances.length);
    if (field.kind === 'attribute' && this.#built.size >= manyAttributes) {
      for (const [i, value] of this.#inverted().get(field.name) ?? []) column.set(i, value);
    } else {
      for (let i = 0; i < this.#instances.length; i++) {
        column.set(i, fieldValue(this.#instances[i] as InstanceView, field));
      }
    }
    return column;
  }

  #inverted(): ReadonlyMap<string, readonly [instance: number, value: string][]> {
    if (this.#byAttribute !== undefined) return this.#byAttribute;
    const byAttribute = new Map<string, [instance: number, value: string][]>();
    this.#instances.forEach((instance, i) => {
      for (const attribute of instance.attributes) {
        if (attribute.name === undefined || !attributeApplies(attribute, instance.id)) continue;
        const entry: [number, string] = [i, attribute.value ?? ''];
        const entries = byAttribute.get(attribute.name);
        if (entries === undefined) byAttribute.set(attribute.name, [entry]);
        else if (entries.at(-1)?.[0] !== i) entries.push(entry);
      }
    });
    this.#byAttribute = byAttribute;
    return byAttribute;
  }
}

class ColumnBuilder implements Column {
  readonly ids: Int32Array;
  readonly values: FieldValue[] = [undefined];
  readonly idOf = new Map<FieldValue, number>([[undefined, 0]]);

  constructor(size: number) {
    this.ids = new Int32Array(size);
  }

  set(i: number, value: FieldValue): void {
    let id = this.idOf.get(value);
    if (id === undefined) {
      id = this.values.push(value) - 1;
      this.idOf.set(value, id);
    }
    this.ids[i] = id;
  }
}
