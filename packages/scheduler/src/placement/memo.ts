import type { Attribute } from '@longshore/model';
import { hashText } from './hash.js';
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

/**
 * What placement may remember from call to call because it seldom changes: attributes as columns, hashes of ids.
 * One a cluster; the result of `place` is the same with it, without it, or with one from elsewhere.
 * Invariant: a row is as old as the instance's id and its array of attributes; either being another object or text
 * renews it. So an instance whose attributes change must come with a new array.
 */
export class PlacementMemo {
  #ids: string[] = [];
  #attributes: (readonly Attribute[])[] = [];
  #hashes = new Uint32Array(0);
  readonly #columns = new Map<string, ColumnBuilder>();
  #instances: readonly InstanceView[] = [];
  #byAttribute: ReadonlyMap<string, readonly Entry[]> | undefined;

  /** Takes note of what changed since the last call; to be called before the columns are asked for. */
  sync(instances: readonly InstanceView[]): void {
    const size = instances.length;
    this.#instances = instances;
    if (size !== this.#ids.length) this.#resize(size);
    for (let i = 0; i < size; i++) {
      const { id, attributes } = instances[i] as InstanceView;
      if (this.#ids[i] === id && this.#attributes[i] === attributes) continue;
      this.#renew(i, instances[i] as InstanceView);
    }
    for (const [name, column] of this.#columns) if (column.isStale()) this.#columns.delete(name);
  }

  hash(i: number): number {
    return this.#hashes[i] as number;
  }

  attribute(name: string): Column {
    let column = this.#columns.get(name);
    if (column === undefined) {
      if (this.#columns.size >= maxColumns) this.#columns.clear();
      column = this.#build(name);
      this.#columns.set(name, column);
    }
    return column;
  }

  #resize(size: number): void {
    this.#ids.length = size;
    this.#attributes.length = size;
    const hashes = new Uint32Array(size);
    hashes.set(this.#hashes.subarray(0, size));
    this.#hashes = hashes;
    for (const column of this.#columns.values()) column.resize(size);
    this.#byAttribute = undefined;
  }

  #renew(i: number, instance: InstanceView): void {
    if (this.#ids[i] !== instance.id) this.#hashes[i] = hashText(instance.id);
    this.#ids[i] = instance.id;
    this.#attributes[i] = instance.attributes;
    for (const [name, column] of this.#columns) column.set(i, attributeValue(instance, name));
    this.#byAttribute = undefined;
  }

  #build(name: string): ColumnBuilder {
    const column = new ColumnBuilder(this.#instances.length);
    if (this.#columns.size >= manyAttributes) {
      this.#byAttribute ??= attributeIndex(this.#instances);
      for (const [i, value] of this.#byAttribute.get(name) ?? []) column.set(i, value);
    } else {
      this.#instances.forEach((instance, i) => {
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
