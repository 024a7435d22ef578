import type { Expression, Field, Query, QueryError } from './ast.js';
import { changesWithTime, isTaskField, SyntaxProblem } from './ast.js';
import type { Token } from './lexer.js';
import { Lexer } from './lexer.js';
import type { Argument, Operator } from './tests.js';
import { buildTest } from './tests.js';

/** ECS's limit for the text of an expression. */
export const maxQueryLength = 2000;
const maxNesting = 100;

const operators: Readonly<Record<string, { operator: Operator; negated: boolean }>> = {
  '==': { operator: '==', negated: false },
  equals: { operator: '==', negated: false },
  '!=': { operator: '==', negated: true },
  not_equals: { operator: '==', negated: true },
  '>': { operator: '>', negated: false },
  greater_than: { operator: '>', negated: false },
  '>=': { operator: '>=', negated: false },
  greater_than_equal: { operator: '>=', negated: false },
  '<': { operator: '<', negated: false },
  less_than: { operator: '<', negated: false },
  '<=': { operator: '<=', negated: false },
  less_than_equal: { operator: '<=', negated: false },
  exists: { operator: 'exists', negated: false },
  not_exists: { operator: 'exists', negated: true },
  '!exists': { operator: 'exists', negated: true },
  in: { operator: 'in', negated: false },
  not_in: { operator: 'in', negated: true },
  '!in': { operator: 'in', negated: true },
  '=~': { operator: '=~', negated: false },
  matches: { operator: '=~', negated: false },
  '!~': { operator: '=~', negated: true },
  not_matches: { operator: '=~', negated: true },
};

const fields =
  'attribute:NAME, agentConnected, agentVersion, ec2InstanceId, registeredAt, runningTasksCount, task:group, task:family';

/** Compiles an expression of ECS's cluster query language; what is wrong with it is a value that points at the column. */
export function compileQuery(text: string): Query | QueryError {
  try {
    if (text.length > maxQueryLength) {
      throw new SyntaxProblem(maxQueryLength + 1, `an expression has at most ${maxQueryLength} characters`);
    }
    const root = new Parser(text).parse();
    const taskDependent = anyField(root, isTaskField);
    return { kind: 'query', text, root, taskDependent, lasting: !anyField(root, changesWithTime) };
  } catch (problem) {
    if (!(problem instanceof SyntaxProblem)) throw problem;
    return { kind: 'query-error', column: problem.column, message: problem.message };
  }
}

/** One line for people: what is wrong, where, in which expression. */
export function describeQueryError(error: QueryError, text: string): string {
  return `Invalid expression at column ${error.column}: ${error.message} (${text})`;
}

function anyField(expression: Expression, is: (field: Field) => boolean): boolean {
  if (expression.kind === 'test') return is(expression.field);
  if (expression.kind === 'not') return anyField(expression.of, is);
  return anyField(expression.left, is) || anyField(expression.right, is);
}

class Parser {
  readonly #lexer: Lexer;
  #token: Token;
  #nesting = 0;

  constructor(text: string) {
    this.#lexer = new Lexer(text);
    this.#token = this.#lexer.next();
  }

  parse(): Expression {
    const expression = this.#either();
    if (this.#token.kind !== 'end') throw this.#unexpected('`and`, `or` or the end');
    return expression;
  }

  #either(): Expression {
    let left = this.#all();
    while (this.#is('||', 'or')) {
      this.#advance();
      left = { kind: 'or', left, right: this.#all() };
    }
    return left;
  }

  #all(): Expression {
    let left = this.#single();
    while (this.#is('&&', 'and')) {
      this.#advance();
      left = { kind: 'and', left, right: this.#single() };
    }
    return left;
  }

  #single(): Expression {
    if (++this.#nesting > maxNesting) throw new SyntaxProblem(this.#token.column, 'nested too deeply');
    const expression = this.#nested();
    this.#nesting--;
    return expression;
  }

  #nested(): Expression {
    if (this.#is('!', 'not')) {
      this.#advance();
      return { kind: 'not', of: this.#single() };
    }
    if (!this.#is('(')) return this.#test();
    const open = this.#advance();
    const expression = this.#either();
    if (!this.#is(')')) throw this.#unexpected(`\`)\` for the one opened at column ${open.column}`);
    this.#advance();
    return expression;
  }

  #test(): Expression {
    const field = this.#field();
    const { operator, negated } = this.#operator();
    return { ...buildTest(field, operator, this.#arguments(operator)), negated };
  }

  #field(): Field {
    const { kind, value, column } = this.#token;
    if (kind !== 'word') throw this.#unexpected(`a field (${fields})`);
    this.#advance();
    switch (value) {
      case 'agentConnected':
      case 'agentVersion':
      case 'ec2InstanceId':
      case 'registeredAt':
      case 'runningTasksCount':
      case 'task:group':
      case 'task:family':
        return { kind: value };
      default: {
        const name = value.startsWith('attribute:') ? value.slice('attribute:'.length) : '';
        if (name === '')
          throw new SyntaxProblem(column, `unknown field ${JSON.stringify(value)}: expected ${fields}`);
        return { kind: 'attribute', name };
      }
    }
  }

  /** Leaves the token after the operator unread where a pattern follows: it is read by other rules. */
  #operator(): { operator: Operator; negated: boolean } {
    const { value, column } = this.#token;
    let name = value.toLowerCase();
    if (this.#is('!')) {
      this.#advance();
      name = `!${this.#token.value.toLowerCase()}`;
    }
    const found = this.#token.kind === 'text' || this.#token.kind === 'end' ? undefined : operators[name];
    if (found === undefined)
      throw this.#unexpected('an operator such as ==, !=, >=, exists, in or =~', column);
    if (found.operator !== '=~') this.#advance();
    return found;
  }

  #arguments(operator: Operator): Argument[] {
    switch (operator) {
      case 'exists':
        return [];
      case 'in':
        return this.#list();
      case '=~':
        this.#token = this.#lexer.nextPattern();
        return [this.#argument()];
      default:
        return [this.#argument()];
    }
  }

  #list(): Argument[] {
    if (!this.#is('[')) throw this.#unexpected('`[` and a list');
    const list: Argument[] = [];
    do {
      this.#advance();
      list.push(this.#argument());
    } while (this.#is(','));
    if (!this.#is(']')) throw this.#unexpected('`,` or `]`');
    this.#advance();
    return list;
  }

  #argument(): Argument {
    if (this.#token.kind !== 'word' && this.#token.kind !== 'text') throw this.#unexpected('a value');
    const { value, column } = this.#advance();
    return { text: value, column };
  }

  #is(...spellings: readonly string[]): boolean {
    const { kind, value } = this.#token;
    return (
      (kind === 'symbol' || kind === 'word') &&
      spellings.includes(kind === 'word' ? value.toLowerCase() : value)
    );
  }

  #advance(): Token {
    const token = this.#token;
    this.#token = this.#lexer.next();
    return token;
  }

  #unexpected(expected: string, column = this.#token.column): SyntaxProblem {
    const { kind, value } = this.#token;
    const found = kind === 'end' ? 'the expression ends' : `found ${JSON.stringify(value)}`;
    return new SyntaxProblem(column, `expected ${expected}, but ${found}`);
  }
}
