import { grown } from './grown.js';

const smallest = 64;

/** Numbers by when they fall due. Nearly all come in order of their time: adding one at the end costs nothing. */
export class DueList {
  #times = new Float64Array(smallest);
  #names = new Int32Array(smallest);
  /** Items before it have been taken. */
  #first = 0;
  #end = 0;

  add(atMs: number, name: number): void {
    if (this.#end === this.#times.length) this.#makeRoom();
    let at = this.#end++;
    if (at > this.#first && (this.#times[at - 1] as number) > atMs) {
      at = this.#placeOf(atMs, at);
      this.#times.copyWithin(at + 1, at, this.#end - 1);
      this.#names.copyWithin(at + 1, at, this.#end - 1);
    }
    this.#times[at] = atMs;
    this.#names[at] = name;
  }

  /** The first that is still wanted; those before it are dropped. */
  firstMs(isWanted: (name: number, atMs: number) => boolean): number | undefined {
    for (; this.#first < this.#end; this.#first++) {
      const atMs = this.#times[this.#first] as number;
      if (isWanted(this.#names[this.#first] as number, atMs)) return atMs;
    }
    this.#clear();
    return undefined;
  }

  /** A copy: those that are due may be added anew. */
  take(untilMs: number): Int32Array {
    const from = this.#first;
    while (this.#first < this.#end && (this.#times[this.#first] as number) <= untilMs) this.#first++;
    return this.#names.slice(from, this.#first);
  }

  #clear(): void {
    this.#first = 0;
    this.#end = 0;
    if (this.#times.length > smallest) this.#move(smallest);
  }

  /** What has been taken goes first: the room is enlarged where half of it is in use. */
  #makeRoom(): void {
    const count = this.#end - this.#first;
    this.#times.copyWithin(0, this.#first, this.#end);
    this.#names.copyWithin(0, this.#first, this.#end);
    this.#first = 0;
    this.#end = count;
    if (2 * count > this.#times.length) this.#move(2 * this.#times.length);
  }

  #move(length: number): void {
    this.#times = grown(this.#times.subarray(0, Math.min(length, this.#end)), length);
    this.#names = grown(this.#names.subarray(0, Math.min(length, this.#end)), length);
  }

  #placeOf(atMs: number, end: number): number {
    let low = this.#first;
    let high = end;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#times[middle] as number) > atMs) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
