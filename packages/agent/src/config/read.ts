import { readFileSync, statSync } from 'node:fs';
import { type EnvVariables, messageOf, type Parsed } from '@longshore/kit';
import { engineHostOf } from '../host/engine-host.js';
import { readToken } from '../token.js';
import { type Config, parseConfig } from './config.js';
import { readVariables } from './env.js';

/** Flags, environment and file into a configuration whose files can be read; every problem names its variable. */
export function readConfig(flags: EnvVariables): Parsed<Config> {
  const given: Record<string, string | undefined> = {};
  const missing = problemOf('LONGSHORE_ECS_CONFIG', () => Object.assign(given, readVariables(flags)));
  if (missing !== undefined) return { ok: false, problems: [missing] };
  const parsed = parseConfig(given);
  if (!parsed.ok) return parsed;
  const problems = unreadable(parsed.value);
  return problems.length === 0 ? parsed : { ok: false, problems };
}

/** What names a file or a directory that is not there, or not to be read. */
function unreadable(config: Config): readonly string[] {
  const { tokenFile, caCert, envFileDir } = config;
  const checks: readonly (readonly [string, () => unknown])[] = [
    ['LONGSHORE_TOKEN_FILE', () => tokenFile !== undefined && readToken(tokenFile)],
    ['LONGSHORE_CA_CERT', () => caCert !== undefined && readFileSync(caCert)],
    ['DOCKER_CERT_PATH', () => engineHostOf(config)],
    ['LONGSHORE_ENV_FILE_DIR', () => envFileDir !== undefined && mustBeDirectory(envFileDir)],
  ];
  return checks.map(([name, read]) => problemOf(name, read)).filter((p) => p !== undefined);
}

function mustBeDirectory(path: string): void {
  if (!statSync(path).isDirectory()) throw new Error(`${path} is no directory`);
}

function problemOf(name: string, read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (thrown) {
    return `${name}: ${messageOf(thrown)}`;
  }
}
