import { HashSlots, hexOfWords, IdWords } from '@longshore/model';
import { grown } from './grown.js';

/**
 * A small number for each task, used again once the task has gone. An id of 32 hex digits, as tasks have them, is kept
 * as four numbers: a million strings beside those of the store would be a tenth of what the collector walks.
 */
export class TaskSlots {
  /** Of the ids, four a slot. */
  #words = new Int32Array(4 * 8);
  /** Slots plus 1. */
  readonly #table = new HashSlots();
  /** Slots that were given and came back. */
  readonly #free: number[] = [];
  #end = 0;
  /** Ids of another form. */
  readonly #odd = new Map<string, number>();
  readonly #oddIds = new Map<number, string>();
  readonly #id = new IdWords();

  get size(): number {
    return this.#table.size + this.#odd.size;
  }

  /** All slots that have been given are below. */
  get end(): number {
    return this.#end;
  }

  /** -1: none. */
  find(id: string): number {
    if (!this.#id.scan(id)) return this.#odd.get(id) ?? -1;
    const { hash } = this.#id;
    for (let at = this.#table.find(hash); at >= 0; at = this.#table.findNext(at, hash)) {
      const slot = this.#table.valueAt(at) - 1;
      if (this.#id.isAt(this.#words, 4 * slot)) return slot;
    }
    return -1;
  }

  /** For an id that has no slot. */
  take(id: string): number {
    const slot = this.#free.pop() ?? this.#end++;
    if (!this.#id.scan(id)) {
      this.#odd.set(id, slot);
      this.#oddIds.set(slot, id);
      return slot;
    }
    if (4 * slot >= this.#words.length) this.#words = grown(this.#words, 4 * Math.ceil(1.25 * (slot + 1)));
    this.#id.store(this.#words, 4 * slot);
    this.#table.add(this.#id.hash, slot + 1);
    return slot;
  }

  release(slot: number): void {
    this.#free.push(slot);
    const odd = this.#oddIds.get(slot);
    if (odd === undefined) {
      this.#id.load(this.#words, 4 * slot);
      this.#table.delete(this.#id.hash, slot + 1);
    } else {
      this.#oddIds.delete(slot);
      this.#odd.delete(odd);
    }
  }

  idOf(slot: number): string {
    const odd = this.#oddIds.size === 0 ? undefined : this.#oddIds.get(slot);
    return odd ?? hexOfWords(this.#words, 4 * slot);
  }
}
