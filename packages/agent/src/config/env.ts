import { readFileSync } from 'node:fs';
import type { EnvVariables } from '@longshore/kit';
import { parseFile } from './env-file.js';
import { variables } from './variables.js';

/** What the process was given: flags win over the environment, the environment over the file. */
export function readVariables(flags: EnvVariables): EnvVariables {
  const { env } = process;
  const path = flags.LONGSHORE_ECS_CONFIG ?? env.LONGSHORE_ECS_CONFIG;
  const file = parseFile(readFile(path ?? '/etc/ecs/ecs.config', path !== undefined));
  const merged: Record<string, string | undefined> = {};
  for (const { name } of variables) merged[name] = flags[name] ?? env[name] ?? file[name];
  return merged;
}

/** The standard file need not be there; one that was asked for must. */
function readFile(path: string, mustBe: boolean): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    const missing = thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
    if (missing && !mustBe) return '';
    throw thrown;
  }
}
