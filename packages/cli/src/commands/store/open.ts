import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import type { CodedError } from '@longshore/kit';
import type { EtcdMaintenance, MaintenanceOptions } from '@longshore/store';
import type { Cli } from '../../cli.js';
import { variables } from '../../config.js';
import { CliError, usageError } from '../../exit.js';

/** Flags of every `store` command. */
export interface EtcdFlags {
  readonly etcdEndpoints?: string;
  readonly etcdCacert?: string;
  readonly etcdCert?: string;
  readonly etcdKey?: string;
  readonly etcdPrefix?: string;
}

const defaultEndpoints = '127.0.0.1:2379';

/** Flag before variable before default, by the names that the server has for them. Throws usage errors. */
export function etcdOptions(flags: EtcdFlags, env: Cli['env']): Omit<MaintenanceOptions, 'clock'> {
  const pick = (flag: string | undefined, variable: string): string | undefined =>
    flag ?? (env[variable] || undefined);
  const ca = pick(flags.etcdCacert, variables.etcdCaCert);
  const cert = pick(flags.etcdCert, variables.etcdCert);
  const key = pick(flags.etcdKey, variables.etcdKey);
  const prefix = pick(flags.etcdPrefix, variables.etcdPrefix);
  if ((cert === undefined) !== (key === undefined))
    throw usageError(
      `--etcd-cert and --etcd-key: give both or none, --etcd-${cert ? 'key' : 'cert'} is missing`,
    );
  if (prefix !== undefined && !/^\/(.*\/)?$/.test(prefix))
    throw usageError(`--etcd-prefix: ${prefix} does not begin and end with a slash`);
  const named = (pick(flags.etcdEndpoints, variables.etcdEndpoints) ?? defaultEndpoints)
    .split(',')
    .map((address) => address.trim())
    .filter((address) => address !== '');
  if (named.length === 0) throw usageError('--etcd-endpoints: name at least one member');
  const secure = ca !== undefined || named.some((address) => address.startsWith('https://'));
  return {
    endpoints: named.map((a) => (a.includes('://') ? a : `${secure ? 'https' : 'http'}://${a}`)),
    ...(prefix !== undefined && { prefix }),
    ...(secure && {
      tls: {
        ca: ca === undefined ? rootCertificates.join('\n') : readFileSync(ca),
        ...(cert && key && { cert: readFileSync(cert), key: readFileSync(key) }),
      },
    }),
  };
}

export interface OpenEtcd {
  readonly etcd: EtcdMaintenance;
  /** As they were named, for questions and answers. */
  readonly endpoints: readonly string[];
}

/** Opens etcd for `use` and closes it; what fails is said in etcd's name. */
export async function withEtcd(
  cli: Cli,
  flags: EtcdFlags,
  use: (open: OpenEtcd) => Promise<void>,
): Promise<void> {
  const options = etcdOptions(flags, cli.env);
  // Loaded only here: etcd's client takes a while.
  const store = await import('@longshore/store');
  const etcd = new store.EtcdMaintenance({ ...options, clock: cli.clock });
  const onAbort = (): void => etcd.close();
  cli.signal.addEventListener('abort', onAbort, { once: true });
  try {
    await use({ etcd, endpoints: options.endpoints });
  } catch (thrown) {
    throw inEtcdsName(thrown);
  } finally {
    cli.signal.removeEventListener('abort', onAbort);
    etcd.close();
  }
}

const refusalsThatNameAWay: Readonly<Record<string, string>> = {
  OutOfSpace: 'make room first: longshore store free',
  Unauthenticated: 'give the client certificate with --etcd-cert and --etcd-key',
  PermissionDenied: 'the certificate’s user needs the root role of etcd, or one that may do this',
};

type Coded = Pick<CodedError, 'code' | 'message' | 'retryable'>;

/** By its shape: what is loaded by `import()` may come with a copy of the class of its own, as it does under mocha. */
function isCoded(thrown: unknown): thrown is Coded {
  return thrown instanceof Error && 'code' in thrown && 'retryable' in thrown;
}

function inEtcdsName(thrown: unknown): unknown {
  if (thrown instanceof CliError || !isCoded(thrown)) return thrown;
  if (thrown.retryable)
    return new CliError('unreachable', `etcd does not answer: ${thrown.message}`, {
      cause: thrown,
      wayOut: 'name its members with --etcd-endpoints or LONGSHORE_ETCD_ENDPOINTS; most of them must run',
    });
  const wayOut = refusalsThatNameAWay[thrown.code];
  return new CliError('refused', `etcd refuses: ${thrown.message}`, {
    cause: thrown,
    ...(wayOut !== undefined && { wayOut }),
  });
}
