import { hostname } from 'node:os';
import {
  type Clock,
  type Component,
  type Logger,
  makeLogger,
  type Random,
  systemClock,
  systemRandom,
} from '@longshore/kit';
import type { MemoryBackend } from '@longshore/store';
import { activeCluster, instanceCounter } from './api/clusters/index.js';
import type { Caller } from './api/operation.js';
import type { ServerContext } from './api/server-context.js';
import { type Config, isLoopback } from './config/config.js';
import { formatListenAddress } from './config/listen-address.js';
import { controllersOf } from './controllers/index.js';
import { Leader } from './controllers/leader.js';
import { Dispatcher } from './dispatcher/dispatcher.js';
import { Doors } from './door/doors.js';
import { loadSecrets, type Secrets } from './door/secrets.js';
import { ChangeFeed } from './events/change-feed.js';
import { EventLoopLag, loopActiveMs } from './metrics/event-loop-lag.js';
import { Metrics } from './metrics/metrics.js';
import { commitMeter, ServerGauges } from './metrics/server-metrics.js';
import { openStore } from './open-store.js';
import { RpcPeers } from './peers.js';
import { InstanceViews } from './placement/instance-views.js';
import { PendingReasons } from './placement/pending-reasons.js';
import { PlacementRounds } from './placement/rounds.js';
import { Replica } from './replica/replica.js';
import { StoreSpace } from './store-space.js';
import { Supervision } from './supervision.js';
import { serverVersion } from './version.js';

/** What a test, or a program that embeds the server, may bring itself. */
export interface ServerParts {
  /** Shared by several replicas of one process, with --memory-store. */
  readonly memory?: MemoryBackend;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly logger?: Logger;
}

export interface RunningServer {
  readonly grpcPort: number;
  readonly httpPort: number;
  readonly replica: string;
  readonly context: ServerContext;
  readonly leader: Leader;
  /** Rejects when a component died: the process must end. */
  readonly failed: Promise<never>;
  /** Graceful, bounded, in reverse order of the start. */
  stop(): Promise<void>;
}

/**
 * Starts a replica: store, presence, agents' side, controllers, doors. Resolves when the doors are open, whether etcd
 * answers or not: until it does, calls get UNAVAILABLE and /readyz says why. Throws where a file or port cannot be had.
 */
export async function startServer(config: Config, parts: ServerParts = {}): Promise<RunningServer> {
  const clock = parts.clock ?? systemClock;
  const random = parts.random ?? systemRandom;
  const logger = parts.logger ?? makeLogger('longshore-server', { level: config.logLevel });
  const supervision = new Supervision(logger);
  try {
    const secrets = await loadSecrets(config, random);
    warnIfOpen(config, logger);
    return await compose({ config, clock, random, logger, supervision, secrets, memory: parts.memory });
  } catch (thrown) {
    await supervision.stop();
    throw thrown;
  }
}

interface Composition {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly supervision: Supervision;
  readonly secrets: Secrets;
  readonly memory: MemoryBackend | undefined;
}

/** The state and what is derived from it, started. */
async function openState(given: Composition) {
  const { config, clock, random, logger, supervision, memory } = given;
  const version = serverVersion();
  const replica = config.replicaName ?? defaultReplicaName(config, random);
  const metrics = new Metrics();
  const meter = commitMeter(metrics);
  const store = openStore(config, { replica, clock, random, logger, version, meter, memory });
  await supervision.start(store);
  const views = new InstanceViews(store);
  const onOutcome = (seconds: number): void => metrics.observe('placementSeconds', {}, seconds);
  const rounds = new PlacementRounds({ store, views, clock, random, logger, onOutcome });
  await supervision.start(stopping('views', () => views.stop()));
  await supervision.start(stopping('placement', () => rounds.stop()));
  const space = new StoreSpace({ store, clock, logger, quotaBytes: config.etcd.quotaBytes });
  await supervision.start(space);
  const feed = new ChangeFeed(store, () => clock.wallMs());
  await supervision.start(stopping('feed', () => feed.stop()));
  const lag = new EventLoopLag(clock, loopActiveMs);
  lag.start();
  await supervision.start(stopping('event loop lag', () => lag.stop()));
  return { version, replica, metrics, store, views, rounds, space, feed, lag };
}

type State = Awaited<ReturnType<typeof openState>>;

interface AgentsSideParts {
  readonly given: Composition;
  readonly state: State;
  /** Of the doors, once they are open. */
  readonly addresses: () => { readonly grpc: string; readonly http: string };
  readonly context: () => ServerContext;
}

/** This replica's presence in the store, and the agents that hang on it; not started. */
function agentsSide({ given, state, addresses, context }: AgentsSideParts) {
  const { config, clock, random, logger } = given;
  const { store, replica, version, metrics } = state;
  const presence = new Replica({
    store,
    clock,
    logger,
    replica,
    version,
    addresses,
    onLost: () => dispatcher.sessions.endAll(),
  });
  const dispatcher = new Dispatcher({
    store,
    clock,
    logger,
    lease: () => presence.lease,
    replica,
    serverVersion: version,
    accountId: config.accountId,
    region: config.region,
    cluster: async (name, signal) => {
      const caller: Caller = { kind: 'agent', name: 'agent' };
      const call = { caller, region: config.region, requestId: random.hexId(), signal };
      return (await activeCluster(name, call, context())).stored;
    },
    instanceTimeoutMs: config.instanceTimeoutMs,
    onRunning: (ms) => metrics.observe('requestToRunningSeconds', {}, ms / 1000),
    isRush: () => state.rounds.isRush,
  });
  state.lag.observe((lateMs) => dispatcher.loopWas(lateMs));
  return { presence, dispatcher };
}

/** What operations work with. */
function contextOf(given: Composition, state: State, dispatcher: Dispatcher, peers: RpcPeers): ServerContext {
  const { config, clock, random, logger, secrets } = given;
  const { store, views, rounds, space, replica, version } = state;
  return {
    store,
    clock,
    random,
    logger,
    accountId: config.accountId,
    views,
    rounds,
    full: () => space.full,
    config,
    replica,
    version,
    sessions: dispatcher.sessions,
    utilisation: dispatcher.utilisation,
    peers,
    sealKey: secrets.sealKey,
    taskCounter: instanceCounter(store, views),
  };
}

/** The controllers' leadership and the gauges that tell of it; not started. */
function leaderOf(given: Composition, state: State, context: ServerContext) {
  const { clock, random, logger } = given;
  const { store, views, replica, metrics, space, lag } = state;
  const pending = new PendingReasons();
  const leader = new Leader({
    store,
    clock,
    random,
    logger,
    replica,
    controllers: (underLeadership) => controllersOf({ context, pending, space, ...underLeadership }),
  });
  const gauges = new ServerGauges({
    metrics,
    store,
    views,
    lag,
    leading: () => leader.leading,
    pending: () => (leader.leads ? pending.counts() : new Map()),
  });
  return { leader, gauges };
}

async function compose(given: Composition): Promise<RunningServer> {
  const { config, logger, supervision, secrets } = given;
  const state = await openState(given);
  const { version, replica } = state;
  const addresses = () => doors.addresses();
  const { presence, dispatcher } = agentsSide({ given, state, addresses, context: () => context });
  const peers = new RpcPeers(secrets.tokens?.client, config.tls !== undefined);
  const context = contextOf(given, state, dispatcher, peers);
  const { leader, gauges } = leaderOf(given, state, context);
  const doors = new Doors({ ...state, config, context, secrets, dispatcher, presence });
  await supervision.start(stopping('peers', () => peers.close()));
  await supervision.start(stopping('gauges', () => gauges.stop()));
  await supervision.start(dispatcher);
  await doors.start(supervision);
  await supervision.start(presence);
  await supervision.start(leader);
  logger.info({ replica, version, ...doors.addresses() }, 'server started');
  return {
    grpcPort: doors.grpc.port,
    httpPort: doors.http.port,
    replica,
    context,
    leader,
    failed: supervision.failed,
    stop: () => supervision.stop(),
  };
}

function warnIfOpen(config: Config, logger: Logger): void {
  const open = [config.grpcListen, config.httpListen].filter((a) => !isLoopback(a.host));
  if (open.length === 0) return;
  const listens = open.map(formatListenAddress);
  if (config.tokenFile && config.tls) return;
  logger.warn(
    { listens, tokens: config.tokenFile !== undefined, tls: config.tls !== undefined },
    config.tokenFile
      ? 'listens off loopback with tokens but without TLS: who sees the traffic sees the tokens'
      : 'listens off loopback without tokens (--insecure): everybody who reaches the ports may do everything',
  );
}

function defaultReplicaName(config: Config, random: Random): string {
  const host = hostname().replaceAll(/[^A-Za-z0-9._-]/g, '-');
  return config.grpcListen.port === 0
    ? `${host}-${random.hexId().slice(0, 8)}`
    : `${host}-${config.grpcListen.port}`;
}

function stopping(name: string, stop: () => void | Promise<void>): Component {
  return { name, start: async () => undefined, stop: async () => stop() };
}
