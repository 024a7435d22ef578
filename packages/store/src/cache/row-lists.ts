import { OrderedRows } from './ordered-rows.js';
import { rankOf, type TaskIds } from './task-ids.js';
import type { TaskRows } from './task-rows.js';

/** A list that is this part of the cluster or more is not put in order by itself. */
const largePart = 1 / 16;

/** What a cluster's lists have in common. */
export interface ClusterRows {
  readonly rows: TaskRows;
  readonly ids: TaskIds;
  /** All of the cluster. */
  readonly order: OrderedRows;
}

/**
 * The rows that have a value, for each value of one member: linked through the rows themselves. A list is put in order
 * when somebody first pages through it, for most are only counted, and is kept in order from then on.
 * Invariants: a row is in the list of the value that `move` said last, and in no other; `ordered` has the same rows.
 */
export class RowLists {
  readonly #cluster: ClusterRows;
  readonly #member: number;
  /** Of the link to the next row; that to the one before lies behind it. */
  readonly #next: number;
  #heads = new Int32Array(8);
  #counts = new Int32Array(8);
  readonly #ordered = new Map<number, OrderedRows>();

  /** `member` is where a row has its value, `next` where its links are. */
  constructor(cluster: ClusterRows, member: number, next: number) {
    this.#cluster = cluster;
    this.#member = member;
    this.#next = next;
  }

  count(value: number): number {
    return this.#counts[value] ?? 0;
  }

  /** -1: no list. */
  move(row: number, from: number, to: number): void {
    if (from >= 0) this.#delete(row, from);
    if (to >= 0) this.#add(row, to);
  }

  /** In no particular order. */
  *of(value: number): Generator<number> {
    const { rows } = this.#cluster;
    for (let row = this.#heads[value] ?? 0; row !== 0; row = rows.int(row, this.#next)) yield row;
  }

  /** In id order, from the first that is not before `id`. */
  *inOrder(value: number, id: string): Generator<number> {
    const { rows, order } = this.#cluster;
    const rank = rankOf(id);
    const own = this.#inOrder(value);
    if (own) return yield* own.from(id, rank);
    // The next of them is never far. To put a million in order would hold up everybody for a quarter of a second.
    for (const row of order.from(id, rank)) if (rows.int(row, this.#member) === value) yield row;
  }

  #inOrder(value: number): OrderedRows | undefined {
    const { ids } = this.#cluster;
    let ordered = this.#ordered.get(value);
    if (ordered !== undefined || this.count(value) === 0) return ordered;
    if (this.count(value) >= ids.size * largePart) return undefined;
    ordered = new OrderedRows(ids);
    for (const row of this.of(value)) ordered.add(row);
    this.#ordered.set(value, ordered);
    return ordered;
  }

  #add(row: number, value: number): void {
    const { rows } = this.#cluster;
    if (value >= this.#heads.length) this.#grow(value);
    const head = this.#heads[value] as number;
    rows.setInt(row, this.#next, head);
    rows.setInt(row, this.#next + 1, 0);
    if (head !== 0) rows.setInt(head, this.#next + 1, row);
    this.#heads[value] = row;
    this.#counts[value] = this.count(value) + 1;
    if (this.#ordered.size > 0) this.#ordered.get(value)?.add(row);
  }

  #delete(row: number, value: number): void {
    const { rows } = this.#cluster;
    const next = rows.int(row, this.#next);
    const before = rows.int(row, this.#next + 1);
    if (before === 0) this.#heads[value] = next;
    else rows.setInt(before, this.#next, next);
    if (next !== 0) rows.setInt(next, this.#next + 1, before);
    this.#counts[value] = this.count(value) - 1;
    if (this.#ordered.size === 0) return;
    if (this.count(value) === 0) this.#ordered.delete(value);
    else this.#ordered.get(value)?.delete(row);
  }

  #grow(value: number): void {
    const length = 2 ** Math.ceil(Math.log2(value + 1));
    const [heads, counts] = [this.#heads, this.#counts];
    this.#heads = new Int32Array(length);
    this.#counts = new Int32Array(length);
    this.#heads.set(heads);
    this.#counts.set(counts);
  }
}
