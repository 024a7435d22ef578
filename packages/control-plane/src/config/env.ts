import type { EnvVariables } from '@longshore/kit';

/** The process's variables: read here and nowhere else. */
export function readEnvironment(): EnvVariables {
  return { ...process.env };
}
