import type { TaskIds } from './task-ids.js';

const smallest = 16;
const limit = 512;
/** So many that are new are put among those in order one by one. */
const few = 4;

/**
 * Rows of one span of ranks, with their ranks beside: a search or a sort compares numbers that lie together, and ids
 * only among equals. What is added lies behind the others until somebody reads.
 */
class Chunk {
  /** In pairs: rank, row. */
  #pairs = new Uint32Array(2 * smallest);
  #size = 0;
  /** How many lie in order, from the first. */
  #ordered = 0;

  get size(): number {
    return this.#size;
  }

  rowAt(place: number): number {
    return this.#pairs[2 * place + 1] as number;
  }

  push(row: number, rank: number): void {
    const at = this.#size++;
    if (2 * at === this.#pairs.length) this.#grow();
    this.#pairs[2 * at] = rank;
    this.#pairs[2 * at + 1] = row;
    if (this.#ordered === at && (at === 0 || (this.#pairs[2 * at - 2] as number) < rank)) this.#ordered++;
  }

  remove(row: number, rank: number): void {
    const pairs = this.#pairs;
    let place = this.#bound(rank);
    while (place < this.#ordered && pairs[2 * place + 1] !== row && pairs[2 * place] === rank) place++;
    if (place < this.#ordered && pairs[2 * place + 1] === row) {
      pairs.copyWithin(2 * place, 2 * place + 2, 2 * this.#size--);
      this.#ordered--;
      return;
    }
    place = this.#ordered;
    while (place < this.#size && pairs[2 * place + 1] !== row) place++;
    if (place === this.#size) return;
    const last = --this.#size;
    pairs[2 * place] = pairs[2 * last] as number;
    pairs[2 * place + 1] = pairs[2 * last + 1] as number;
  }

  /** The place of the first whose id is not before `id`; all lie in order afterwards. */
  lowerBound(id: string, rank: number, ids: TaskIds): number {
    this.order(ids);
    let low = this.#bound(rank);
    let high = low;
    while (high < this.#size && this.#pairs[2 * high] === rank) high++;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (ids.textOf(this.rowAt(middle)) < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  order(ids: TaskIds): void {
    if (this.#ordered === this.#size) return;
    if (this.#size - this.#ordered > few) this.#sort(ids);
    else while (this.#ordered < this.#size) this.#insert(ids);
  }

  /** Those from a rank on, that lies about in the middle; undefined: all are of one rank. `from` is that rank. */
  split(): { readonly from: number; readonly rest: Chunk } | undefined {
    const from = this.#middle();
    if (from === undefined) return undefined;
    const rest = new Chunk();
    const size = this.#size;
    const ordered = this.#ordered;
    this.#size = 0;
    for (let i = 0; i < size; i++) {
      const rank = this.#pairs[2 * i] as number;
      const row = this.#pairs[2 * i + 1] as number;
      const side = rank < from ? this : rest;
      // This one is filled from its start while it is read further on.
      if (i === ordered) {
        this.#ordered = this.#size;
        rest.#ordered = rest.#size;
      }
      side.#append(row, rank);
    }
    if (ordered === size) {
      this.#ordered = this.#size;
      rest.#ordered = rest.#size;
    }
    return { from, rest };
  }

  #append(row: number, rank: number): void {
    const at = this.#size++;
    if (2 * at === this.#pairs.length) this.#grow();
    this.#pairs[2 * at] = rank;
    this.#pairs[2 * at + 1] = row;
  }

  /** Of some ranks the one in the middle, or the next above the least where that is the least itself. */
  #middle(): number | undefined {
    const step = Math.max(1, this.#size >>> 4);
    const sample: number[] = [];
    for (let i = 0; i < this.#size; i += step) sample.push(this.#pairs[2 * i] as number);
    const found = sample.sort((a, b) => a - b)[sample.length >>> 1] as number;
    let least = found;
    let above = Infinity;
    for (let i = 0; i < this.#size; i++) {
      const rank = this.#pairs[2 * i] as number;
      if (rank < least) least = rank;
      if (rank > found && rank < above) above = rank;
    }
    if (least < found) return found;
    return above === Infinity ? undefined : above;
  }

  /** Among those in order, the first whose rank is not below. */
  #bound(rank: number): number {
    let low = 0;
    let high = this.#ordered;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#pairs[2 * middle] as number) < rank) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Puts the first that is not in order where it belongs. */
  #insert(ids: TaskIds): void {
    const pairs = this.#pairs;
    const rank = pairs[2 * this.#ordered] as number;
    const row = this.rowAt(this.#ordered);
    let place = this.#bound(rank);
    const id = place < this.#ordered && pairs[2 * place] === rank ? ids.textOf(row) : '';
    let high = place;
    while (high < this.#ordered && pairs[2 * high] === rank) high++;
    while (place < high) {
      const middle = (place + high) >>> 1;
      if (ids.textOf(this.rowAt(middle)) < id) place = middle + 1;
      else high = middle;
    }
    pairs.copyWithin(2 * place + 2, 2 * place, 2 * this.#ordered);
    pairs[2 * place] = rank;
    pairs[2 * place + 1] = row;
    this.#ordered++;
  }

  #sort(ids: TaskIds): void {
    const before = this.#pairs.slice(0, 2 * this.#size);
    // A rank and a place in one number: sorted without a function that compares.
    const keys = new Float64Array(this.#size);
    const places = 2 ** 21;
    if (this.#size > places) throw new RangeError('too many ids that begin alike');
    for (let i = 0; i < this.#size; i++) keys[i] = (before[2 * i] as number) * places + i;
    keys.sort();
    for (let i = 0; i < this.#size; i++) {
      const place = (keys[i] as number) % places;
      this.#pairs[2 * i] = before[2 * place] as number;
      this.#pairs[2 * i + 1] = before[2 * place + 1] as number;
    }
    this.#ordered = this.#size;
    for (let i = 1, first = 0; i <= this.#size; i++) {
      if (i < this.#size && this.#pairs[2 * i] === this.#pairs[2 * first]) continue;
      if (i - first > 1) this.#sortEqual(first, i, ids);
      first = i;
    }
  }

  /** Those from `first` up to `end` have one rank. */
  #sortEqual(first: number, end: number, ids: TaskIds): void {
    const rows = Array.from({ length: end - first }, (_, i) => this.rowAt(first + i));
    const named = rows.map((row) => ({ row, id: ids.textOf(row) }));
    named.sort((a, b) => (a.id < b.id ? -1 : 1));
    for (const [i, { row }] of named.entries()) this.#pairs[2 * (first + i) + 1] = row;
  }

  #grow(): void {
    const before = this.#pairs;
    this.#pairs = new Uint32Array(2 * before.length);
    this.#pairs.set(before);
  }
}

/** Rows in the order of their tasks' ids, which is that of JavaScript's `<`. Added in no order at the cost of a push. */
export class OrderedRows {
  readonly #ids: TaskIds;
  /** In order of their spans, which leave no gap. Invariants: a rank is of one chunk; none is empty, but a single one. */
  readonly #chunks: Chunk[] = [new Chunk()];
  /** The least rank of each chunk's span. */
  readonly #froms: number[] = [0];

  constructor(ids: TaskIds) {
    this.#ids = ids;
  }

  add(row: number): void {
    const rank = this.#ids.rankOf(row);
    const at = this.#chunkOf(rank);
    const chunk = this.#chunks[at] as Chunk;
    chunk.push(row, rank);
    // One whose ids all begin alike cannot be cut: it is looked at again when it has doubled.
    if (chunk.size >= limit && (chunk.size & (chunk.size - 1)) === 0) this.#split(at, chunk);
  }

  /** While the row still has its id. */
  delete(row: number): void {
    const rank = this.#ids.rankOf(row);
    const at = this.#chunkOf(rank);
    const chunk = this.#chunks[at] as Chunk;
    chunk.remove(row, rank);
    if (chunk.size > 0 || this.#chunks.length === 1) return;
    // Its span goes to the one before it; the first one's to the one behind.
    this.#chunks.splice(at, 1);
    this.#froms.splice(at, 1);
    this.#froms[0] = 0;
  }

  /** From the first whose id is not before `id`. The rows must not change meanwhile. */
  *from(id: string, rank: number): Generator<number> {
    let at = this.#chunkOf(rank);
    let place = (this.#chunks[at] as Chunk).lowerBound(id, rank, this.#ids);
    for (; at < this.#chunks.length; at++, place = 0) {
      const chunk = this.#chunks[at] as Chunk;
      chunk.order(this.#ids);
      for (; place < chunk.size; place++) yield chunk.rowAt(place);
    }
  }

  /** The last that does not begin behind the rank. */
  #chunkOf(rank: number): number {
    let low = 0;
    let high = this.#froms.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#froms[middle] as number) > rank) high = middle - 1;
      else low = middle;
    }
    return low;
  }

  #split(at: number, chunk: Chunk): void {
    const cut = chunk.split();
    if (cut === undefined) return;
    this.#chunks.splice(at + 1, 0, cut.rest);
    this.#froms.splice(at + 1, 0, cut.from);
  }
}
