import { SyntaxProblem } from './ast.js';

/** A parsed regular expression. */
export type Pattern =
  | { readonly kind: 'char'; readonly accepts: (char: string) => boolean }
  | { readonly kind: 'start' | 'end' }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly Pattern[] }
  | { readonly kind: 'repeat'; readonly of: Pattern; readonly min: number; readonly max: number };

type Accepts = (char: string) => boolean;

const classes: Readonly<Record<string, Accepts>> = {
  d: (char) => char >= '0' && char <= '9',
  w: (char) => /^[A-Za-z0-9_]$/.test(char),
  s: (char) => /^\s$/.test(char),
};
const controls: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };

/** The most repetitions that `{m,n}` may ask for. */
const maxRepeat = 1000;
const maxGroups = 100;

/**
 * Reads the part of Java's regular expressions that a finite automaton can match: literals, `.`, classes, groups,
 * alternation, `* + ? {m,n}`, `^` and `$`, and a leading `(?i)`. Look-around and back references are refused by name.
 * Throws SyntaxProblem; `column` is where the pattern stands in the expression.
 */
export function parsePattern(source: string, column: number): Pattern {
  return new PatternParser(source, column).parse();
}

class PatternParser {
  readonly #source: string;
  readonly #column: number;
  #at = 0;
  #depth = 0;
  #foldsCase = false;

  constructor(source: string, column: number) {
    this.#source = source;
    this.#column = column;
  }

  parse(): Pattern {
    if (this.#source.startsWith('(?i)')) {
      this.#foldsCase = true;
      this.#at = 4;
    }
    const pattern = this.#choice();
    if (this.#at < this.#source.length) throw this.#problem('`)` without its `(`');
    return pattern;
  }

  #choice(): Pattern {
    const parts = [this.#sequence()];
    while (this.#eat('|')) parts.push(this.#sequence());
    return parts.length === 1 ? (parts[0] as Pattern) : { kind: 'choice', parts };
  }

  #sequence(): Pattern {
    const parts: Pattern[] = [];
    for (let next = this.#peek(); next !== '' && next !== '|' && next !== ')'; next = this.#peek()) {
      parts.push(this.#repeated());
    }
    return { kind: 'sequence', parts };
  }

  #repeated(): Pattern {
    let of = this.#atom();
    for (let bounds = this.#quantifier(); bounds !== undefined; bounds = this.#quantifier()) {
      of = { kind: 'repeat', of, min: bounds[0], max: bounds[1] };
      this.#eat('?');
      if (this.#peek() === '+') throw this.#problem('possessive repetition is not supported');
    }
    return of;
  }

  #quantifier(): readonly [min: number, max: number] | undefined {
    if (this.#eat('*')) return [0, Number.POSITIVE_INFINITY];
    if (this.#eat('+')) return [1, Number.POSITIVE_INFINITY];
    if (this.#eat('?')) return [0, 1];
    const counted = /^\{(\d+)(,(\d*))?\}/.exec(this.#source.slice(this.#at));
    if (counted === null) return undefined;
    const min = Number(counted[1]);
    const open = counted[3] === '' ? Number.POSITIVE_INFINITY : Number(counted[3]);
    const max = counted[2] === undefined ? min : open;
    if (min > maxRepeat || (max > maxRepeat && max !== Number.POSITIVE_INFINITY) || max < min) {
      throw this.#problem(`a repetition is {m,n} with m <= n <= ${maxRepeat}`);
    }
    this.#at += counted[0].length;
    return [min, max];
  }

  #atom(): Pattern {
    const char = this.#take();
    switch (char) {
      case '(':
        return this.#group();
      case '[':
        return this.#folded(this.#charClass());
      case '.':
        return { kind: 'char', accepts: (c) => c !== '\n' };
      case '^':
        return { kind: 'start' };
      case '$':
        return { kind: 'end' };
      case '\\':
        return this.#folded(this.#escape());
      case '*':
      case '+':
      case '?':
        this.#at--;
        throw this.#problem(`\`${char}\` has nothing to repeat`);
      default:
        return this.#folded((c) => c === char);
    }
  }

  #group(): Pattern {
    if (++this.#depth > maxGroups) throw this.#problem('groups are nested too deeply');
    if (this.#peek() === '?') {
      const opening = /^\?(?::|<[A-Za-z]\w*>)/.exec(this.#source.slice(this.#at));
      if (opening === null) throw this.#problem('look-around and inline flags are not supported');
      this.#at += opening[0].length;
    }
    const pattern = this.#choice();
    if (!this.#eat(')')) throw this.#problem('`(` is never closed');
    this.#depth--;
    return pattern;
  }

  #escape(): Accepts {
    const char = this.#take();
    const known = classes[char.toLowerCase()];
    if (known !== undefined) return char === char.toLowerCase() ? known : (c) => !known(c);
    if (char === '' || /[A-Za-z0-9]/.test(char)) {
      const control = controls[char];
      if (control === undefined) throw this.#problem(`\`\\${char}\` is not supported`);
      return (c) => c === control;
    }
    return (c) => c === char;
  }

  #charClass(): Accepts {
    const negated = this.#eat('^');
    const parts: Accepts[] = [];
    for (let first = true; first || this.#peek() !== ']'; first = false) {
      const start = this.#take();
      if (start === '') throw this.#problem('`[` is never closed');
      if (start === '\\') parts.push(this.#escape());
      else parts.push(this.#range(start));
    }
    this.#at++;
    return (c) => parts.some((accepts) => accepts(c)) !== negated;
  }

  #range(start: string): Accepts {
    const isRange = this.#peek() === '-' && this.#source[this.#at + 1] !== ']';
    if (!isRange) return (c) => c === start;
    this.#at++;
    const end = this.#take();
    if (end === '' || end < start) throw this.#problem(`\`${start}-${end}\` is no range`);
    return (c) => c >= start && c <= end;
  }

  #folded(accepts: Accepts): Pattern {
    if (!this.#foldsCase) return { kind: 'char', accepts };
    return { kind: 'char', accepts: (c) => accepts(c.toLowerCase()) || accepts(c.toUpperCase()) };
  }

  #peek(): string {
    return this.#source[this.#at] ?? '';
  }

  #take(): string {
    return this.#source[this.#at++] ?? '';
  }

  #eat(char: string): boolean {
    if (this.#peek() !== char) return false;
    this.#at++;
    return true;
  }

  #problem(what: string): SyntaxProblem {
    const at = Math.min(this.#at, this.#source.length);
    return new SyntaxProblem(this.#column + at, `not a regular expression: ${what}`);
  }
}
