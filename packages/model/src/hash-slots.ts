const smallest = 8;

/**
 * Numbers by a hash, for whoever can tell by a number what it stands for: who looks compares, slot by slot.
 * Open addressing in one typed array, hash and number side by side, so that growing reads nothing else: the slots of
 * a million numbers are moved in some 20 ms.
 * Invariants: no slot is empty between a number and the slot where its hash would have it; 0 is never a number; a
 * quarter of the slots is empty.
 */
export class HashSlots {
  #slots = new Int32Array(2 * smallest);
  #mask = smallest - 1;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The first slot with this hash; -1: none. */
  find(hash: number): number {
    return this.#from(hash & this.#mask, hash);
  }

  /** The next one after `at` with this hash; -1: none. */
  findNext(at: number, hash: number): number {
    return this.#from((at + 1) & this.#mask, hash);
  }

  valueAt(at: number): number {
    return this.#slots[2 * at + 1] as number;
  }

  /** A number that is not there yet. */
  add(hash: number, value: number): void {
    if (4 * ++this.#size > 3 * (this.#mask + 1)) this.#resize(2 * (this.#mask + 1));
    this.#place(hash, value);
  }

  /** A number that is there with this hash. */
  delete(hash: number, value: number): void {
    let at = this.find(hash);
    while (this.valueAt(at) !== value) at = this.findNext(at, hash);
    this.#deleteAt(at);
  }

  /** What follows moves up, so that no mark of what has been is left to be stepped over. */
  #deleteAt(at: number): void {
    const slots = this.#slots;
    const mask = this.#mask;
    let hole = at;
    for (let next = (hole + 1) & mask; slots[2 * next + 1] !== 0; next = (next + 1) & mask) {
      const home = (slots[2 * next] as number) & mask;
      if (((next - home) & mask) < ((next - hole) & mask)) continue;
      slots[2 * hole] = slots[2 * next] as number;
      slots[2 * hole + 1] = slots[2 * next + 1] as number;
      hole = next;
    }
    slots[2 * hole + 1] = 0;
    if (8 * --this.#size < mask && mask >= smallest) this.#resize((mask + 1) / 2);
  }

  #from(start: number, hash: number): number {
    const slots = this.#slots;
    for (let at = start; slots[2 * at + 1] !== 0; at = (at + 1) & this.#mask)
      if (slots[2 * at] === hash) return at;
    return -1;
  }

  #place(hash: number, value: number): void {
    const slots = this.#slots;
    let at = hash & this.#mask;
    while (slots[2 * at + 1] !== 0) at = (at + 1) & this.#mask;
    slots[2 * at] = hash;
    slots[2 * at + 1] = value;
  }

  #resize(count: number): void {
    const before = this.#slots;
    this.#slots = new Int32Array(2 * count);
    this.#mask = count - 1;
    for (let i = 0; i < before.length; i += 2)
      if (before[i + 1] !== 0) this.#place(before[i] as number, before[i + 1] as number);
  }
}

/** The bits of a hash that was built from left to right: its low ones are to depend on all. */
export function mixed(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
