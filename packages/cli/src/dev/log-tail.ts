import { readFileSync } from 'node:fs';
import { printable } from '../terminal/terminal.js';

const longest = 300;

/** The last line that a child wrote, without the wrapping of its log format; empty where there is none. */
export function lastLine(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    // No log yet: nothing to say.
    return '';
  }
  const line = text.trimEnd().split('\n').at(-1) ?? '';
  return printable(messageIn(line)).slice(0, longest);
}

function messageIn(line: string): string {
  if (!line.startsWith('{')) return line;
  try {
    const { msg, err, error } = JSON.parse(line) as {
      readonly msg?: unknown;
      readonly err?: { readonly message?: unknown };
      readonly error?: unknown;
    };
    const cause = err?.message ?? error;
    return [msg, cause].filter((part) => typeof part === 'string').join(': ');
  } catch {
    // Half a line, of a process that was killed while it wrote.
    return line;
  }
}
