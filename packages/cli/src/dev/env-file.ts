import type { KeyPair } from './tokens.js';

export interface EnvFileFacts {
  readonly endpoint: string;
  /** Absolute: the shell may stand anywhere. */
  readonly tokenFile: string;
  /** `host:port`, for `longshore store`. */
  readonly etcd: string;
  /** `http://host:port` of the ECS API, and the key to sign with; absent where the server has none. */
  readonly ecs?: { readonly url: string; readonly key: KeyPair } | undefined;
  readonly region: string;
}

/** The lines that make a shell ready: `. .longshore/env`. */
export function envFile(facts: EnvFileFacts): string {
  const lines = [
    '# Written by `longshore dev`. Make a shell ready with:  . .longshore/env',
    exported('LONGSHORE_ENDPOINT', facts.endpoint),
    exported('LONGSHORE_TOKEN_FILE', facts.tokenFile),
    exported('LONGSHORE_ETCD_ENDPOINTS', facts.etcd),
  ];
  if (facts.ecs)
    lines.push(
      exported('AWS_ENDPOINT_URL_ECS', facts.ecs.url),
      exported('AWS_ENDPOINT_URL_STS', facts.ecs.url),
      exported('AWS_REGION', facts.region),
      exported('AWS_DEFAULT_REGION', facts.region),
      exported('AWS_ACCESS_KEY_ID', facts.ecs.key.accessKeyId),
      exported('AWS_SECRET_ACCESS_KEY', facts.ecs.key.secretAccessKey),
      exported('AWS_EC2_METADATA_DISABLED', 'true'),
      'unset AWS_PROFILE AWS_SESSION_TOKEN',
    );
  return `${lines.join('\n')}\n`;
}

function exported(name: string, value: string): string {
  const word = /^[\w./:@%+=,-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
  return `export ${name}=${word}`;
}

/** Whether that `aws --version` knows AWS_ENDPOINT_URL_ECS: 2.13 and 1.29 do; undefined where it cannot be read. */
export function knowsEndpointVariable(version: string): boolean | undefined {
  const [, major, minor] = /^aws-cli\/(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined || minor === undefined) return undefined;
  if (Number(major) > 2) return true;
  return Number(major) === 2 ? Number(minor) >= 13 : Number(minor) >= 29;
}
