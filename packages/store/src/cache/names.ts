import { HashSlots, mixed } from '@longshore/model';

const start = 0x811c9dc5;
const factor = 0x01000193;

/**
 * Equal texts as one small number, from which the text comes back. Taken and given back by count, for instances,
 * deployments and whoever started a task come and go over the years.
 * Invariant: a number stands for the same text as long as somebody has taken it; 0 is the empty text, always.
 */
export class Names {
  readonly #slots = new HashSlots();
  readonly #texts: string[] = [''];
  readonly #counts: number[] = [0];
  readonly #free: number[] = [];
  /** From this byte on, bytes are not the text's characters. */
  readonly #limit: number;

  /** `latin1`: each byte is a character, for what is no text at all. */
  constructor(encoding: 'utf8' | 'latin1' = 'utf8') {
    this.#limit = encoding === 'utf8' ? 0x80 : 0x100;
  }

  /** How many there are, without the empty one. */
  get size(): number {
    return this.#slots.size;
  }

  text(name: number): string {
    return this.#texts[name] as string;
  }

  /** 0: nobody has taken it, or it is empty. */
  find(text: string): number {
    return text === '' ? 0 : this.#find(text, hashOf(text));
  }

  /**
   * The number of what lies in the bytes, taken once; or `known`, not taken again, where that is what lies there:
   * mostly a record is written anew with the names it had.
   */
  take(bytes: Uint8Array, from: number, to: number, known: number): number {
    if (from === to) return 0;
    if (known > 0 && this.#isSame(known, bytes, from, to)) return known;
    let hash = start;
    let high = 0;
    for (let i = from; i < to; i++) {
      const byte = bytes[i] as number;
      high |= byte;
      hash = Math.imul(hash ^ byte, factor);
    }
    if (high >= this.#limit) return this.#takeText(textOf(bytes, 'utf8', from, to), known);
    hash = mixed(hash);
    for (let at = this.#slots.find(hash); at >= 0; at = this.#slots.findNext(at, hash)) {
      const name = this.#slots.valueAt(at);
      if (this.#isSame(name, bytes, from, to)) return this.#count(name);
    }
    return this.#add(textOf(bytes, 'latin1', from, to), hash);
  }

  /** True where nobody has it any more: the number may come to stand for another text. */
  release(name: number): boolean {
    if (name <= 0) return false;
    const left = (this.#counts[name] as number) - 1;
    this.#counts[name] = left;
    if (left > 0) return false;
    this.#slots.delete(hashOf(this.#texts[name] as string), name);
    this.#texts[name] = '';
    this.#free.push(name);
    return true;
  }

  /** Hashed as it is decoded: bytes that are no UTF-8 are the same text as those that say so properly. */
  #takeText(text: string, known: number): number {
    if (known > 0 && this.#texts[known] === text) return known;
    const hash = hashOf(text);
    const name = this.#find(text, hash);
    return name > 0 ? this.#count(name) : this.#add(text, hash);
  }

  #find(text: string, hash: number): number {
    for (let at = this.#slots.find(hash); at >= 0; at = this.#slots.findNext(at, hash)) {
      const name = this.#slots.valueAt(at);
      if (this.#texts[name] === text) return name;
    }
    return 0;
  }

  #count(name: number): number {
    this.#counts[name] = (this.#counts[name] as number) + 1;
    return name;
  }

  #add(text: string, hash: number): number {
    const name = this.#free.pop() ?? this.#texts.length;
    this.#texts[name] = text;
    this.#counts[name] = 1;
    this.#slots.add(hash, name);
    return name;
  }

  #isSame(name: number, bytes: Uint8Array, from: number, to: number): boolean {
    const text = this.#texts[name] as string;
    if (text.length !== to - from) return false;
    for (let i = 0; i < text.length; i++) {
      const byte = bytes[from + i] as number;
      if (text.charCodeAt(i) !== byte || byte >= this.#limit) return false;
    }
    return true;
  }
}

function hashOf(text: string): number {
  let hash = start;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), factor);
  return mixed(hash);
}

function textOf(bytes: Uint8Array, encoding: 'utf8' | 'latin1', from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(encoding, from, to);
}
