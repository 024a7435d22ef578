const chunkLimit = 512;
const rankedChars = 6;

/**
 * Strings of one span with their ranks: a search compares numbers that lie side by side, and strings only among equals.
 * What is added lies behind the others until somebody reads.
 */
class Chunk {
  /** The least string that belongs here; undefined: the first chunk, which has no least. */
  readonly from: string | undefined;
  readonly fromRank: number;
  readonly #ranks = new Float64Array(chunkLimit + 1);
  #texts: string[] = [];
  /** How many lie in order, from the first. */
  #ordered = 0;

  constructor(from: string | undefined, fromRank: number) {
    this.from = from;
    this.fromRank = fromRank;
  }

  get size(): number {
    return this.#texts.length;
  }

  /** In order. */
  get texts(): readonly string[] {
    this.#order();
    return this.#texts;
  }

  push(text: string, rank: number): void {
    const at = this.#texts.length;
    this.#ranks[at] = rank;
    this.#texts.push(text);
    if (this.#ordered === at && (at === 0 || this.#isBefore(at - 1, text, rank))) this.#ordered = at + 1;
  }

  /** The place of the first that is not before `text`. */
  lowerBound(text: string, rank: number): number {
    this.#order();
    return this.#bound(text, rank);
  }

  remove(text: string, rank: number): boolean {
    let place = this.#bound(text, rank);
    if (place >= this.#ordered || this.#texts[place] !== text)
      place = this.#texts.indexOf(text, this.#ordered);
    if (place < 0) return false;
    this.#ranks.copyWithin(place, place + 1, this.#texts.length);
    this.#texts.splice(place, 1);
    if (place < this.#ordered) this.#ordered--;
    return true;
  }

  /** Cuts off what lies behind `place`. */
  split(place: number): Chunk {
    this.#order();
    const rest = new Chunk(this.#texts[place], this.#ranks[place] as number);
    rest.#ranks.set(this.#ranks.subarray(place, this.#texts.length));
    rest.#texts = this.#texts.splice(place);
    rest.#ordered = rest.#texts.length;
    this.#ordered = this.#texts.length;
    return rest;
  }

  /** The same strings, for a chunk whose span has become another's. */
  reaching(from: string | undefined, fromRank: number): Chunk {
    const same = new Chunk(from, fromRank);
    same.#ranks.set(this.#ranks);
    same.#texts = this.#texts;
    same.#ordered = this.#ordered;
    return same;
  }

  /** Among those in order. */
  #bound(text: string, rank: number): number {
    let low = 0;
    let high = this.#ordered;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#isBefore(middle, text, rank)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #isBefore(place: number, text: string, rank: number): boolean {
    const there = this.#ranks[place] as number;
    return there < rank || (there === rank && (this.#texts[place] as string) < text);
  }

  #order(): void {
    if (this.#ordered === this.#texts.length) return;
    const ranks = this.#ranks.slice(0, this.#texts.length);
    const texts = this.#texts;
    const places = Uint32Array.from(texts, (_, i) => i).sort(
      (a, b) =>
        (ranks[a] as number) - (ranks[b] as number) || ((texts[a] as string) < (texts[b] as string) ? -1 : 1),
    );
    this.#texts = Array.from(places, (place) => texts[place] as string);
    for (let i = 0; i < places.length; i++) this.#ranks[i] = ranks[places[i] as number] as number;
    this.#ordered = this.#texts.length;
  }
}

/**
 * A set of strings in order. An addition finds its span of 512 and lies there until somebody reads that span, so a
 * million ids stay cheap to add, remove and page through. Order is that of JavaScript's `<`, which for ASCII is etcd's.
 */
export class SortedStrings {
  /** In order of their spans, which leave no gap. Invariant: no chunk is empty, but for a single one. */
  readonly #chunks: Chunk[] = [new Chunk(undefined, 0)];
  /** All strings begin with it, so that it says nothing of their order. */
  readonly #prefix: string;
  #size = 0;

  constructor(prefix = '') {
    this.#prefix = prefix;
  }

  get size(): number {
    return this.#size;
  }

  /** One that is not there yet: who asks keeps a map of them beside, and whether it was there is not looked for twice. */
  add(text: string): void {
    const rank = this.#rankOf(text);
    const at = this.#chunkOf(text, rank);
    const chunk = this.#chunks[at] as Chunk;
    chunk.push(text, rank);
    this.#size++;
    if (chunk.size > chunkLimit) this.#split(at, chunk);
  }

  /** False where it was not there. */
  delete(text: string): boolean {
    const rank = this.#rankOf(text);
    const at = this.#chunkOf(text, rank);
    const chunk = this.#chunks[at] as Chunk;
    if (!chunk.remove(text, rank)) return false;
    this.#size--;
    if (chunk.size === 0 && this.#chunks.length > 1) this.#drop(at);
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

  /** The chunk in whose span `text` lies: the last that does not begin behind it. */
  #chunkOf(text: string, rank: number): number {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      const { from = '', fromRank } = this.#chunks[middle] as Chunk;
      if (fromRank > rank || (fromRank === rank && from > text)) high = middle - 1;
      else low = middle;
    }
    return low;
  }

  #split(at: number, chunk: Chunk): void {
    // An append-only set (ids in order) is cut at its end, or every chunk would stay half full.
    const cut = at === this.#chunks.length - 1 ? chunk.size - 32 : chunk.size >>> 1;
    this.#chunks.splice(at + 1, 0, chunk.split(cut));
  }

  /** The span of a chunk that is empty goes to the one before it; the first one's to the one behind. */
  #drop(at: number): void {
    const [, second] = this.#chunks;
    if (at === 0 && second) this.#chunks.splice(0, 2, second.reaching(undefined, 0));
    else this.#chunks.splice(at, 1);
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
