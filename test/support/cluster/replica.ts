import { type FakeClock, type Random, silentLogger } from '@longshore/kit';
import type { EcsServiceOperations } from '@longshore/model';
import { type MemoryBackend, type MemoryStore, openMemoryStore } from '@longshore/store';
import { activeCluster } from '../../../packages/control-plane/src/api/clusters/index.js';
import type { Call, Caller, OperationName } from '../../../packages/control-plane/src/api/operation.js';
import { ecsRegistry } from '../../../packages/control-plane/src/api/registry.js';
import type { ServerContext } from '../../../packages/control-plane/src/api/server-context.js';
import type { Config } from '../../../packages/control-plane/src/config/config.js';
import { controllersOf } from '../../../packages/control-plane/src/controllers/index.js';
import { Leader } from '../../../packages/control-plane/src/controllers/leader.js';
import { Dispatcher } from '../../../packages/control-plane/src/dispatcher/dispatcher.js';
import { InstanceViews } from '../../../packages/control-plane/src/placement/instance-views.js';
import { PendingReasons } from '../../../packages/control-plane/src/placement/pending-reasons.js';
import { PlacementRounds } from '../../../packages/control-plane/src/placement/rounds.js';
import { Replica } from '../../../packages/control-plane/src/replica/replica.js';

export interface SimReplicaParts {
  readonly name: string;
  readonly backend: MemoryBackend;
  readonly clock: FakeClock;
  readonly random: Random;
  readonly config: Config;
}

/** A replica without its doors: what startServer composes, on a clock that a test moves. */
export class SimReplica {
  readonly name: string;
  readonly store: MemoryStore;
  readonly dispatcher: Dispatcher;
  readonly leader: Leader;
  readonly context: ServerContext;
  /** Why the store takes no new work; empty while there is room. */
  full = '';
  readonly #presence: Replica;
  readonly #views: InstanceViews;
  readonly #rounds: PlacementRounds;
  #isAlive = false;

  constructor({ name, backend, clock, random, config }: SimReplicaParts) {
    const logger = silentLogger;
    const store = openMemoryStore({ replica: name, clock, random, logger, backend });
    const views = new InstanceViews(store);
    const rounds = new PlacementRounds({ store, views, clock, random, logger, onOutcome: () => undefined });
    const presence = new Replica({
      store,
      clock,
      logger,
      replica: name,
      version: 'sim',
      addresses: () => ({ grpc: name, http: name }),
      onLost: () => this.dispatcher.sessions.endAll(),
    });
    this.name = name;
    this.store = store;
    this.#presence = presence;
    this.#views = views;
    this.#rounds = rounds;
    this.dispatcher = new Dispatcher({
      store,
      clock,
      logger,
      lease: () => presence.lease,
      replica: name,
      serverVersion: 'sim',
      accountId: config.accountId,
      region: config.region,
      cluster: async (cluster, signal) =>
        (await activeCluster(cluster, this.#call(signal), this.context)).stored,
      instanceTimeoutMs: config.instanceTimeoutMs,
      onRunning: () => undefined,
      isRush: () => rounds.isRush,
    });
    this.context = {
      store,
      clock,
      random,
      logger,
      accountId: config.accountId,
      views,
      rounds,
      full: () => this.full,
      config,
      replica: name,
      version: 'sim',
      sessions: this.dispatcher.sessions,
      utilisation: this.dispatcher.utilisation,
      peers: { utilisation: () => Promise.resolve([]), nameOf: () => Promise.resolve(undefined) },
      sealKey: undefined,
    };
    const pending = new PendingReasons();
    this.leader = new Leader({
      store,
      clock,
      random,
      logger,
      replica: name,
      controllers: (led) => controllersOf({ context: this.context, pending, space: { full: '' }, ...led }),
    });
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  async start(): Promise<void> {
    this.#isAlive = true;
    await this.store.start();
    await this.dispatcher.start();
    await this.#presence.start();
    await this.leader.start();
  }

  /** As SIGKILL does: nothing that it does from now on gets through, its leases run out by themselves. */
  kill(): void {
    this.#isAlive = false;
    this.store.faults.away = `${this.name} was killed`;
    this.dispatcher.sessions.endAll();
  }

  /** Ends what runs here. The clock must be moved meanwhile. */
  async stop(): Promise<void> {
    this.#isAlive = false;
    await this.leader.stop();
    await this.#presence.stop();
    await this.dispatcher.stop();
    await this.#rounds.stop();
    this.#views.stop();
    await this.store.stop();
  }

  /** An operation, as a client of this replica calls it. */
  call<N extends OperationName>(
    name: N,
    request: EcsServiceOperations[N]['request'],
  ): Promise<EcsServiceOperations[N]['response']> {
    const operation = ecsRegistry[name];
    if (!operation) throw new Error(`there is no operation ${name}`);
    return operation(request, this.#call(new AbortController().signal), this.context);
  }

  #call(signal: AbortSignal): Call {
    const caller: Caller = { kind: 'client-token', name: 'sim' };
    return { caller, region: this.context.config.region, requestId: 'sim', signal };
  }
}
