import { SyntaxProblem } from './ast.js';
import type { Pattern } from './pattern-syntax.js';
import { parsePattern } from './pattern-syntax.js';

/** One state of the automaton; -1 leads nowhere. */
interface State {
  /** Undefined: passed without reading a character. */
  readonly accepts: ((char: string) => boolean) | undefined;
  readonly where: 'anywhere' | 'start' | 'end';
  next: readonly number[];
}

const maxStates = 4000;

/**
 * A regular expression that the whole value must match, as with Java's `matches`. It runs as an automaton, one pass
 * over the value: a pattern comes from whoever may call the API, and a backtracking engine would let `(a+)+b` stop the
 * control plane. Throws SyntaxProblem; `column` is where the pattern stands.
 */
export function compilePattern(source: string, column: number): (value: string) => boolean {
  const builder = new Builder(column);
  const final = builder.state(undefined, []);
  const first = builder.build(parsePattern(source, column), final);
  return (value) => run(builder.states, { first, final }, value);
}

class Builder {
  readonly states: State[] = [];
  readonly #column: number;

  constructor(column: number) {
    this.#column = column;
  }

  state(accepts: State['accepts'], next: readonly number[], where: State['where'] = 'anywhere'): number {
    if (this.states.length >= maxStates) {
      throw new SyntaxProblem(this.#column, 'not a regular expression: it is too large');
    }
    return this.states.push({ accepts, where, next }) - 1;
  }

  /** The state from which the pattern, once read, leads to `then`. */
  build(pattern: Pattern, then: number): number {
    switch (pattern.kind) {
      case 'char':
        return this.state(pattern.accepts, [then]);
      case 'start':
      case 'end':
        return this.state(undefined, [then], pattern.kind);
      case 'sequence':
        return pattern.parts.reduceRight((next, part) => this.build(part, next), then);
      case 'choice':
        return this.state(
          undefined,
          pattern.parts.map((part) => this.build(part, then)),
        );
      case 'repeat':
        return this.#repeat(pattern, then);
    }
  }

  #repeat({ of, min, max }: Extract<Pattern, { kind: 'repeat' }>, then: number): number {
    let next = then;
    if (max === Number.POSITIVE_INFINITY) {
      next = this.state(undefined, []);
      (this.states[next] as State).next = [this.build(of, next), then];
    } else {
      for (let optional = min; optional < max; optional++) {
        next = this.state(undefined, [this.build(of, next), then]);
      }
    }
    for (let required = 0; required < min; required++) next = this.build(of, next);
    return next;
  }
}

function run(
  states: readonly State[],
  { first, final }: { first: number; final: number },
  value: string,
): boolean {
  let current = closure(states, [first], value, 0);
  for (let at = 0; at < value.length && current.size > 0; at++) {
    const char = value[at] as string;
    const reached: number[] = [];
    for (const s of current) {
      const { accepts, next } = states[s] as State;
      if (accepts?.(char)) reached.push(...next);
    }
    current = closure(states, reached, value, at + 1);
  }
  return current.has(final);
}

/** All states that can be reached from these without reading. */
function closure(states: readonly State[], from: readonly number[], value: string, at: number): Set<number> {
  const reached = new Set<number>();
  const open = [...from];
  for (let s = open.pop(); s !== undefined; s = open.pop()) {
    if (reached.has(s)) continue;
    const { accepts, where, next } = states[s] as State;
    if ((where === 'start' && at > 0) || (where === 'end' && at < value.length)) continue;
    reached.add(s);
    if (accepts === undefined) open.push(...next);
  }
  return reached;
}
