import { stringify } from 'yaml';
import { type Cli, formatOf } from '../cli.js';
import { outline } from './table.js';

/** Prints JSON (four blanks, as aws does), YAML, or lines for people; `forPeople` makes the latter. */
export function print(cli: Cli, json: unknown, forPeople: () => string = () => outline(json)): void {
  const format = formatOf(cli);
  if (format === 'table') cli.terminal.out(forPeople());
  else cli.terminal.out(serialise(json, format));
}

export function serialise(json: unknown, format: 'json' | 'yaml'): string {
  return format === 'yaml' ? stringify(json) : `${JSON.stringify(json, null, 4)}\n`;
}
