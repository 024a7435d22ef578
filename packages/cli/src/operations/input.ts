import { readFileSync, statSync } from 'node:fs';
import { parse } from 'yaml';
import { usageError } from '../exit.js';
import { isPlain } from '../words/check.js';
import type { Member } from '../words/members.js';
import { valueOfWords } from '../words/value.js';
import type { Json } from './call.js';

export type OptionValues = Readonly<Record<string, unknown>>;

export function readTextFile(path: string): string {
  // Reading a directory fails without its name.
  if (statSync(path).isDirectory()) throw usageError(`${path}: is a directory`);
  return readFileSync(path, 'utf8');
}

/** The request that the words of a command line make: the input file first, each word over it. */
export function requestOf(
  members: readonly Member[],
  given: ReadonlyMap<string, unknown>,
  input: { readonly json?: string; readonly yaml?: string },
): Json {
  const request: Record<string, unknown> = { ...inputOf(input) };
  for (const member of members) {
    const value = given.get(member.word);
    if (value === undefined) continue;
    request[member.name] =
      typeof value === 'boolean'
        ? value
        : valueOfWords(`--${member.word}`, member.kind, toWords(value), readTextFile);
  }
  return request;
}

function toWords(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [String(value)];
}

function inputOf(input: { readonly json?: string; readonly yaml?: string }): Json {
  if (input.json !== undefined && input.yaml !== undefined)
    throw usageError('--cli-input-json and --cli-input-yaml: give one of them');
  if (input.json !== undefined)
    return structured('--cli-input-json', input.json, (text) => JSON.parse(text) as unknown);
  if (input.yaml !== undefined) return structured('--cli-input-yaml', input.yaml, (text) => parse(text));
  return {};
}

function structured(option: string, word: string, read: (text: string) => unknown): Json {
  const text = word.startsWith('file://') ? readTextFile(word.slice('file://'.length)) : word;
  let value: unknown;
  try {
    value = read(text);
  } catch (thrown) {
    throw usageError(`${option}: ${(thrown as Error).message.split('\n')[0]}`);
  }
  if (!isPlain(value)) throw usageError(`${option}: not a structure`);
  return value;
}
