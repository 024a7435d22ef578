import { readFileSync, statSync } from 'node:fs';
import type { Clock } from '@longshore/kit';
import type { EcsServiceOperations, LongshoreServiceOperations } from '@longshore/model';
import { type CallOptions, ecsClient, longshoreClient, openChannel, parseEndpoints } from '@longshore/rpc';
import type { Settings } from './config.js';
import { CliError, usageError } from './exit.js';
import type { EcsOperation, Gateway, LongshoreOperation } from './gateway.js';
import { reach } from './reach.js';

/** Longer than a restart of a server takes, shorter than a person's patience. */
const callTimeoutMs = 10_000;
/** Reset stops every task first. */
const slowTimeoutMs = 60_000;

type Call = (request: unknown, options: CallOptions) => Promise<never>;

/** The same, once something is known to listen there. */
export async function reachGateway(settings: Settings, clock: Clock, signal: AbortSignal): Promise<Gateway> {
  const gateway = connectGateway(settings);
  try {
    await reach(parseEndpoints([settings.endpoint]).addresses, clock, signal);
  } catch (thrown) {
    gateway.close();
    throw thrown;
  }
  return gateway;
}

/** The control plane over gRPC, by the settings of the command line. Does not connect yet. */
export function connectGateway(settings: Settings): Gateway {
  const channel = channelOf(settings);
  const ecs = ecsClient(channel) as unknown as Readonly<Record<EcsOperation, Call>>;
  const client = longshoreClient(channel);
  const longshore = client as unknown as Readonly<Record<LongshoreOperation, Call>>;
  return {
    ecs: <O extends EcsOperation>(operation: O, request: EcsServiceOperations[O]['request']) =>
      ecs[operation](request, { timeoutMs: callTimeoutMs }),
    longshore: <O extends LongshoreOperation>(
      operation: O,
      request: LongshoreServiceOperations[O]['request'],
    ) => longshore[operation](request, { timeoutMs: operation === 'Reset' ? slowTimeoutMs : callTimeoutMs }),
    events: (request, signal) => client.WatchEvents(request, { signal }),
    close: () => channel.close(),
  };
}

function channelOf(settings: Settings): ReturnType<typeof openChannel> {
  const { endpoint, tokenFile, caFile, region } = settings;
  const token = tokenFile === undefined ? undefined : readToken(tokenFile);
  try {
    return openChannel({
      endpoints: endpoint.split(','),
      ...(token !== undefined && { token }),
      ...(caFile !== undefined && { tls: { caFile } }),
      ...(region !== undefined && { region }),
    });
  } catch (thrown) {
    // A file that cannot be read names itself.
    if (thrown instanceof Error && 'syscall' in thrown) throw thrown;
    throw new CliError('usage', `endpoint ${endpoint}: ${(thrown as Error).message}`, { cause: thrown });
  }
}

/** A token that others can read is no secret: the file must be of mode 0600 (or tighter). */
export function readToken(path: string): string {
  const mode = statSync(path).mode & 0o777;
  if ((mode & 0o077) !== 0)
    throw usageError(`token file ${path}: mode ${mode.toString(8)}: others can read it`, `chmod 600 ${path}`);
  const token = readFileSync(path, 'utf8').trim();
  if (token === '') throw usageError(`token file ${path}: is empty`);
  return token;
}
