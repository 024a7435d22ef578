import type { EnvVariables, Parsed } from '@longshore/kit';
import { messageOf } from '@longshore/kit';
import { parse } from 'yaml';
import { type SettingName, settings, variableOf } from './settings.js';

/** A setting's text and where it was said, for messages. */
export interface Said {
  readonly text: string;
  /** `--region`, `LONGSHORE_REGION`, `region in FILE`, or `default`. */
  readonly from: string;
}

export type SaidSettings = ReadonlyMap<SettingName, Said>;

export interface Sources {
  /** By the setting's name; switches as 'true'. */
  readonly flags: Readonly<Record<string, string | undefined>>;
  readonly variables: EnvVariables;
  /** The YAML file's name and text. */
  readonly file?: { readonly name: string; readonly text: string } | undefined;
}

/** Flag before variable before file before default. */
export function mergeSources(sources: Sources): Parsed<SaidSettings> {
  const problems: string[] = [];
  const file = sources.file ? readFileKeys(sources.file, problems) : new Map<string, string>();
  const said = new Map<SettingName, Said>();
  for (const setting of settings) {
    const found =
      sayOf(sources.flags[setting.name], `--${setting.name}`) ??
      sayOf(sources.variables[variableOf(setting.name)], variableOf(setting.name)) ??
      sayOf(file.get(setting.name), `${setting.name} in ${sources.file?.name}`) ??
      sayOf(setting.default, 'default');
    if (found) said.set(setting.name, found);
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value: said };
}

function sayOf(text: string | undefined, from: string): Said | undefined {
  return text === undefined || text === '' ? undefined : { text, from };
}

function readFileKeys(
  file: { readonly name: string; readonly text: string },
  problems: string[],
): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  let parsed: unknown;
  try {
    parsed = parse(file.text);
  } catch (thrown) {
    problems.push(`${file.name}: not YAML: ${messageOf(thrown)}`);
    return keys;
  }
  if (parsed === null || parsed === undefined) return keys;
  if (typeof parsed !== 'object' || Array.isArray(parsed)) {
    problems.push(`${file.name}: not a mapping of settings`);
    return keys;
  }
  for (const [key, value] of Object.entries(parsed)) {
    const text = toText(value);
    if (!settings.some((s) => s.name === key)) problems.push(`${file.name}: unknown setting ${key}`);
    else if (text === undefined) problems.push(`${file.name}: ${key} is no plain value`);
    else keys.set(key, text);
  }
  return keys;
}

function toText(value: unknown): string | undefined {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  if (Array.isArray(value) && value.every((v) => typeof v === 'string')) return value.join(',');
  return undefined;
}
