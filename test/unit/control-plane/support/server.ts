import { parseConfig, type RunningServer, startServer } from '@longshore/control-plane';
import { type Logger, silentLogger, systemClock } from '@longshore/kit';
import {
  type Channel,
  type EcsClient,
  ecsClient,
  type LongshoreClient,
  longshoreClient,
  openChannel,
} from '@longshore/rpc';
import { MemoryBackend } from '@longshore/store';
import { mergeSources } from '../../../../packages/control-plane/src/config/sources.js';

export interface TestServer {
  readonly server: RunningServer;
  readonly endpoint: string;
  readonly http: string;
  readonly ecs: EcsClient;
  readonly longshore: LongshoreClient;
  stop(): Promise<void>;
}

export interface TestServerOptions {
  readonly flags?: Readonly<Record<string, string>>;
  /** Shared by several replicas. */
  readonly backend?: MemoryBackend;
  readonly replica?: string;
  readonly token?: string;
  readonly logger?: Logger;
}

export function newBackend(): MemoryBackend {
  return new MemoryBackend({ clock: systemClock });
}

/** A replica in this process on the store in memory, its doors on free ports. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const replica = options.replica ?? 'test';
  const said = mergeSources({
    flags: {
      'memory-store': 'true',
      'grpc-listen': '127.0.0.1:0',
      'http-listen': '127.0.0.1:0',
      'replica-name': replica,
      ...options.flags,
    },
    variables: {},
  });
  if (!said.ok) throw new Error(said.problems.join('\n'));
  const config = parseConfig(said.value);
  if (!config.ok) throw new Error(config.problems.join('\n'));
  const { backend: memory, logger = silentLogger } = options;
  const server = await startServer(config.value, { logger, ...(memory ? { memory } : {}) });
  const endpoint = `127.0.0.1:${server.grpcPort}`;
  const channel: Channel = openChannel({
    endpoints: [endpoint],
    ...(options.token ? { token: options.token } : {}),
  });
  return {
    server,
    endpoint,
    http: `http://127.0.0.1:${server.httpPort}`,
    ecs: ecsClient(channel),
    longshore: longshoreClient(channel),
    stop: async () => {
      channel.close();
      await server.stop();
    },
  };
}
