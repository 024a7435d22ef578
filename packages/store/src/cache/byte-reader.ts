/** Walks over protobuf's wire format without making objects. Throws on bytes that end too early. */
export class ByteReader {
  #bytes: Uint8Array = new Uint8Array(0);
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

  /** Values up to 2^53; a negative int32, which takes ten bytes, comes out as such. */
  varint(): number {
    let value = 0;
    let low = 0;
    let factor = 1;
    for (let i = 0; i < 10; i++) {
      const byte = this.#next();
      if (i < 5) low |= (byte & 0x7f) << (7 * i);
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return i === 9 ? low : value;
      factor *= 128;
    }
    throw new Error('a number in a record is longer than protobuf allows');
  }

  double(): number {
    const { byteOffset } = this.#bytes;
    if (this.#view.buffer !== this.#bytes.buffer) this.#view = new DataView(this.#bytes.buffer);
    const value = this.#view.getFloat64(byteOffset + this.position, true);
    this.#move(8);
    return value;
  }

  /** The end of a length-delimited member that begins at `position`; the caller moves there. */
  delimitedEnd(): number {
    const length = this.varint();
    const end = this.position + length;
    if (end > this.end) throw new Error('a record ends in the middle of a member');
    return end;
  }

  skip(wireType: number): void {
    if (wireType === 0) this.varint();
    else if (wireType === 1) this.#move(8);
    else if (wireType === 2) this.position = this.delimitedEnd();
    else if (wireType === 5) this.#move(4);
    else throw new Error(`a record has a member of the unknown wire type ${wireType}`);
  }

  #next(): number {
    if (this.position >= this.end) throw new Error('a record ends in the middle of a number');
    return this.#bytes[this.position++] as number;
  }

  #move(by: number): void {
    this.position += by;
    if (this.position > this.end) throw new Error('a record ends in the middle of a member');
  }
}
