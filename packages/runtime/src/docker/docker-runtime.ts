import { type Clock, type Random, systemClock, systemRandom } from '@longshore/kit';
import type { EngineCall } from '../deadlines.js';
import type {
  CallOptions,
  ContainerFacts,
  ContainerSpec,
  ContainerUsage,
  EngineFacts,
  EngineListener,
  ImageContent,
  ImageFacts,
  NetworkSpec,
  PullOptions,
  RuntimeDriver,
  VolumeSpec,
} from '../driver.js';
import { DockerContainers, Endings } from './containers.js';
import { EngineClient } from './engine-client.js';
import { defaultEngineHost, type EngineHost } from './engine-host.js';
import { EventFeed } from './event-feed.js';
import { type EngineInfo, engineFacts } from './facts.js';
import { DockerImages } from './images.js';
import { DockerNetworks, findNetwork, type MadeNetwork } from './networks.js';
import { DockerUsage } from './usage.js';

export interface DockerRuntimeOptions {
  /** unix:///var/run/docker.sock where absent. The environment is its reader's: DOCKER_HOST comes in here. */
  readonly host?: EngineHost | undefined;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Requests at a time that create, start or remove: as many as keep an engine busy, also beside other work. */
  readonly heavyRequests?: number | undefined;
  /** Pulls at a time. */
  readonly pulls?: number | undefined;
  /** Told of each call, its milliseconds and whether it succeeded; for metrics. */
  readonly onCall?: ((call: EngineCall, ms: number, ok: boolean) => void) | undefined;
  /** Where cgroups and processes are read from; a recorded tree in tests. */
  readonly cgroupRoot?: string | undefined;
  readonly procRoot?: string | undefined;
}

/** Docker Engine as a RuntimeDriver: the only door to dockerode. Holds no state but what it is waiting for. */
export class DockerRuntime implements RuntimeDriver {
  readonly #client: EngineClient;
  readonly #containers: DockerContainers;
  readonly #images: DockerImages;
  readonly #networks: DockerNetworks;
  readonly #usage: DockerUsage;
  readonly #events: EventFeed;
  readonly #closing = new AbortController();
  readonly #following = new Set<Promise<void>>();

  constructor(options: DockerRuntimeOptions = {}) {
    const { clock = systemClock, random = systemRandom, host = defaultEngineHost } = options;
    const endings = new Endings();
    this.#client = new EngineClient({
      host,
      clock,
      parallelism: { heavy: options.heavyRequests ?? 16, light: 32, pull: options.pulls ?? 8 },
      onCall: options.onCall,
    });
    this.#containers = new DockerContainers(this.#client, clock, endings);
    this.#images = new DockerImages(this.#client, clock);
    this.#networks = new DockerNetworks(this.#client);
    this.#usage = new DockerUsage(this.#client, {
      clock,
      cgroupRoot: options.cgroupRoot ?? '/sys/fs/cgroup',
      procRoot: options.procRoot ?? '/proc',
    });
    this.#events = new EventFeed(this.#client, clock, random, endings);
  }

  engine(options: CallOptions = {}): Promise<EngineFacts> {
    return this.#client.call('engine', 'RuntimeError', options, async (call) => {
      const [info, version, bridge] = await Promise.all([
        call.json<EngineInfo>({ path: '/info' }),
        call.json<{ ApiVersion: string }>({ path: '/version' }),
        findNetwork(call, 'bridge'),
      ]);
      if (!info || !version) throw new Error('the engine says nothing about itself');
      return engineFacts(info, version.ApiVersion, bridge?.gateway ?? '');
    });
  }

  pullImage(image: string, options: PullOptions): Promise<void> {
    return this.#images.pull(image, options);
  }

  inspectImage(image: string, options: CallOptions = {}): Promise<ImageFacts | undefined> {
    return this.#images.inspect(image, options);
  }

  listImages(options: CallOptions = {}): Promise<readonly ImageFacts[]> {
    return this.#images.list(options);
  }

  removeImage(id: string, options: CallOptions = {}): Promise<void> {
    return this.#images.remove(id, options);
  }

  importImage(image: string, content: ImageContent, options: CallOptions = {}): Promise<void> {
    return this.#images.import(image, content, options);
  }

  createContainer(spec: ContainerSpec, options: CallOptions = {}): Promise<{ readonly id: string }> {
    return this.#containers.create(spec, options);
  }

  startContainer(id: string, options: CallOptions = {}): Promise<void> {
    return this.#containers.start(id, options);
  }

  stopContainer(id: string, options: CallOptions & { readonly stopTimeoutMs: number }): Promise<void> {
    return this.#containers.stop(id, options);
  }

  removeContainer(id: string, options: CallOptions = {}): Promise<void> {
    this.#usage.forget(id);
    return this.#containers.remove(id, options);
  }

  inspectContainer(id: string, options: CallOptions = {}): Promise<ContainerFacts | undefined> {
    return this.#containers.inspect(id, options);
  }

  listContainers(
    labels: Readonly<Record<string, string>>,
    options: CallOptions = {},
  ): Promise<readonly ContainerFacts[]> {
    return this.#containers.list(labels, options);
  }

  tailLog(
    id: string,
    limits: { readonly lines: number; readonly bytes: number },
    options: CallOptions = {},
  ): Promise<string> {
    return this.#containers.tailLog(id, limits, options);
  }

  watch(labels: Readonly<Record<string, string>>, listener: EngineListener, signal: AbortSignal): void {
    const following = this.#events
      .follow(labels, listener, AbortSignal.any([signal, this.#closing.signal]))
      .finally(() => this.#following.delete(following));
    this.#following.add(following);
  }

  usage(id: string, options: CallOptions = {}): Promise<ContainerUsage | undefined> {
    return this.#usage.usage(id, options);
  }

  stats(id: string, options: CallOptions = {}): Promise<Readonly<Record<string, unknown>> | undefined> {
    return this.#usage.stats(id, options);
  }

  createNetwork(spec: NetworkSpec, options: CallOptions = {}): Promise<MadeNetwork> {
    return this.#networks.create(spec, options);
  }

  removeNetwork(name: string, options: CallOptions = {}): Promise<void> {
    return this.#networks.remove(name, options);
  }

  createVolume(spec: VolumeSpec, options: CallOptions = {}): Promise<void> {
    return this.#networks.createVolume(spec, options);
  }

  hasVolume(name: string, options: CallOptions = {}): Promise<boolean> {
    return this.#networks.hasVolume(name, options);
  }

  removeVolume(name: string, options: CallOptions = {}): Promise<void> {
    return this.#networks.removeVolume(name, options);
  }

  listVolumes(
    labels: Readonly<Record<string, string>>,
    options: CallOptions = {},
  ): Promise<readonly string[]> {
    return this.#networks.listVolumes(labels, options);
  }

  /** Ends what is followed. Containers go on. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#following);
  }
}
