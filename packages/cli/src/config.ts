import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { makeDirectory } from '@longshore/kit';
import { parse, stringify } from 'yaml';
import { CliError, usageError } from './exit.js';

/** What a context keeps, and what every command needs to reach a control plane. */
export interface ContextSettings {
  readonly endpoint?: string;
  readonly cluster?: string;
  readonly region?: string;
  readonly tokenFile?: string;
  readonly output?: OutputFormat;
  /** Certificate of the authority that signed the server's. Present: TLS. */
  readonly caFile?: string;
}

export const outputFormats = ['json', 'table', 'yaml'] as const;
export type OutputFormat = (typeof outputFormats)[number];

export interface ConfigFile {
  readonly current?: string;
  readonly contexts: Readonly<Record<string, ContextSettings>>;
}

/** Resolved: flag before variable before context before default. */
export interface Settings extends ContextSettings {
  readonly endpoint: string;
  /** Which of the four named the endpoint, for `longshore context` and for errors. */
  readonly endpointFrom: 'flag' | 'variable' | 'context' | 'default';
}

export type EnvVariables = Readonly<Record<string, string | undefined>>;

export const defaultEndpoint = '127.0.0.1:7400';

/** The variables of the CLI, in one place. */
export const variables = {
  endpoint: 'LONGSHORE_ENDPOINT',
  cluster: 'LONGSHORE_CLUSTER',
  region: 'LONGSHORE_REGION',
  tokenFile: 'LONGSHORE_TOKEN_FILE',
  output: 'LONGSHORE_OUTPUT',
  caFile: 'LONGSHORE_CACERT',
  context: 'LONGSHORE_CONTEXT',
  config: 'LONGSHORE_CONFIG',
  etcd: 'ETCD_BIN',
  etcdEndpoints: 'LONGSHORE_ETCD_ENDPOINTS',
  etcdCaCert: 'LONGSHORE_ETCD_CACERT',
  etcdCert: 'LONGSHORE_ETCD_CERT',
  etcdKey: 'LONGSHORE_ETCD_KEY',
  etcdPrefix: 'LONGSHORE_ETCD_PREFIX',
} as const;

/** The only look at the environment in this package. */
export function environment(): EnvVariables {
  return process.env;
}

export interface SettingFlags extends ContextSettings {
  readonly context?: string;
}

/** Pure: what flags, variables and the chosen context give together. Throws usage errors that name the setting. */
export function resolveSettings(flags: SettingFlags, env: EnvVariables, file: ConfigFile): Settings {
  const context = contextOf(flags.context ?? nonEmpty(env[variables.context]), file);
  const pick = (name: 'cluster' | 'region' | 'tokenFile' | 'caFile'): string | undefined =>
    flags[name] ?? nonEmpty(env[variables[name]]) ?? context[name];
  const output = flags.output ?? nonEmpty(env[variables.output]) ?? context.output;
  const settings = {
    cluster: pick('cluster'),
    region: pick('region'),
    tokenFile: pick('tokenFile'),
    caFile: pick('caFile'),
    output: output === undefined ? undefined : toOutputFormat(output),
  };
  return { ...endpointOf(flags, env, context), ...withoutUndefined(settings) };
}

function endpointOf(
  flags: SettingFlags,
  env: EnvVariables,
  context: ContextSettings,
): Pick<Settings, 'endpoint' | 'endpointFrom'> {
  const variable = nonEmpty(env[variables.endpoint]);
  if (flags.endpoint) return { endpoint: flags.endpoint, endpointFrom: 'flag' };
  // A context that was asked for by name goes before what a shell was made ready with.
  if (flags.context && context.endpoint) return { endpoint: context.endpoint, endpointFrom: 'context' };
  if (variable) return { endpoint: variable, endpointFrom: 'variable' };
  if (context.endpoint) return { endpoint: context.endpoint, endpointFrom: 'context' };
  return { endpoint: defaultEndpoint, endpointFrom: 'default' };
}

function contextOf(name: string | undefined, file: ConfigFile): ContextSettings {
  const chosen = name ?? file.current;
  if (chosen === undefined) return {};
  const context = file.contexts[chosen];
  if (context) return context;
  const names = Object.keys(file.contexts);
  throw usageError(
    `context ${chosen}: no such context`,
    names.length > 0 ? `there are: ${names.join(', ')}` : 'make one with `longshore context set`',
  );
}

export function toOutputFormat(text: string): OutputFormat {
  const found = outputFormats.find((f) => f === text);
  if (!found) throw usageError(`output ${text}: is none of ${outputFormats.join(', ')}`);
  return found;
}

export function configPath(env: EnvVariables): string {
  const named = nonEmpty(env[variables.config]);
  if (named) return named;
  const base = nonEmpty(env['XDG_CONFIG_HOME']) ?? join(homedir(), '.config');
  return join(base, 'longshore', 'config.yaml');
}

export function readConfigFile(path: string): ConfigFile {
  if (!existsSync(path)) return { contexts: {} };
  let parsed: unknown;
  try {
    parsed = parse(readFileSync(path, 'utf8'));
  } catch (thrown) {
    throw new CliError('usage', `${path}: ${(thrown as Error).message.split('\n')[0]}`, { cause: thrown });
  }
  return toConfigFile(parsed, path);
}

function toConfigFile(parsed: unknown, path: string): ConfigFile {
  if (parsed === null || parsed === undefined) return { contexts: {} };
  const { current, contexts } = parsed as { readonly current?: unknown; readonly contexts?: unknown };
  if (typeof parsed !== 'object' || (contexts !== undefined && !isRecord(contexts)))
    throw usageError(`${path}: not of the shape {current: NAME, contexts: {NAME: {endpoint: ...}}}`);
  const named: Record<string, ContextSettings> = {};
  for (const [name, value] of Object.entries((contexts ?? {}) as Record<string, unknown>)) {
    if (!isRecord(value) || !Object.values(value).every((v) => typeof v === 'string'))
      throw usageError(
        `${path}: context ${name}: endpoint, cluster, region, tokenFile, caFile, output as text`,
      );
    named[name] = value as ContextSettings;
  }
  return typeof current === 'string' ? { current, contexts: named } : { contexts: named };
}

export function writeConfigFile(path: string, file: ConfigFile): void {
  makeDirectory(dirname(path));
  writeFileSync(path, stringify(file), { mode: 0o600 });
  chmodSync(path, 0o600);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text;
}

type Defined<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as Defined<T>;
}
