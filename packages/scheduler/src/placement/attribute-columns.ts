import type { FieldValue } from './query/ast.js';
import { attributeApplies, attributeValue } from './query/evaluate.js';
import type { InstanceView } from './view.js';

/** The values of one field over all instances: `values[ids[i]]` is that of instance i; id 0 is "has none". */
export interface Column {
  readonly ids: Int32Array;
  /** May hold values that no instance has any longer. */
  readonly values: readonly FieldValue[];
  readonly idOf: ReadonlyMap<FieldValue, number>;
}

/** From this many attributes on, all attributes of all instances are indexed in one go. */
const manyAttributes = 4;
const maxColumns = 4096;

type Entry = readonly [instance: number, value: string];

/** Attributes by instance, a column each, built when it is first asked for and kept. */
export class AttributeColumns {
  readonly #columns = new Map<string, ColumnBuilder>();
  #byAttribute: ReadonlyMap<string, readonly Entry[]> | undefined;

  /** The id or the attributes of row i are others. */
  renew(i: number, instance: InstanceView): void {
    for (const [name, column] of this.#columns) column.set(i, attributeValue(instance, name));
    this.#byAttribute = undefined;
  }

  resize(size: number): void {
    for (const column of this.#columns.values()) column.resize(size);
    this.#byAttribute = undefined;
  }

  /** To be called between calls: whoever holds a column must not see it replaced. */
  dropStale(): void {
    for (const [name, column] of this.#columns) if (column.isStale()) this.#columns.delete(name);
  }

  of(name: string, instances: readonly InstanceView[]): Column {
    let column = this.#columns.get(name);
    if (column === undefined) {
      if (this.#columns.size >= maxColumns) this.#columns.clear();
      column = this.#build(name, instances);
      this.#columns.set(name, column);
    }
    return column;
  }

  #build(name: string, instances: readonly InstanceView[]): ColumnBuilder {
    const column = new ColumnBuilder(instances.length);
    if (this.#columns.size >= manyAttributes) {
      this.#byAttribute ??= attributeIndex(instances);
      for (const [i, value] of this.#byAttribute.get(name) ?? []) column.set(i, value);
    } else {
      instances.forEach((instance, i) => {
        column.set(i, attributeValue(instance, name));
      });
    }
    return column;
  }
}

/** A column of anything else than an attribute: it lives for one call. */
export function columnOf(
  instances: readonly InstanceView[],
  read: (instance: InstanceView) => FieldValue,
): Column {
  const column = new ColumnBuilder(instances.length);
  instances.forEach((instance, i) => {
    column.set(i, read(instance));
  });
  return column;
}

function attributeIndex(instances: readonly InstanceView[]): ReadonlyMap<string, readonly Entry[]> {
  const index = new Map<string, Entry[]>();
  instances.forEach((instance, i) => {
    for (const attribute of instance.attributes) {
      if (attribute.name === undefined || !attributeApplies(attribute, instance.id)) continue;
      const entries = index.get(attribute.name);
      const entry: Entry = [i, attribute.value ?? ''];
      if (entries === undefined) index.set(attribute.name, [entry]);
      else if (entries.at(-1)?.[0] !== i) entries.push(entry);
    }
  });
  return index;
}

class ColumnBuilder implements Column {
  ids: Int32Array;
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

  resize(size: number): void {
    const ids = new Int32Array(size);
    ids.set(this.ids.subarray(0, size));
    this.ids = ids;
  }

  /** Values that nobody has any longer pile up: better built anew. */
  isStale(): boolean {
    return this.values.length > 2 * this.ids.length + 16;
  }
}
