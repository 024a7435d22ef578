import { SyntaxProblem } from './ast.js';

/** A regular expression that the whole value must match, as in Java's `matches`. `column` is where the pattern stands. */
export function compilePattern(pattern: string, column: number): (value: string) => boolean {
  try {
    const regexp = new RegExp(`^(?:${pattern})$`, 'u');
    return (value) => regexp.test(value);
  } catch (cause) {
    throw new SyntaxProblem(column, `not a regular expression: ${(cause as Error).message}`);
  }
}
