import type { Rates } from '@longshore/aws-api';
import { type LogLevel, logLevels, type Parsed, SettingReader } from '@longshore/kit';
import { type ListenAddress, parseListenAddress } from './listen-address.js';
import { rateOf } from './rates.js';
import type { SettingName } from './settings.js';
import type { SaidSettings } from './sources.js';

/** What the server was told, checked. Frozen. Durations are milliseconds; Infinity stands for never. */
export interface Config {
  readonly etcd: {
    readonly endpoints: readonly string[];
    readonly prefix: string;
    readonly quotaBytes: number;
    readonly caCertFile?: string | undefined;
    readonly certFile?: string | undefined;
    readonly keyFile?: string | undefined;
  };
  readonly memoryStore: boolean;
  readonly grpcListen: ListenAddress;
  readonly httpListen: ListenAddress;
  readonly advertiseAddress?: string | undefined;
  readonly tokenFile?: string | undefined;
  readonly insecure: boolean;
  readonly tls?: { readonly certFile: string; readonly keyFile: string } | undefined;
  readonly secretKeyFile?: string | undefined;
  readonly allowAnonymous: boolean;
  readonly accountId: string;
  readonly region: string;
  /** Empty: any. */
  readonly regions: readonly string[];
  readonly clockSkewMs: number;
  /** How often one caller may call. */
  readonly rates: Rates;
  readonly replicaName?: string | undefined;
  readonly instanceTimeoutMs: number;
  readonly replaceAfterMs: number;
  readonly forgetInstanceAfterMs: number;
  readonly stoppedTaskRetentionMs: number;
  readonly stoppedTasksMax: number;
  readonly healthyAfterMs: number;
  readonly dev: boolean;
  readonly logLevel: LogLevel;
}

/** Pure: all problems at once, each naming the setting as it was given. */
export function parseConfig(said: SaidSettings): Parsed<Config> {
  const label = (name: SettingName): string => {
    const from = said.get(name)?.from;
    return from === undefined || from === 'default' ? `--${name}` : from;
  };
  const texts = Object.fromEntries([...said].map(([name, { text }]) => [label(name), text]));
  const reader = new SettingReader(texts);
  const text = (name: SettingName): string | undefined => reader.text(label(name));
  const list = (name: SettingName): readonly string[] =>
    (text(name) ?? '')
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  const flag = (name: SettingName): boolean => reader.flag(label(name)) ?? false;
  const duration = (name: SettingName, minMs: number): number =>
    reader.durationMs(label(name), { minMs }) ?? minMs;
  const durationOrNever = (name: SettingName): number =>
    text(name) === 'never' ? Number.POSITIVE_INFINITY : duration(name, 0);
  const matching = (name: SettingName, pattern: RegExp, shape: string): string => {
    const value = text(name) ?? '';
    if (!pattern.test(value)) reader.problems.push(`${label(name)}: ${value} is not ${shape}`);
    return value;
  };
  const listen = (name: SettingName): ListenAddress => {
    const address = parseListenAddress(text(name) ?? '');
    if (!address) reader.problems.push(`${label(name)}: ${text(name)} is not HOST:PORT`);
    return address ?? { host: '127.0.0.1', port: 0 };
  };
  const rate = (name: SettingName) => rateOf(text(name) ?? '', label(name), reader.problems);
  const dev = flag('dev');
  const healthyDefault = said.get('healthy-after')?.from === 'default';
  const config: Config = {
    etcd: {
      endpoints: list('etcd-endpoints'),
      prefix: matching('etcd-prefix', /^\/(.*\/)?$/, 'a prefix that begins and ends with a slash'),
      quotaBytes: reader.integer(label('etcd-quota-bytes'), { min: 1 }) ?? Number.POSITIVE_INFINITY,
      caCertFile: text('etcd-cacert'),
      certFile: text('etcd-cert'),
      keyFile: text('etcd-key'),
    },
    memoryStore: flag('memory-store'),
    grpcListen: listen('grpc-listen'),
    httpListen: listen('http-listen'),
    advertiseAddress: text('advertise-address'),
    tokenFile: text('token-file'),
    insecure: flag('insecure'),
    tls: tlsOf(text('tls-cert'), text('tls-key'), reader.problems),
    secretKeyFile: text('secret-key-file'),
    allowAnonymous: flag('allow-anonymous'),
    accountId: matching('account-id', /^\d{12}$/, 'an account id of 12 digits'),
    region: matching('region', /^[a-z0-9-]{1,64}$/, 'a region like us-east-1'),
    regions: list('regions'),
    clockSkewMs: duration('clock-skew', 1000),
    rates: { read: rate('read-rate'), write: rate('write-rate'), place: rate('place-rate') },
    replicaName: replicaNameOf(text('replica-name'), label('replica-name'), reader.problems),
    instanceTimeoutMs: duration('instance-timeout', 500),
    replaceAfterMs: durationOrNever('replace-after'),
    forgetInstanceAfterMs: durationOrNever('forget-instance-after'),
    stoppedTaskRetentionMs: duration('stopped-task-retention', 1000),
    stoppedTasksMax: reader.integer(label('stopped-tasks-max'), { min: 0, max: 10_000_000 }) ?? 0,
    healthyAfterMs: dev && healthyDefault ? 3000 : duration('healthy-after', 0),
    dev,
    logLevel: reader.oneOf<LogLevel>(label('log-level'), logLevels) ?? 'info',
  };
  reader.problems.push(...contradictions(config));
  return reader.done(Object.freeze(config));
}

function tlsOf(cert: string | undefined, key: string | undefined, problems: string[]): Config['tls'] {
  if (cert && key) return { certFile: cert, keyFile: key };
  if (cert || key)
    problems.push(`--tls-cert and --tls-key: give both or none, --tls-${cert ? 'key' : 'cert'} is missing`);
  return undefined;
}

function replicaNameOf(name: string | undefined, label: string, problems: string[]): string | undefined {
  if (name !== undefined && !/^[A-Za-z0-9._-]{1,128}$/.test(name))
    problems.push(`${label}: ${name} is no name of letters, digits, dots, hyphens and underscores`);
  return name;
}

function contradictions(config: Config): readonly string[] {
  const problems: string[] = [];
  if (!config.memoryStore && config.etcd.endpoints.length === 0)
    problems.push('--etcd-endpoints: name at least one member');
  if (Boolean(config.etcd.certFile) !== Boolean(config.etcd.keyFile))
    problems.push(
      `--etcd-cert and --etcd-key: give both or none, --etcd-${config.etcd.certFile ? 'key' : 'cert'} is missing`,
    );
  const open = [
    ['--grpc-listen', config.grpcListen],
    ['--http-listen', config.httpListen],
  ] as const;
  for (const [flag, address] of open) {
    if (isLoopback(address.host)) continue;
    if (!config.tokenFile && !config.insecure)
      problems.push(`${flag}: ${address.host} is not loopback: give --token-file FILE, or --insecure`);
    if (config.allowAnonymous && flag === '--http-listen')
      problems.push(`--allow-anonymous: only with --http-listen on loopback, not ${address.host}`);
  }
  return problems;
}

/** Whether only this machine reaches the host. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
