import { SyntaxProblem } from './ast.js';

export interface Token {
  readonly kind: 'word' | 'text' | 'symbol' | 'end';
  readonly value: string;
  /** Counts from 1. */
  readonly column: number;
}

const symbols = ['==', '=~', '!=', '!~', '>=', '<=', '&&', '||', '>', '<', '!', '(', ')', '[', ']', ','];
const space = /\s/;

/** Cuts an expression into tokens, on demand: after `=~` a word is read by other rules than elsewhere. */
export class Lexer {
  #at = 0;
  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  next(): Token {
    this.#skipSpace();
    const column = this.#at + 1;
    const first = this.#source[this.#at];
    if (first === undefined) return { kind: 'end', value: '', column };
    if (first === '"' || first === "'") return { kind: 'text', value: this.#quoted(first), column };
    const symbol = this.#symbolHere();
    if (symbol !== undefined) {
      this.#at += symbol.length;
      return { kind: 'symbol', value: symbol, column };
    }
    const value = this.#word();
    if (value === '') throw new SyntaxProblem(column, `unexpected character ${JSON.stringify(first)}`);
    return { kind: 'word', value, column };
  }

  /** The argument of `=~`: ends at white space or at the parenthesis that closes what stands around it. */
  nextPattern(): Token {
    this.#skipSpace();
    const column = this.#at + 1;
    const first = this.#source[this.#at];
    if (first === undefined) return this.next();
    if (first === '"' || first === "'")
      return { kind: 'text', value: this.#quoted(first), column: column + 1 };
    const start = this.#at;
    let depth = 0;
    for (; this.#at < this.#source.length; this.#at++) {
      const char = this.#source[this.#at] as string;
      if (space.test(char)) break;
      if (char === '\\') this.#at++;
      else if (char === '(') depth++;
      else if (char === ')' && --depth < 0) break;
    }
    this.#at = Math.min(this.#at, this.#source.length);
    return { kind: 'text', value: this.#source.slice(start, this.#at), column };
  }

  #skipSpace(): void {
    while (space.test(this.#source[this.#at] ?? 'x')) this.#at++;
  }

  #symbolHere(): string | undefined {
    return symbols.find((symbol) => this.#source.startsWith(symbol, this.#at));
  }

  #word(): string {
    const start = this.#at;
    while (this.#at < this.#source.length) {
      const char = this.#source[this.#at] as string;
      if (space.test(char) || char === '"' || char === "'" || char === '=' || this.#symbolHere()) break;
      this.#at++;
    }
    return this.#source.slice(start, this.#at);
  }

  #quoted(quote: string): string {
    const start = this.#at + 1;
    const end = this.#source.indexOf(quote, start);
    if (end < 0) throw new SyntaxProblem(this.#at + 1, `the quotation mark ${quote} is never closed`);
    this.#at = end + 1;
    return this.#source.slice(start, end);
  }
}
