import type { EnvVariables } from '@longshore/kit';

/** KEY=VALUE lines; `#` begins a comment line, quotes around a value are taken off. */
export function parseFile(text: string): EnvVariables {
  const found: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const match = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*=\s*(.*?)\s*$/.exec(line);
    const [, name, value] = match ?? [];
    if (name !== undefined && value !== undefined) found[name] = value.replace(/^(['"])(.*)\1$/, '$2');
  }
  return found;
}
