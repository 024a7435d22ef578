import { grown } from './grown.js';

const digits = 32;
const digitOf = Int8Array.from({ length: 128 }, (_, code) =>
  '0123456789abcdef'.indexOf(String.fromCharCode(code)),
);

/**
 * A small number for each task, used again once the task has gone. An id of 32 hex digits, as tasks have them, is kept
 * as four numbers: a million strings beside those of the store would be a tenth of what the collector walks.
 * Open addressing: the table has the slot plus 1 where the id's hash or the next empty place after it is.
 * Invariants: no place is empty between a slot and where its hash would have it; a quarter of the places is empty.
 */
export class TaskSlots {
  #words = new Int32Array(4 * 8);
  #table = new Int32Array(16);
  /** Slots that were given and came back. */
  readonly #free: number[] = [];
  #end = 0;
  #hexCount = 0;
  /** Ids of another form. */
  readonly #odd = new Map<string, number>();
  readonly #oddIds = new Map<number, string>();
  /** Of the id scanned last. */
  readonly #scanned = new Int32Array(4);

  get size(): number {
    return this.#hexCount + this.#odd.size;
  }

  /** All slots that have been given are below. */
  get end(): number {
    return this.#end;
  }

  /** -1: none. */
  find(id: string): number {
    if (!this.#scan(id)) return this.#odd.get(id) ?? -1;
    return (this.#table[this.#placeOf(this.#scanned, 0)] as number) - 1;
  }

  /** For an id that has no slot. */
  take(id: string): number {
    const slot = this.#free.pop() ?? this.#end++;
    if (!this.#scan(id)) {
      this.#odd.set(id, slot);
      this.#oddIds.set(slot, id);
      return slot;
    }
    if (4 * slot >= this.#words.length) this.#words = grown(this.#words, 4 * Math.ceil(1.25 * (slot + 1)));
    this.#words.set(this.#scanned, 4 * slot);
    if (4 * ++this.#hexCount > 3 * this.#table.length) this.#enlarge();
    this.#table[this.#placeOf(this.#words, 4 * slot)] = slot + 1;
    return slot;
  }

  release(slot: number): void {
    this.#free.push(slot);
    const odd = this.#oddIds.get(slot);
    if (odd === undefined) {
      this.#hexCount--;
      this.#empty(this.#placeOf(this.#words, 4 * slot));
    } else {
      this.#oddIds.delete(slot);
      this.#odd.delete(odd);
    }
  }

  idOf(slot: number): string {
    const odd = this.#oddIds.size === 0 ? undefined : this.#oddIds.get(slot);
    if (odd !== undefined) return odd;
    let id = '';
    for (let n = 4 * slot; n < 4 * slot + 4; n++)
      id += ((this.#words[n] as number) >>> 0).toString(16).padStart(8, '0');
    return id;
  }

  /** False: it is not of 32 hex digits. */
  #scan(id: string): boolean {
    if (id.length !== digits) return false;
    let bad = 0;
    for (let word = 0; word < 4; word++) {
      let value = 0;
      for (let at = 8 * word; at < 8 * word + 8; at++) {
        const code = id.charCodeAt(at);
        const digit = code < 128 ? (digitOf[code] as number) : -1;
        bad |= digit;
        value = (value << 4) | digit;
      }
      this.#scanned[word] = value;
    }
    return bad >= 0;
  }

  /** Where in the table the slot of these words is, or would be. */
  #placeOf(words: Int32Array, from: number): number {
    const mask = this.#table.length - 1;
    let place = this.#home(words, from);
    for (let slot = this.#table[place] as number; slot !== 0; slot = this.#table[place] as number) {
      if (this.#isAt(slot - 1, words, from)) return place;
      place = (place + 1) & mask;
    }
    return place;
  }

  #isAt(slot: number, words: Int32Array, from: number): boolean {
    const own = this.#words;
    const at = 4 * slot;
    return (
      own[at] === words[from] &&
      own[at + 1] === words[from + 1] &&
      own[at + 2] === words[from + 2] &&
      own[at + 3] === words[from + 3]
    );
  }

  #home(words: Int32Array, from: number): number {
    let hash = (words[from] as number) ^ Math.imul(words[from + 1] as number, 0x9e3779b1);
    hash ^= (words[from + 2] as number) ^ Math.imul(words[from + 3] as number, 0x85ebca77);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    return (hash ^ (hash >>> 13)) & (this.#table.length - 1);
  }

  /** What follows moves up, so that no mark of what has been is left to be stepped over. */
  #empty(place: number): void {
    const table = this.#table;
    const mask = table.length - 1;
    let hole = place;
    for (let next = (hole + 1) & mask; table[next] !== 0; next = (next + 1) & mask) {
      const home = this.#home(this.#words, 4 * ((table[next] as number) - 1));
      if (((next - home) & mask) < ((next - hole) & mask)) continue;
      table[hole] = table[next] as number;
      hole = next;
    }
    table[hole] = 0;
  }

  #enlarge(): void {
    const before = this.#table;
    this.#table = new Int32Array(2 * before.length);
    for (const slot of before) if (slot !== 0) this.#table[this.#placeOf(this.#words, 4 * (slot - 1))] = slot;
  }
}
