const chunkLimit = 512;
const rankedChars = 6;

/** Strings in order with their ranks: a search compares numbers that lie side by side, and strings only among equals. */
class Chunk {
  readonly ranks = new Float64Array(chunkLimit + 1);
  texts: string[] = [];

  lowerBound(text: string, rank: number): number {
    let low = 0;
    let high = this.texts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const there = this.ranks[middle] as number;
      if (there < rank || (there === rank && (this.texts[middle] as string) < text)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  insert(place: number, text: string, rank: number): void {
    const { length } = this.texts;
    this.ranks.copyWithin(place + 1, place, length);
    this.ranks[place] = rank;
    if (place === length) this.texts.push(text);
    else this.texts.splice(place, 0, text);
  }

  remove(place: number): void {
    this.ranks.copyWithin(place, place + 1, this.texts.length);
    this.texts.splice(place, 1);
  }

  /** Cuts off what lies behind `place`. */
  split(place: number): Chunk {
    const rest = new Chunk();
    rest.ranks.set(this.ranks.subarray(place, this.texts.length));
    rest.texts = this.texts.splice(place);
    return rest;
  }
}

/**
 * A set of strings in order. An insertion moves at most one chunk of 512, so a million ids stay cheap to add,
 * remove and page through. Order is that of JavaScript's `<`, which for ASCII is etcd's.
 */
export class SortedStrings {
  /** Invariant: no chunk is empty, but for a single one. */
  readonly #chunks: Chunk[] = [new Chunk()];
  /** All strings begin with it, so that it says nothing of their order. */
  readonly #prefix: string;
  #size = 0;

  constructor(prefix = '') {
    this.#prefix = prefix;
  }

  get size(): number {
    return this.#size;
  }

  /** False where it was there already. */
  add(text: string): boolean {
    const rank = this.#rankOf(text);
    const at = this.#chunkOf(text, rank);
    const chunk = this.#chunks[at] as Chunk;
    const place = chunk.lowerBound(text, rank);
    if (chunk.texts[place] === text) return false;
    chunk.insert(place, text, rank);
    this.#size++;
    if (chunk.texts.length > chunkLimit) this.#split(at, chunk);
    return true;
  }

  /** False where it was not there. */
  delete(text: string): boolean {
    const rank = this.#rankOf(text);
    const at = this.#chunkOf(text, rank);
    const chunk = this.#chunks[at] as Chunk;
    const place = chunk.lowerBound(text, rank);
    if (chunk.texts[place] !== text) return false;
    chunk.remove(place);
    this.#size--;
    if (chunk.texts.length === 0 && this.#chunks.length > 1) this.#chunks.splice(at, 1);
    return true;
  }

  /** From the first that is not before `from` up to, not including, `to`. The set must not change meanwhile. */
  *between(from: string, to?: string): Generator<string> {
    // A bound outside the prefix lies before all strings or behind all of them.
    const inside = from.startsWith(this.#prefix);
    if (!inside && from > this.#prefix) return;
    const rank = inside ? this.#rankOf(from) : 0;
    let at = inside ? this.#chunkOf(from, rank) : 0;
    let place = inside ? (this.#chunks[at] as Chunk).lowerBound(from, rank) : 0;
    for (; at < this.#chunks.length; at++, place = 0) {
      const { texts } = this.#chunks[at] as Chunk;
      for (; place < texts.length; place++) {
        const text = texts[place] as string;
        if (to !== undefined && text >= to) return;
        yield text;
      }
    }
  }

  /** The first chunk whose last string is not before `text`; else the last chunk. */
  #chunkOf(text: string, rank: number): number {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const { texts, ranks } = this.#chunks[middle] as Chunk;
      const last = texts.length - 1;
      const there = ranks[last] as number;
      if (there < rank || (there === rank && (texts[last] as string) < text)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #split(at: number, chunk: Chunk): void {
    // An append-only set (ids in order) is cut at its end, or every chunk would stay half full.
    const cut = at === this.#chunks.length - 1 ? chunk.texts.length - 32 : chunk.texts.length >>> 1;
    this.#chunks.splice(at + 1, 0, chunk.split(cut));
  }

  /** Never orders two strings the wrong way round; what lies behind a character beyond Latin-1 is left out. */
  #rankOf(text: string): number {
    let rank = 0;
    let known = true;
    const start = this.#prefix.length;
    for (let i = start; i < start + rankedChars; i++) {
      const code = known && i < text.length ? text.charCodeAt(i) + 1 : 0;
      if (code > 256) known = false;
      rank = rank * 258 + (code > 256 ? 257 : code);
    }
    return rank;
  }
}
