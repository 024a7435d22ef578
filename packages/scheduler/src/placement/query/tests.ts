import type { Field, FieldValue, Test } from './ast.js';
import { isTaskField, SyntaxProblem } from './ast.js';
import { compilePattern } from './pattern.js';
import { compareValues, compareVersions, parseDate, parseNumber, parseVersion } from './values.js';

export type Operator = '==' | '>' | '>=' | '<' | '<=' | 'exists' | 'in' | '=~';

/** A literal of the expression and where it stands. */
export interface Argument {
  readonly text: string;
  readonly column: number;
}

type Passes = (value: FieldValue) => boolean;

const orders: Partial<Record<Operator, (order: number) => boolean>> = {
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
};

/** The test that `field operator arguments` stands for; throws SyntaxProblem at an argument that the field cannot have. */
export function buildTest(
  field: Field,
  operator: Operator,
  args: readonly Argument[],
): Omit<Test, 'negated'> {
  const base = { kind: 'test', field } as const;
  if (operator === 'exists') return { ...base, passes: (value) => value !== undefined };
  if (operator === '=~') return { ...base, passes: patternTest(args[0] as Argument) };
  const order = orders[operator];
  if (order !== undefined) return { ...base, passes: orderTest(field, args[0] as Argument, order) };
  const tests = args.map((argument) => equalityTest(field, argument));
  const passes: Passes = (value) => tests.some((test) => test(value));
  return isTaskField(field) ? { ...base, passes, literals: args.map((a) => a.text) } : { ...base, passes };
}

function patternTest(argument: Argument): Passes {
  const matches = compilePattern(argument.text, argument.column);
  return (value) => value !== undefined && matches(String(value));
}

function equalityTest(field: Field, argument: Argument): Passes {
  switch (field.kind) {
    case 'agentConnected': {
      const wanted = booleanOf(argument);
      return (value) => value === wanted;
    }
    case 'runningTasksCount':
    case 'registeredAt':
    case 'agentVersion':
      return orderTest(field, argument, (order) => order === 0);
    default:
      return (value) => value === argument.text;
  }
}

function orderTest(field: Field, argument: Argument, holds: (order: number) => boolean): Passes {
  switch (field.kind) {
    case 'agentConnected':
      throw new SyntaxProblem(
        argument.column,
        'agentConnected has no order: only ==, != and exists apply to it',
      );
    case 'runningTasksCount': {
      const wanted = parsed(argument, parseNumber, 'a number');
      return (value) => typeof value === 'number' && holds(value - wanted);
    }
    case 'registeredAt': {
      const wanted = parsed(argument, parseDate, 'a date such as 2026-02-18 or 2026-02-18T22:28:28Z');
      return (value) => typeof value === 'number' && holds(value - wanted);
    }
    case 'agentVersion': {
      const wanted = parsed(argument, parseVersion, 'a version such as 1.80.0');
      return (value) => {
        const version = typeof value === 'string' ? parseVersion(value) : undefined;
        return version !== undefined && holds(compareVersions(version, wanted));
      };
    }
    default:
      return (value) => typeof value === 'string' && holds(compareValues(value, argument.text));
  }
}

function booleanOf(argument: Argument): boolean {
  if (argument.text !== 'true' && argument.text !== 'false') {
    throw new SyntaxProblem(
      argument.column,
      `agentConnected is true or false, not ${JSON.stringify(argument.text)}`,
    );
  }
  return argument.text === 'true';
}

function parsed<T>(argument: Argument, parse: (text: string) => T | undefined, what: string): T {
  const value = parse(argument.text);
  if (value === undefined) {
    throw new SyntaxProblem(argument.column, `expected ${what}, found ${JSON.stringify(argument.text)}`);
  }
  return value;
}
