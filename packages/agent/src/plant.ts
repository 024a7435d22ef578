import type { Clock, Component, Logger, Random } from '@longshore/kit';
import type { EngineFacts, RuntimeDriver } from '@longshore/runtime';
import { ensurePauseImage, pauseImageOf } from '@longshore/runtime';
import type { Config } from './config/config.js';
import { MetadataFiles } from './endpoints/metadata-file.js';
import type { SpecContext } from './engine/container-spec.js';
import { Engine } from './engine/engine.js';
import type { AgentIdentity } from './engine/names.js';
import { type AgentTask, definitionOf, pauseContainerName, type TaskSettings } from './engine/record.js';
import { surplusTasks } from './engine/retention.js';
import { abilities, portBookOf, refusalOf, registrationInputs } from './host/abilities.js';
import type { HostFacts } from './host/host.js';
import { registrationOf } from './host/registration.js';
import { ImageList } from './images/image-list.js';
import { ImageProvider } from './images/image-provider.js';
import { DurableFiles } from './journal/files.js';
import type { FileJournal, StoredIdentity } from './journal/journal.js';
import { TaskNetworks } from './networks.js';
import { buildPeriphery, type Periphery } from './periphery.js';
import { TaskPreparation } from './preparation.js';
import { Reporter } from './reporter/reporter.js';
import { Assignments } from './session/assignments.js';
import type { ControlPlane } from './session/control-plane.js';
import { Session } from './session/session.js';
import type { Metrics } from './telemetry/metrics.js';
import { imagePulls } from './telemetry/pulls.js';

export interface PlantParts {
  readonly config: Config;
  readonly driver: RuntimeDriver;
  readonly controlPlane: ControlPlane;
  readonly host: HostFacts;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly journal: FileJournal;
  readonly identity: StoredIdentity | undefined;
  readonly engineFacts: EngineFacts;
  readonly gpus: readonly string[];
  /** Where tasks in awsvpc mode have their addresses; empty: nowhere. */
  readonly awsvpcNetwork: string;
}

/** The parts of a working agent, wired and not yet started. */
export interface Plant {
  readonly engine: Engine;
  readonly session: Session;
  readonly reporter: Reporter;
  readonly periphery: Periphery;
  /** In the order in which they start. */
  readonly components: readonly Component[];
}

const nobody: AgentIdentity = { instance: '', cluster: '', accountId: '', region: '' };

/** Wires the parts together. Nothing runs and nothing is asked of anybody yet. */
export function buildPlant(parts: PlantParts): Plant {
  const { config, driver, metrics } = parts;
  let who: AgentIdentity = parts.identity ?? nobody;
  const identity = (): AgentIdentity => who;
  const networks = new TaskNetworks({ ...parts, instance: () => who.instance });
  const { cgroups } = abilities(parts);
  const { envFileDir } = config;
  const preparation = new TaskPreparation({ driver, identity, envFileDir, cgroups, logger: parts.logger });
  const files = config.containerMetadata
    ? new MetadataFiles(`${config.dataDir}/metadata`, { ...parts.host, identity })
    : undefined;
  const imageList = new ImageList({ ...parts, files: new DurableFiles(config.dataDir) });
  const images = new ImageProvider({
    ...parts,
    ...config.pull,
    list: imageList,
  });
  const engine: Engine = new Engine({
    ...parts,
    instance: () => who.instance,
    ports: portBookOf(parts),
    settings: taskSettings(config),
    needsPreparation: (definition) => preparation.needed(definition),
    assignAddress: (task) => networks.addresses.assign(task),
    refusal: (definition) => refusalOf(definition, parts),
    provideImage: (image, signal) => images.provide(image, signal),
    providePauseImage: () => pauseImage(driver),
    specContext: (task, container) =>
      specContext({ parts, task, container, who, networks, preparation, files, periphery }),
    timeouts: { createMs: config.createTimeoutMs, startMs: config.startTimeoutMs },
    prepare: (task) => preparation.prepare(task),
    release: async (task) => {
      await preparation.release(task);
      await files?.remove(task);
      networks.addresses.release(task.id);
    },
    onChanged: (task) => {
      networks.addresses.hold(task.id, task.ipv4Address);
      if (task.acknowledged)
        for (const id of surplusTasks(engine.tasks, config.stoppedTasksPerFamily)) engine.cleanUp(id);
      reporter.changed(task);
      periphery.fileChanged(task, files);
    },
    onForgotten: (task) => {
      reporter.forgotten(task.id);
      periphery.limit.forget(task.id);
    },
  });
  const assignments = new Assignments(engine, parts.logger);
  const reporter: Reporter = new Reporter({
    ...parts,
    engine,
    impairedReason: () => periphery.health.reason,
    orphans: () => assignments.orphans,
    epoch: () => session.epoch,
  });
  const session: Session = new Session(
    {
      ...parts,
      assignments,
      reporter,
      joinAsNew: config.joinAsNew,
      registration: (region) => Promise.resolve(registrationOf(registrationInputs(parts, region))),
      pulls: () => imagePulls(images.pulling, () => engine.tasks),
      utilisation: config.metrics ? () => periphery.meter.measure() : undefined,
      joined: (joined) => {
        const before = who.instance;
        who = joined;
        metrics.sessionOpened();
        if (before !== joined.instance) engine.joined(joined.instance);
        periphery.joined(joined.instance);
      },
    },
    parts.identity,
  );
  const periphery: Periphery = buildPeriphery({
    ...parts,
    engine,
    session,
    reporter,
    networks,
    identity,
    imageList,
  });
  const { cleaner, endpoints, health } = periphery;
  return { engine, session, reporter, periphery, components: [cleaner, endpoints, engine, health, session] };
}

function taskSettings({ stopTimeoutMs, cleanupWaitMs, cleanupJitterMs }: Config): TaskSettings {
  return { stopTimeoutMs, cleanupWaitMs, cleanupJitterMs };
}

async function pauseImage(driver: RuntimeDriver): Promise<{ readonly id: string; readonly digest: string }> {
  const { id } = await ensurePauseImage(driver);
  return { id, digest: '' };
}

interface SpecAbout {
  readonly parts: PlantParts;
  readonly task: AgentTask;
  readonly container: string;
  readonly who: AgentIdentity;
  readonly networks: TaskNetworks;
  readonly preparation: TaskPreparation;
  readonly files: MetadataFiles | undefined;
  readonly periphery: Periphery;
}

async function specContext(about: SpecAbout): Promise<SpecContext> {
  const { parts, task, container, who, networks, preparation, periphery } = about;
  const mode = task.definition.networkMode ?? 'bridge';
  const internal = container === pauseContainerName;
  const common = {
    identity: who,
    bridgeNetwork: mode === 'bridge' ? (await networks.bridge()).name : '',
    awsvpcNetwork: mode === 'awsvpc' ? (await networks.awsvpc()).name : '',
    pauseImage: pauseImageOf(parts.engineFacts.architecture)?.image ?? '',
    cgroupParent: preparation.cgroupParent(task),
  };
  if (internal) return { ...common, endpointVariables: {}, fileVariables: [], extraMounts: [] };
  const variables = await periphery.endpoints.variables(task, container, who.instance);
  const file = await about.files?.make(task, container);
  return {
    ...common,
    endpointVariables: { ...variables, ...file?.variables },
    fileVariables: await preparation.fileVariables(definitionOf(task, container)),
    extraMounts: file ? [file.mount] : [],
  };
}
