import { readFileSync, statSync } from 'node:fs';

/** The agents' token. Throws a sentence where the file is missing, empty, or open to others. */
export function readToken(path: string): string {
  const mode = statSync(path).mode & 0o777;
  if ((mode & 0o077) !== 0)
    throw new Error(`token file ${path} has mode ${mode.toString(8)}: others can read it; chmod 600 ${path}`);
  const token = readFileSync(path, 'utf8').trim();
  if (token === '') throw new Error(`token file ${path} is empty`);
  return token;
}
