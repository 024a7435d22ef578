import { mixed } from './hash-slots.js';

const hexDigits = 32;
const digitsOfWord = 8;
const digitOf = Int8Array.from({ length: 128 }, (_, code) =>
  '0123456789abcdef'.indexOf(String.fromCharCode(code)),
);

/** The value of a lower-case hex digit; negative: the code is of none. */
export function hexDigit(code: number): number {
  return code < 128 ? (digitOf[code] as number) : -1;
}

/**
 * An id of 32 lower-case hex digits, as tasks have them, as four numbers of 32 bits with sign: read from a text and
 * compared with nothing cut off or made. A million of them need no string each.
 */
export class IdWords {
  first = 0;
  second = 0;
  third = 0;
  fourth = 0;
  #bad = 0;

  /** Reads the id that `text` has from `at` to its end. False, with numbers that mean nothing: it is of another form. */
  scan(text: string, at = 0): boolean {
    if (text.length - at !== hexDigits) return false;
    this.#bad = 0;
    this.first = this.#word(text, at);
    this.second = this.#word(text, at + digitsOfWord);
    this.third = this.#word(text, at + 2 * digitsOfWord);
    this.fourth = this.#word(text, at + 3 * digitsOfWord);
    return this.#bad >= 0;
  }

  /** Reads the four numbers that lie in `words` from `at` on. */
  load(words: Int32Array, at: number): void {
    this.first = words[at] as number;
    this.second = words[at + 1] as number;
    this.third = words[at + 2] as number;
    this.fourth = words[at + 3] as number;
  }

  store(words: Int32Array, at: number): void {
    words[at] = this.first;
    words[at + 1] = this.second;
    words[at + 2] = this.third;
    words[at + 3] = this.fourth;
  }

  isAt(words: Int32Array, at: number): boolean {
    return (
      words[at] === this.first &&
      words[at + 1] === this.second &&
      words[at + 2] === this.third &&
      words[at + 3] === this.fourth
    );
  }

  get hash(): number {
    return mixed(
      this.first ^ Math.imul(this.second, 0x9e3779b1) ^ this.third ^ Math.imul(this.fourth, 0x85ebca77),
    );
  }

  #word(text: string, at: number): number {
    let word = 0;
    let bad = 0;
    for (let i = at; i < at + digitsOfWord; i++) {
      const digit = hexDigit(text.charCodeAt(i));
      bad |= digit;
      word = (word << 4) | digit;
    }
    this.#bad |= bad;
    return word;
  }
}

const scratch = Buffer.alloc(hexDigits / 2);
/** Buffer's own method takes longer than all the rest. */
const scratchView = new DataView(scratch.buffer, scratch.byteOffset, scratch.byteLength);

/** The id of the four numbers that lie in `words` from `at` on. */
export function hexOfWords(words: Int32Array, at: number): string {
  for (let i = 0; i < 4; i++) scratchView.setInt32(4 * i, words[at + i] as number);
  return scratch.toString('hex');
}
