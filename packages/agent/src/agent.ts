import type { Clock, Component, Logger, Random } from '@longshore/kit';
import type { RuntimeDriver } from '@longshore/runtime';
import type { Config } from './config/config.js';
import { chooseAwsvpcNetwork } from './host/awsvpc-network.js';
import { type HostFacts, listGpus } from './host/host.js';
import { readRoutes } from './host/routes.js';
import { FileJournal } from './journal/journal.js';
import { awsvpcBridge } from './networks.js';
import { buildPlant, type Plant } from './plant.js';
import { untilDone } from './retrying.js';
import type { ControlPlane } from './session/control-plane.js';
import type { Metrics } from './telemetry/metrics.js';

export interface AgentParts {
  readonly config: Config;
  readonly driver: RuntimeDriver;
  readonly controlPlane: ControlPlane;
  readonly host: HostFacts;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/**
 * One container instance. `start` adopts what runs and then joins the cluster; it waits for an engine that does not
 * answer and rejects only where the journal can not be read or its network clashes with the host's. `stop` leaves containers running.
 */
export class Agent implements Component {
  readonly name = 'agent';
  readonly #parts: AgentParts;
  readonly #abort = new AbortController();
  #plant: Plant | undefined;
  #journal: FileJournal | undefined;

  constructor(parts: AgentParts) {
    this.#parts = parts;
  }

  /** Undefined before `start` has resolved. */
  get plant(): Plant | undefined {
    return this.#plant;
  }

  async start(): Promise<void> {
    const { config, driver, logger, host } = this.#parts;
    if (!host.isRoot)
      logger.warn(
        'not root: no task cgroups, metadata by the address of the bridge instead of 169.254.170.2',
      );
    const means = { ...this.#parts, signal: this.#abort.signal };
    const journal = new FileJournal(config.dataDir, logger);
    this.#journal = journal;
    await journal.open();
    const identity = await journal.readIdentity();
    const engineFacts = await untilDone('ask the engine', () => driver.engine(), means);
    const gpus = config.gpuSupport ? (config.gpus ?? (await listGpus())) : [];
    const awsvpcNetwork = this.#awsvpcNetwork(identity?.instance ?? '');
    const plant = buildPlant({ ...this.#parts, journal, identity, engineFacts, gpus, awsvpcNetwork });
    this.#plant = plant;
    for (const component of plant.components)
      await untilDone(`start ${component.name}`, () => component.start(), means);
    logger.info({ instance: identity?.instance, tasks: plant.engine.tasks.length }, 'agent started');
  }

  /** Throws where the network clashes with a route of this host: better no agent than one that takes its traffic. */
  #awsvpcNetwork(instance: string): string {
    const { config } = this.#parts;
    if (!config.taskEni) return '';
    return chooseAwsvpcNetwork({
      cidr: config.awsvpcCidr,
      routes: readRoutes(),
      ownBridge: awsvpcBridge(instance),
      dataDir: config.dataDir,
    });
  }

  /** In reverse order; each part within its own bound. */
  async stop(): Promise<void> {
    this.#abort.abort(new Error('the agent stops'));
    for (const component of [...(this.#plant?.components ?? [])].reverse()) await component.stop();
    await this.#journal?.close();
    await this.#parts.driver.close();
  }
}
