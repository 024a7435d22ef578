import { readFileSync } from 'node:fs';
import type { EnvVariables } from '@longshore/kit';
import { messageOf, type Parsed } from '@longshore/kit';
import { type Config, parseConfig } from './config.js';
import { configFileVariable } from './settings.js';
import { mergeSources, type SaidSettings } from './sources.js';

export interface LoadedConfig {
  readonly config: Config;
  readonly said: SaidSettings;
}

/** Reads the file that flag or variable names, merges all sources and checks them. */
export function loadConfig(
  flags: Readonly<Record<string, string | undefined>>,
  variables: EnvVariables,
  fileFlag?: string,
): Parsed<LoadedConfig> {
  const name = fileFlag ?? variables[configFileVariable];
  let file: { name: string; text: string } | undefined;
  if (name) {
    try {
      file = { name, text: readFileSync(name, 'utf8') };
    } catch (thrown) {
      return { ok: false, problems: [`--config: ${messageOf(thrown)}`] };
    }
  }
  const said = mergeSources({ flags, variables, file });
  if (!said.ok) return said;
  const config = parseConfig(said.value);
  return config.ok ? { ok: true, value: { config: config.value, said: said.value } } : config;
}
