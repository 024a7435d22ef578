const slots = 1 << 16;

/**
 * Gives equal bytes the same string, mostly without making one: clusters, instances, services and families repeat
 * over a million tasks. Direct-mapped and bounded: two strings that share a slot lose sharing, never truth.
 */
export class StringTable {
  readonly #slots: (string | undefined)[] = [];

  constructor() {
    // Filling it one by one takes longer than all else that opens a store in memory.
    this.#slots.length = slots;
  }

  read(bytes: Uint8Array, start: number, end: number): string {
    if (start === end) return '';
    let hash = 0x811c9dc5;
    let high = 0;
    for (let i = start; i < end; i++) {
      const byte = bytes[i] as number;
      high |= byte;
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
    if (high >= 0x80) return asBuffer(bytes).toString('utf8', start, end);
    const slot = (hash ^ (hash >>> 15)) & (slots - 1);
    const known = this.#slots[slot];
    if (known !== undefined && sameAscii(known, bytes, start, end)) return known;
    const text = asBuffer(bytes).toString('latin1', start, end);
    this.#slots[slot] = text;
    return text;
  }

  /** The shared copy of a string that is there already. */
  share(text: string): string {
    let hash = 0x811c9dc5;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    const slot = (hash ^ (hash >>> 15)) & (slots - 1);
    if (this.#slots[slot] === text) return this.#slots[slot] as string;
    this.#slots[slot] = text;
    return text;
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function sameAscii(text: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== bytes[start + i]) return false;
  return true;
}
