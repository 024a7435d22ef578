import type { Clock, Logger, Random } from '@longshore/kit';
import { requiredAttributes, type TaskDefinition } from '@longshore/model';
import type { EngineFacts, RuntimeDriver } from '@longshore/runtime';
import type { Config } from './config/config.js';
import type { SpecContext } from './engine/container-spec.js';
import { Engine } from './engine/engine.js';
import type { AgentIdentity } from './engine/names.js';
import { type AgentTask, definitionOf, pauseContainerName } from './engine/record.js';
import { dynamicRanges, type HostFacts, portsInUse } from './host/host.js';
import { attributesOf, type RegistrationInputs, registrationOf } from './host/registration.js';
import { ImageProvider } from './images/image-provider.js';
import type { FileJournal, StoredIdentity } from './journal/journal.js';
import { TaskNetworks } from './networks.js';
import { PortBook } from './ports/port-book.js';
import { TaskPreparation } from './preparation.js';
import { Reporter } from './reporter/reporter.js';
import { Assignments } from './session/assignments.js';
import type { ControlPlane } from './session/control-plane.js';
import { Session } from './session/session.js';
import { TaskCgroups } from './task-cgroups.js';

export interface PlantParts {
  readonly config: Config;
  readonly driver: RuntimeDriver;
  readonly controlPlane: ControlPlane;
  readonly host: HostFacts;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly journal: FileJournal;
  readonly identity: StoredIdentity | undefined;
  readonly engineFacts: EngineFacts;
  readonly gpus: readonly string[];
}

/** The parts of a working agent, wired and not yet started. */
export interface Plant {
  readonly engine: Engine;
  readonly session: Session;
  readonly reporter: Reporter;
  readonly networks: TaskNetworks;
  readonly images: ImageProvider;
  readonly identity: () => AgentIdentity;
}

const nobody: AgentIdentity = { instance: '', cluster: '', accountId: '', region: '' };

/** Wires the parts together. Nothing runs and nothing is asked of anybody yet. */
export function buildPlant(parts: PlantParts): Plant {
  const { config, driver, logger, clock, random } = parts;
  let who: AgentIdentity = parts.identity ?? nobody;
  const identity = (): AgentIdentity => who;
  const networks = new TaskNetworks(driver, config, () => who.instance);
  const preparation = new TaskPreparation({
    driver,
    identity,
    envFileDir: config.envFileDir,
    cgroups: cgroupsOf(parts),
  });
  const images = new ImageProvider({ ...parts, ...config.pull, pulled: () => undefined });
  const engine: Engine = new Engine({
    driver,
    logger,
    clock,
    random,
    journal: parts.journal,
    instance: () => who.instance,
    ports: portBookOf(config, parts.host),
    settings: { stopTimeoutMs: config.stopTimeoutMs, cleanupWaitMs: config.cleanupWaitMs },
    needsPreparation: (definition) => preparation.needed(definition),
    assignAddress: (task) => networks.addresses.assign(task),
    refusal: (definition) => refusalOf(definition, parts),
    provideImage: (image, signal) => images.provide(image, signal),
    providePauseImage: () => networks.pauseImage(),
    specContext: (task, container) => specContext({ task, container, identity, networks, preparation }),
    prepare: (task) => preparation.prepare(task),
    release: async (task) => {
      await preparation.release(task);
      networks.addresses.release(task.id);
    },
    onChanged: (task) => {
      networks.addresses.hold(task.id, task.ipv4Address);
      reporter.changed(task.id);
    },
    onForgotten: (task) => reporter.forgotten(task.id),
  });
  const assignments = new Assignments(engine, logger);
  const reporter: Reporter = new Reporter({
    engine,
    clock,
    impairedReason: () => '',
    orphans: () => assignments.orphans,
  });
  const session = new Session(
    {
      ...parts,
      assignments,
      reporter,
      joinAsNew: config.joinAsNew,
      registration: (region) => Promise.resolve(registrationOf({ ...registrationInputs(parts), region })),
      utilisation: undefined,
      joined: (joined) => {
        const before = who.instance;
        who = joined;
        if (before !== joined.instance) engine.joined(joined.instance);
      },
    },
    parts.identity,
  );
  return { engine, session, reporter, networks, images, identity };
}

function registrationInputs(parts: PlantParts): RegistrationInputs {
  const { config, host, engineFacts, gpus } = parts;
  const [dynamicPorts = { first: 49_153, last: 65_535 }] = rangesOf(config, host);
  return {
    config,
    engine: engineFacts,
    host,
    gpus,
    dynamicPorts,
    taskLimits: keepsCgroups(parts),
    taskEni: config.taskEni,
    region: '',
  };
}

function rangesOf(config: Config, host: HostFacts): ReturnType<typeof dynamicRanges> {
  return config.dynamicPorts ? [config.dynamicPorts] : dynamicRanges(host.ephemeralPorts);
}

function portBookOf(config: Config, host: HostFacts): PortBook {
  return new PortBook({
    ranges: rangesOf(config, host),
    reserved: { tcp: new Set(config.reservedTcpPorts), udp: new Set(config.reservedUdpPorts) },
    inUse: portsInUse,
    staticIp: config.bindIp,
  });
}

function keepsCgroups({ config, host, engineFacts }: PlantParts): boolean {
  return config.taskLimits && host.isRoot && engineFacts.cgroupDriver !== 'none';
}

function cgroupsOf(parts: PlantParts): TaskCgroups | undefined {
  if (!keepsCgroups(parts)) return undefined;
  const { config, engineFacts } = parts;
  return new TaskCgroups({
    root: config.cgroupPath,
    version: engineFacts.cgroupVersion,
    driver: engineFacts.cgroupDriver,
    cpuPeriodMs: config.cgroupCpuPeriodMs,
    pidsLimit: config.taskPidsLimit,
  });
}

/** A definition that asks for what this agent never registered is refused, never run without it. */
function refusalOf(definition: TaskDefinition, parts: PlantParts): string | undefined {
  const can = new Set(attributesOf(registrationInputs(parts)).map((a) => a.name));
  const lacking = requiredAttributes(definition).filter((a) => !can.has(a.name));
  if (lacking.length === 0) return undefined;
  return `this container instance lacks ${lacking.map((a) => a.name).join(', ')}`;
}

async function specContext(about: {
  readonly task: AgentTask;
  readonly container: string;
  readonly identity: () => AgentIdentity;
  readonly networks: TaskNetworks;
  readonly preparation: TaskPreparation;
}): Promise<SpecContext> {
  const { task, container, networks, preparation } = about;
  const mode = task.definition.networkMode ?? 'bridge';
  const internal = container === pauseContainerName;
  return {
    identity: about.identity(),
    bridgeNetwork: mode === 'bridge' ? (await networks.bridge()).name : '',
    awsvpcNetwork: mode === 'awsvpc' ? (await networks.awsvpc()).name : '',
    pauseImage: networks.pauseImageName,
    endpointVariables: () => ({}),
    fileVariables: internal ? [] : await preparation.fileVariables(definitionOf(task, container)),
    cgroupParent: preparation.cgroupParent(task),
    metadataDirectory: undefined,
  };
}
