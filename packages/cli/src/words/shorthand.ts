/** What the shorthand of `aws` can hold: text until the descriptor says otherwise, lists and structures of it. */
export type Loose = string | readonly Loose[] | { readonly [key: string]: Loose };

/** A place in a shorthand word that cannot be read; `column` counts from 1. */
export class ShorthandError extends Error {
  readonly column: number;

  constructor(word: string, column: number, expected: string) {
    super(`${word}: column ${column}: expected ${expected}`);
    this.name = 'ShorthandError';
    this.column = column;
  }
}

/**
 * Reads the shorthand of `aws`: `key=value,key2=a,b,key3={x=1,y=[1,2]},"quoted key"="a, b"`.
 * A comma with no key after it goes on with the list of the last key, as in `subnets=a,b,assignPublicIp=ENABLED`.
 */
export function parseShorthand(word: string): { readonly [key: string]: Loose } {
  const reader = new Reader(word);
  const value = reader.pairs(false);
  reader.end();
  return value;
}

class Reader {
  readonly #word: string;
  #at = 0;

  constructor(word: string) {
    this.#word = word;
  }

  /** key=value,... up to the end, or up to the closing brace. */
  pairs(inBraces: boolean): { readonly [key: string]: Loose } {
    const found: Record<string, Loose> = {};
    for (;;) {
      const key = this.#key();
      this.#expect('=');
      const value = inBraces ? this.#value('},') : this.#valueOrList();
      if (Object.hasOwn(found, key)) this.#fail(`each key once, not a second ${key}`);
      found[key] = value;
      if (!this.#take(',')) return found;
    }
  }

  end(): void {
    if (this.#at < this.#word.length) this.#fail('a comma or the end');
  }

  #key(): string {
    const quoted = this.#quoted();
    if (quoted !== undefined) return quoted;
    const key = /^[^=,{}[\]"']+/.exec(this.#rest())?.[0];
    if (key === undefined) return this.#fail('a key, as in key=value');
    this.#at += key.length;
    return key.trim();
  }

  /** A value at the outermost level: more values may follow, up to the next `key=`. */
  #valueOrList(): Loose {
    const first = this.#value(',');
    const list: Loose[] = [first];
    while (this.#peek() === ',' && !/^,\s*("[^"]*"|'[^']*'|[^=,{}[\]"']+)=/.test(this.#rest())) {
      this.#at += 1;
      if (this.#at === this.#word.length) return list;
      list.push(this.#value(','));
    }
    return list.length === 1 ? first : list;
  }

  #value(until: string): Loose {
    if (this.#take('{')) {
      if (this.#take('}')) return {};
      const pairs = this.pairs(true);
      this.#expect('}');
      return pairs;
    }
    if (this.#take('[')) return this.#list();
    const quoted = this.#quoted();
    if (quoted !== undefined) return quoted;
    let text = '';
    while (this.#at < this.#word.length && !until.includes(this.#peek())) {
      if (this.#peek() === '\\' && this.#at + 1 < this.#word.length) this.#at += 1;
      text += this.#peek();
      this.#at += 1;
    }
    return text;
  }

  #list(): Loose {
    const list: Loose[] = [];
    if (this.#take(']')) return list;
    do list.push(this.#value(',]'));
    while (this.#take(','));
    this.#expect(']');
    return list;
  }

  #quoted(): string | undefined {
    const quote = this.#peek();
    if (quote !== '"' && quote !== "'") return undefined;
    let text = '';
    for (this.#at += 1; this.#at < this.#word.length; this.#at += 1) {
      if (this.#peek() === quote) {
        this.#at += 1;
        return text;
      }
      if (this.#peek() === '\\' && this.#at + 1 < this.#word.length) this.#at += 1;
      text += this.#peek();
    }
    return this.#fail(`a closing ${quote}`);
  }

  #rest(): string {
    return this.#word.slice(this.#at);
  }

  #peek(): string {
    return this.#word[this.#at] ?? '';
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at += 1;
    return true;
  }

  #expect(character: string): void {
    if (!this.#take(character)) this.#fail(`\`${character}\``);
  }

  #fail(expected: string): never {
    throw new ShorthandError(this.#word, this.#at + 1, expected);
  }
}
