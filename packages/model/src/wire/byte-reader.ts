const nothing = new Uint8Array(0);

/** Walks over protobuf's wire format. Throws on bytes that end too early. */
export class ByteReader {
  #bytes: Uint8Array = nothing;
  #text: Buffer = Buffer.alloc(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  position = 0;
  end = 0;

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  open(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.position = 0;
    this.end = bytes.byteLength;
  }

  /** Values up to 2^53; a negative number, which takes ten bytes, comes out as such. */
  varint(): number {
    if (this.position < this.end) {
      const first = this.#bytes[this.position] as number;
      if (first < 0x80) {
        this.position++;
        return first;
      }
    }
    return this.#longVarint();
  }

  /** As `varint`, cut to 32 bits. */
  int32(): number {
    return this.varint() | 0;
  }

  /** A number of 64 bits without sign, in decimal: an id that passes 2^53. */
  uint64Text(): string {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#next();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value).toString();
    }
    throw new Error('a number in a message is longer than protobuf allows');
  }

  double(): number {
    const { byteOffset, buffer } = this.#bytes;
    if (this.#view.buffer !== buffer) this.#view = new DataView(buffer);
    const at = this.position;
    this.#move(8);
    return this.#view.getFloat64(byteOffset + at, true);
  }

  string(): string {
    const end = this.delimitedEnd();
    const start = this.position;
    this.position = end;
    if (start === end) return '';
    if (this.#text.buffer !== this.#bytes.buffer) this.#text = Buffer.from(this.#bytes.buffer);
    const { byteOffset } = this.#bytes;
    return this.#text.toString('utf8', byteOffset + start, byteOffset + end);
  }

  /** A view on what is read. */
  view(): Uint8Array {
    const end = this.delimitedEnd();
    const found = this.#bytes.subarray(this.position, end);
    this.position = end;
    return found;
  }

  /** The end of a length-delimited member that begins at `position`; the caller moves there. */
  delimitedEnd(): number {
    const length = this.varint();
    const end = this.position + length;
    if (length < 0 || end > this.end) throw new Error('a message ends in the middle of a member');
    return end;
  }

  skip(wireType: number): void {
    if (wireType === 0) this.varint();
    else if (wireType === 1) this.#move(8);
    else if (wireType === 2) this.position = this.delimitedEnd();
    else if (wireType === 5) this.#move(4);
    else throw new Error(`a message has a member of the unknown wire type ${wireType}`);
  }

  #longVarint(): number {
    let low = 0;
    let value = 0;
    let factor = 1;
    for (let i = 0; i < 10; i++) {
      const byte = this.#next();
      if (i < 5) low |= (byte & 0x7f) << (7 * i);
      if (i < 9) value += (byte & 0x7f) * factor;
      if (byte < 0x80) return i === 9 ? negative(low, value) : value;
      factor *= 128;
    }
    throw new Error('a number in a message is longer than protobuf allows');
  }

  #next(): number {
    if (this.position >= this.end) throw new Error('a message ends in the middle of a number');
    return this.#bytes[this.position++] as number;
  }

  #move(by: number): void {
    this.position += by;
    if (this.position > this.end) throw new Error('a message ends in the middle of a member');
  }
}

/** `value` holds the lower 63 bits of a negative number, rounded; small ones are told exactly by `low`. */
function negative(low: number, value: number): number {
  const large = value - 2 ** 63;
  return large >= -(2 ** 31) ? low : large;
}
