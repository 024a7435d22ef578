import { HashSlots, hexDigit, hexOfWords, IdWords } from '@longshore/model';
import { ints, type TaskRows } from './task-rows.js';

const rankedDigits = 8;

/**
 * The first eight characters as hex digits. One that is none ends it: what it lies behind is the digit, and then the
 * greatest that may follow (`9fff` for what begins with a capital), or zeros where it lies before all digits.
 * A smaller id (JavaScript's `<`) never has the larger rank; that of 32 hex digits is its first word.
 */
export function rankOf(text: string, at = 0): number {
  let rank = 0;
  let rest: number | undefined;
  for (let i = at; i < at + rankedDigits; i++) {
    let digit = rest ?? 0;
    if (rest === undefined) {
      const code = i < text.length ? text.charCodeAt(i) : 0;
      digit = hexDigit(code);
      if (digit < 0) {
        digit = code < 0x30 ? 0 : code < 0x61 ? 9 : 15;
        rest = code < 0x30 ? 0 : 15;
      }
    }
    rank = rank * 16 + digit;
  }
  return rank;
}

/** The ids of a cluster's tasks: rows by id and ids by row. One of 32 hex digits, as tasks have them, is no string. */
export class TaskIds {
  readonly #rows: TaskRows;
  readonly #words = new IdWords();
  readonly #slots = new HashSlots();
  readonly #oddRows = new Map<string, number>();
  readonly #oddIds = new Map<number, string>();

  constructor(rows: TaskRows) {
    this.#rows = rows;
  }

  get size(): number {
    return this.#slots.size + this.#oddRows.size;
  }

  /** The row of the id that `text` has from `at` on; 0: none. */
  find(text: string, at = 0): number {
    const words = this.#words;
    if (!words.scan(text, at)) return this.#oddRows.size === 0 ? 0 : (this.#oddRows.get(text.slice(at)) ?? 0);
    const { hash } = words;
    for (let slot = this.#slots.find(hash); slot >= 0; slot = this.#slots.findNext(slot, hash)) {
      const row = this.#slots.valueAt(slot);
      const { ints: numbers, start } = this.#rows.memoryOf(row);
      if (words.isAt(numbers, start + ints.id)) return row;
    }
    return 0;
  }

  /** An id that has no row yet. */
  add(id: string, row: number): void {
    const words = this.#words;
    const isHex = words.scan(id);
    this.#rows.setInt(row, ints.isOddId, isHex ? 0 : 1);
    if (isHex) {
      const { ints: numbers, start } = this.#rows.memoryOf(row);
      words.store(numbers, start + ints.id);
      this.#slots.add(words.hash, row);
      return;
    }
    this.#rows.setInt(row, ints.id, rankOf(id) | 0);
    // A copy of its own: a piece cut from a path would keep the whole path in memory.
    const own = Buffer.from(id, 'utf16le').toString('utf16le');
    this.#oddRows.set(own, row);
    this.#oddIds.set(row, own);
  }

  delete(row: number): void {
    const odd = this.#oddIds.get(row);
    if (odd !== undefined) {
      this.#oddIds.delete(row);
      this.#oddRows.delete(odd);
      return;
    }
    const { ints: numbers, start } = this.#rows.memoryOf(row);
    this.#words.load(numbers, start + ints.id);
    this.#slots.delete(this.#words.hash, row);
  }

  textOf(row: number): string {
    if (this.#rows.int(row, ints.isOddId) === 1) return this.#oddIds.get(row) ?? '';
    const { ints: numbers, start } = this.#rows.memoryOf(row);
    return hexOfWords(numbers, start + ints.id);
  }

  rankOf(row: number): number {
    return this.#rows.int(row, ints.id) >>> 0;
  }
}
