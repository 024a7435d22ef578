import { messageOf } from '@longshore/kit';
import { pauseImageOf } from '@longshore/runtime';
import type { Config } from './config/config.js';
import { Endpoints } from './endpoints/endpoints.js';
import type { Handler } from './endpoints/http-endpoint.js';
import { introspectionHandler } from './endpoints/introspection.js';
import type { MetadataFiles } from './endpoints/metadata-file.js';
import { metadataHandler } from './endpoints/metadata-routes.js';
import { RateLimit } from './endpoints/rate-limit.js';
import type { Engine } from './engine/engine.js';
import type { AgentIdentity } from './engine/names.js';
import type { AgentTask } from './engine/record.js';
import { oldestStopped } from './engine/retention.js';
import { HealthMonitor } from './health/health-monitor.js';
import { ImageCleaner } from './images/image-cleaner.js';
import type { ImageList } from './images/image-list.js';
import type { TaskNetworks } from './networks.js';
import type { PlantParts } from './plant.js';
import type { Reporter } from './reporter/reporter.js';
import type { Session } from './session/session.js';
import { readDisk } from './telemetry/host-usage.js';
import { Meter } from './telemetry/meter.js';

export interface PeripheryParts extends Omit<PlantParts, 'identity'> {
  readonly engine: Engine;
  readonly session: Session;
  readonly reporter: Reporter;
  readonly networks: TaskNetworks;
  readonly identity: () => AgentIdentity;
  readonly imageList: ImageList;
}

/** What stands around engine and session: tasks run without it. */
export interface Periphery {
  readonly endpoints: Endpoints;
  readonly meter: Meter;
  readonly health: HealthMonitor;
  readonly cleaner: ImageCleaner;
  readonly limit: RateLimit;
  /** The instance is known: endpoints are made reachable for containers that run already. */
  joined(instance: string): void;
  fileChanged(task: AgentTask, files: MetadataFiles | undefined): void;
}

export function buildPeriphery(parts: PeripheryParts): Periphery {
  const { config, driver, clock, logger, engine, engineFacts, reporter, networks } = parts;
  const tasks = (): readonly AgentTask[] => engine.tasks;
  const diskPath = engineFacts.rootDirectory;
  const meter = new Meter({ tasks, driver, clock, diskPath });
  const limit = new RateLimit(config.metadataRate, clock);
  const cleaner = new ImageCleaner({
    ...parts,
    tasks,
    list: parts.imageList,
    settings: cleanUpSettings(parts),
  });
  const health = new HealthMonitor({
    ...parts,
    diskPath,
    diskLimitPercent: config.diskLimitPercent,
    disk: readDisk,
    changed: () => reporter.instanceChanged(),
    pressure: () => relieve(engine, cleaner, parts),
  });
  const endpoints = new Endpoints({
    ...config,
    networks,
    logger,
    mayNat: parts.host.isRoot,
    handlers: {
      introspection: introspectionHandler({ tasks, identity: parts.identity }),
      metadata: metadataHandler({
        tasks,
        identity: parts.identity,
        driver,
        awsvpcNetwork: parts.awsvpcNetwork,
        limit,
        protection: (task, change) => parts.session.taskProtection(task, change),
      }),
      metrics: metricsHandler(parts, meter, health),
    },
  });
  return {
    endpoints,
    meter,
    health,
    cleaner,
    limit,
    joined: (instance) => void reachContainers(parts, endpoints, instance),
    fileChanged: (task, files) => void writeFiles(task, files, parts),
  };
}

/** The agent's own pause image is never in the way: it is made, not pulled, and may be asked for at any time. */
function cleanUpSettings({ config, engineFacts }: PeripheryParts): Config['imageCleanup'] {
  const pause = pauseImageOf(engineFacts.architecture)?.image;
  const { excluded } = config.imageCleanup;
  return { ...config.imageCleanup, excluded: pause === undefined ? excluded : [...excluded, pause] };
}

function metricsHandler(parts: PeripheryParts, meter: Meter, health: HealthMonitor): Handler {
  const { metrics, session, reporter, engine } = parts;
  return async ({ path }) => {
    if (path !== '/metrics')
      return { status: 404, body: 'metrics are at /metrics', contentType: 'text/plain' };
    const text = await metrics.text({
      connected: () => session.connected,
      impaired: () => health.reason !== '',
      unreported: () => reporter.waiting,
      tasks: () => engine.tasks,
      utilisation: () => meter.recent(5_000),
    });
    return { status: 200, body: text, contentType: metrics.registry.contentType };
  };
}

/** Before the disk fills: the containers that have been kept longest, and images by age of their last use. */
function relieve(engine: Engine, cleaner: ImageCleaner, { config }: PeripheryParts): void {
  if (config.sharedEngine) return;
  const oldest = oldestStopped(engine.tasks);
  if (oldest !== undefined) engine.cleanUp(oldest);
  void cleaner.clean({ pressure: true });
}

/** Containers that run on from before a restart ask at the same address: it must answer before they do. */
async function reachContainers(parts: PeripheryParts, endpoints: Endpoints, instance: string): Promise<void> {
  if (parts.config.ports.metadata === 0) return;
  try {
    await endpoints.reachHost(instance);
    await endpoints.reach(await parts.networks.bridge(), instance);
    if (parts.engine.tasks.some((t) => t.definition.networkMode === 'awsvpc'))
      await endpoints.reach(await parts.networks.awsvpc(), instance);
  } catch (thrown) {
    parts.logger.warn({ error: messageOf(thrown) }, 'endpoints not reachable from containers yet');
  }
}

async function writeFiles(
  task: AgentTask,
  files: MetadataFiles | undefined,
  { logger }: PeripheryParts,
): Promise<void> {
  if (!files || task.status === 'STOPPED') return;
  for (const c of task.containers)
    if (c.phase === 'RUNNING' && !c.internal)
      await files.write(task, c.name).catch((thrown: unknown) => {
        logger.warn({ task: task.id, error: messageOf(thrown) }, 'metadata file not written');
      });
}
