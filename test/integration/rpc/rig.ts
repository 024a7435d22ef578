import { silentLogger } from '@longshore/kit';
import {
  type Channel,
  type ChannelSettings,
  type Handlers,
  type Outcome,
  openChannel,
  RpcError,
  RpcServer,
  type RpcServerOptions,
} from '@longshore/rpc';

/** What the rig's door makes of a caller. */
export interface Caller {
  readonly token: string | undefined;
}

export type EcsHandlers = Handlers<'EcsService', Caller>;

/** A server on a free port, what it was asked, and clients of it. */
export interface Rig {
  readonly server: RpcServer<Caller>;
  readonly outcomes: Outcome[];
  channel(settings?: Partial<ChannelSettings>): Channel;
  close(): Promise<void>;
}

export interface SetUp {
  readonly ecs?: EcsHandlers;
  readonly longshore?: Handlers<'LongshoreService', Caller>;
  readonly agent?: Handlers<'AgentService', Caller>;
  readonly options?: Partial<RpcServerOptions<Caller>>;
}

const rigs: Rig[] = [];

export async function setUp({
  ecs = {},
  longshore = {},
  agent = {},
  options = {},
}: SetUp = {}): Promise<Rig> {
  const outcomes: Outcome[] = [];
  const channels: Channel[] = [];
  const server = new RpcServer<Caller>({
    listen: { host: '127.0.0.1', port: 0 },
    authorize: ({ token }) => ({ token }),
    observe: (o) => void outcomes.push(o),
    logger: silentLogger,
    stopWithinMs: 300,
    ...options,
  });
  server.serve('EcsService', ecs);
  server.serve('LongshoreService', longshore);
  server.serve('AgentService', agent);
  await server.start();
  const set: Rig = {
    server,
    outcomes,
    channel: (settings = {}) => {
      const channel = openChannel({ endpoints: [`127.0.0.1:${server.port}`], ...settings });
      channels.push(channel);
      return channel;
    },
    close: async () => {
      for (const channel of channels) channel.close();
      await server.stop();
    },
  };
  rigs.push(set);
  return set;
}

/** What the call was refused with; a call that is answered fails the test. */
export async function failure(promise: Promise<unknown>): Promise<RpcError> {
  try {
    await promise;
  } catch (thrown) {
    if (thrown instanceof RpcError) return thrown;
    throw thrown;
  }
  throw new Error('was answered');
}

/** Every rig that was set up is taken down; those of the caller's that are down already it leaves out. */
export async function takeDown(but: readonly Rig[] = []): Promise<void> {
  for (const rig of rigs.splice(0)) if (!but.includes(rig)) await rig.close();
}
