const chunkLimit = 512;

/**
 * A set of strings in order. An insertion moves at most one chunk of 512, so a million ids stay cheap to add,
 * remove and page through. Order is that of JavaScript's `<`, which for ASCII is etcd's.
 */
export class SortedStrings {
  /** Invariant: no chunk is empty, but for a single one. */
  readonly #chunks: string[][] = [[]];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** False where it was there already. */
  add(text: string): boolean {
    const at = this.#chunkOf(text);
    const chunk = this.#chunks[at] as string[];
    const place = lowerBound(chunk, text);
    if (chunk[place] === text) return false;
    if (place === chunk.length) chunk.push(text);
    else chunk.splice(place, 0, text);
    this.#size++;
    if (chunk.length > chunkLimit) this.#split(at, chunk);
    return true;
  }

  /** False where it was not there. */
  delete(text: string): boolean {
    const at = this.#chunkOf(text);
    const chunk = this.#chunks[at] as string[];
    const place = lowerBound(chunk, text);
    if (chunk[place] !== text) return false;
    chunk.splice(place, 1);
    this.#size--;
    if (chunk.length === 0 && this.#chunks.length > 1) this.#chunks.splice(at, 1);
    return true;
  }

  /** From the first that is not before `from` up to, not including, `to`. The set must not change meanwhile. */
  *between(from: string, to?: string): Generator<string> {
    let at = this.#chunkOf(from);
    let place = lowerBound(this.#chunks[at] as string[], from);
    for (; at < this.#chunks.length; at++, place = 0) {
      const chunk = this.#chunks[at] as string[];
      for (; place < chunk.length; place++) {
        const text = chunk[place] as string;
        if (to !== undefined && text >= to) return;
        yield text;
      }
    }
  }

  /** The first chunk whose last string is not before `text`; else the last chunk. */
  #chunkOf(text: string): number {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const chunk = this.#chunks[middle] as string[];
      if ((chunk[chunk.length - 1] as string) < text) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #split(at: number, chunk: string[]): void {
    // An append-only set (ids in order) is cut at its end, or every chunk would stay half full.
    const cut = at === this.#chunks.length - 1 ? chunk.length - 32 : chunk.length >>> 1;
    this.#chunks.splice(at + 1, 0, chunk.splice(cut));
  }
}

function lowerBound(sorted: readonly string[], text: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as string) < text) low = middle + 1;
    else high = middle;
  }
  return low;
}
