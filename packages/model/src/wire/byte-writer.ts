/** A string of up to so many units is copied here rather than by a call into the engine. */
const shortText = 64;

/** Writes protobuf's wire format into one buffer that grows and is used again. */
export class ByteWriter {
  #bytes = Buffer.allocUnsafe(1 << 14);
  #view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset);
  position = 0;

  /** A copy of what was written since `start`; `position` goes back there. */
  finish(start: number): Uint8Array {
    const length = this.position - start;
    const copy = Buffer.allocUnsafe(length);
    this.#bytes.copy(copy, 0, start, this.position);
    this.position = start;
    return copy;
  }

  /** A number from 0 to 2^32 - 1: a tag, a length, an enum. */
  uint32(value: number): void {
    this.#need(5);
    const bytes = this.#bytes;
    let rest = value >>> 0;
    while (rest > 0x7f) {
      bytes[this.position++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[this.position++] = rest;
  }

  int32(value: number): void {
    const whole = value | 0;
    if (whole >= 0) this.uint32(whole);
    else this.int64(whole);
  }

  /** Whole numbers between -2^53 and 2^53. */
  int64(value: number): void {
    this.#need(10);
    if (value >= 0) this.#varint(value);
    else this.#varint64(BigInt.asUintN(64, BigInt(Math.trunc(value))));
  }

  /** A number of 64 bits in decimal: an id that passes 2^53. */
  int64Text(value: string): void {
    this.#need(10);
    this.#varint64(BigInt.asUintN(64, BigInt(value)));
  }

  bool(value: boolean): void {
    this.#need(1);
    this.#bytes[this.position++] = value ? 1 : 0;
  }

  double(value: number): void {
    this.#need(8);
    this.#view.setFloat64(this.position, value, true);
    this.position += 8;
  }

  string(text: string): void {
    const { length } = text;
    this.#need(length * 3 + 5);
    if (length <= shortText && this.#ascii(text, length)) return;
    const lengthBytes = sizeOfVarint(length);
    const start = this.position + lengthBytes;
    const written = this.#bytes.write(text, start);
    this.#close(this.position, lengthBytes, written);
  }

  bytes(value: Uint8Array): void {
    this.uint32(value.byteLength);
    this.#need(value.byteLength);
    this.#bytes.set(value, this.position);
    this.position += value.byteLength;
  }

  /** Room for the length of what follows; `close` fills it in. */
  open(): number {
    this.#need(1);
    return this.position++;
  }

  close(opened: number): void {
    const length = this.position - opened - 1;
    if (length < 0x80) this.#bytes[opened] = length;
    else this.#close(opened, 1, length);
  }

  /** Writes a length before `length` bytes that begin `reserved` after `at`; moves them where it needs more. */
  #close(at: number, reserved: number, length: number): void {
    const needed = sizeOfVarint(length);
    if (needed !== reserved) {
      this.position = at + reserved + length;
      this.#need(needed);
      this.#bytes.copyWithin(at + needed, at + reserved, at + reserved + length);
    }
    this.position = at;
    this.uint32(length);
    this.position += length;
  }

  #ascii(text: string, length: number): boolean {
    const bytes = this.#bytes;
    const start = this.position + 1;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0x7f) return false;
      bytes[start + i] = unit;
    }
    bytes[this.position] = length;
    this.position = start + length;
    return true;
  }

  #varint(value: number): void {
    const bytes = this.#bytes;
    let rest = Math.trunc(value);
    while (rest > 0x7f) {
      bytes[this.position++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    bytes[this.position++] = rest;
  }

  #varint64(value: bigint): void {
    let rest = value;
    for (; rest > 0x7fn; rest >>= 7n) this.#bytes[this.position++] = Number(rest & 0x7fn) | 0x80;
    this.#bytes[this.position++] = Number(rest);
  }

  #need(bytes: number): void {
    const wanted = this.position + bytes;
    if (wanted <= this.#bytes.byteLength) return;
    const larger = Buffer.allocUnsafe(Math.max(wanted, this.#bytes.byteLength * 2));
    this.#bytes.copy(larger, 0, 0, this.position);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer, larger.byteOffset);
  }
}

function sizeOfVarint(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x200000) return 3;
  return value < 0x10000000 ? 4 : 5;
}
