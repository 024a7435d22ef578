import { HashSlots, mixed } from './hash-slots.js';
import { ints, type TaskRows } from './task-rows.js';

const hexDigits = 32;
const digitsOfWord = 8;
const digitOf = Int8Array.from({ length: 128 }, (_, code) =>
  '0123456789abcdef'.indexOf(String.fromCharCode(code)),
);

/**
 * The id at the end of a text, as numbers: nothing is cut off or made.
 * Invariant: a smaller id (JavaScript's `<`) never has the larger rank; of 32 hex digits the rank is the first eight.
 */
export class IdScan {
  isHex = false;
  /** The digits, eight in each. The first is the rank, cut to 32 bits with sign, of any id. */
  first = 0;
  second = 0;
  third = 0;
  fourth = 0;

  scan(text: string, at: number): void {
    this.isHex = text.length - at === hexDigits && this.#scanHex(text, at);
    if (!this.isHex) this.first = rankOf(text, at) | 0;
  }

  get hash(): number {
    return mixed(
      this.first ^ Math.imul(this.second, 0x9e3779b1) ^ this.third ^ Math.imul(this.fourth, 0x85ebca77),
    );
  }

  #bad = 0;

  #scanHex(text: string, at: number): boolean {
    this.#bad = 0;
    this.first = this.#word(text, at);
    this.second = this.#word(text, at + digitsOfWord);
    this.third = this.#word(text, at + 2 * digitsOfWord);
    this.fourth = this.#word(text, at + 3 * digitsOfWord);
    return this.#bad >= 0;
  }

  #word(text: string, at: number): number {
    let word = 0;
    let bad = 0;
    for (let i = at; i < at + digitsOfWord; i++) {
      const code = text.charCodeAt(i);
      const digit = code < 128 ? (digitOf[code] as number) : -1;
      bad |= digit;
      word = (word << 4) | digit;
    }
    this.#bad |= bad;
    return word;
  }
}

/**
 * The first eight characters as hex digits. One that is none ends it: what it lies behind is the digit, and then the
 * greatest that may follow (`9fff` for what begins with a capital), or zeros where it lies before all digits.
 */
export function rankOf(text: string, at = 0): number {
  let rank = 0;
  let rest: number | undefined;
  for (let i = at; i < at + digitsOfWord; i++) {
    let digit = rest ?? 0;
    if (rest === undefined) {
      const code = i < text.length ? text.charCodeAt(i) : 0;
      digit = code < 128 ? (digitOf[code] as number) : -1;
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
  readonly #scan = new IdScan();
  readonly #slots = new HashSlots();
  readonly #oddRows = new Map<string, number>();
  readonly #oddIds = new Map<number, string>();
  readonly #bytes = Buffer.alloc(hexDigits / 2);
  readonly #view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, hexDigits / 2);

  constructor(rows: TaskRows) {
    this.#rows = rows;
  }

  get size(): number {
    return this.#slots.size + this.#oddRows.size;
  }

  /** The row of the id that `text` has from `at` on; 0: none. */
  find(text: string, at = 0): number {
    const scan = this.#scan;
    scan.scan(text, at);
    if (!scan.isHex) return this.#oddRows.size === 0 ? 0 : (this.#oddRows.get(text.slice(at)) ?? 0);
    const { hash } = scan;
    for (let slot = this.#slots.find(hash); slot >= 0; slot = this.#slots.findNext(slot, hash)) {
      const row = this.#slots.valueAt(slot);
      if (this.#isAt(row)) return row;
    }
    return 0;
  }

  /** An id that has no row yet. */
  add(id: string, row: number): void {
    const rows = this.#rows;
    const scan = this.#scan;
    scan.scan(id, 0);
    rows.setInt(row, ints.isOddId, scan.isHex ? 0 : 1);
    rows.setInt(row, ints.id, scan.first);
    if (scan.isHex) {
      rows.setInt(row, ints.id + 1, scan.second);
      rows.setInt(row, ints.id + 2, scan.third);
      rows.setInt(row, ints.id + 3, scan.fourth);
      this.#slots.add(scan.hash, row);
      return;
    }
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
    this.#load(row);
    const { hash } = this.#scan;
    let slot = this.#slots.find(hash);
    while (this.#slots.valueAt(slot) !== row) slot = this.#slots.findNext(slot, hash);
    this.#slots.deleteAt(slot);
  }

  textOf(row: number): string {
    if (this.#rows.int(row, ints.isOddId) === 1) return this.#oddIds.get(row) ?? '';
    for (let i = 0; i < 4; i++) this.#view.setInt32(4 * i, this.#rows.int(row, ints.id + i));
    return this.#bytes.toString('hex');
  }

  rankOf(row: number): number {
    return this.#rows.int(row, ints.id) >>> 0;
  }

  #isAt(row: number): boolean {
    const rows = this.#rows;
    const { first, second, third, fourth } = this.#scan;
    return (
      rows.int(row, ints.id) === first &&
      rows.int(row, ints.id + 1) === second &&
      rows.int(row, ints.id + 2) === third &&
      rows.int(row, ints.id + 3) === fourth
    );
  }

  #load(row: number): void {
    const scan = this.#scan;
    scan.first = this.#rows.int(row, ints.id);
    scan.second = this.#rows.int(row, ints.id + 1);
    scan.third = this.#rows.int(row, ints.id + 2);
    scan.fourth = this.#rows.int(row, ints.id + 3);
  }
}
