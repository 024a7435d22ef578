import type { ContainerDefinition, TaskDefinition } from '@longshore/model';

/**
 * What runs containers. Every call has a deadline of its own, rejects with a RuntimeError and never hangs. Calls are
 * idempotent: starting what runs, stopping what has stopped and removing what is gone succeed.
 */
export interface RuntimeDriver {
  /** What the engine is and can; also the health probe. */
  engine(options?: CallOptions): Promise<EngineFacts>;
  pullImage(image: string, options: PullOptions): Promise<void>;
  /** Undefined where the image is not present. */
  inspectImage(image: string, options?: CallOptions): Promise<ImageFacts | undefined>;
  listImages(options?: CallOptions): Promise<readonly ImageFacts[]>;
  removeImage(id: string, options?: CallOptions): Promise<void>;
  /** Makes an image of one layer from a tar of its files, without a registry; replaces what had that name. */
  importImage(image: string, content: ImageContent, options?: CallOptions): Promise<void>;
  /** A second create with the same name gives the container that the first one made. */
  createContainer(spec: ContainerSpec, options?: CallOptions): Promise<{ readonly id: string }>;
  startContainer(id: string, options?: CallOptions): Promise<void>;
  /** SIGTERM (or the image's stop signal), then SIGKILL after `stopTimeoutMs`; resolves when it has stopped. */
  stopContainer(id: string, options: CallOptions & { readonly stopTimeoutMs: number }): Promise<void>;
  /** With its anonymous volumes. */
  removeContainer(id: string, options?: CallOptions): Promise<void>;
  /** Undefined only where the engine says that there is no such container; everything else rejects. */
  inspectContainer(id: string, options?: CallOptions): Promise<ContainerFacts | undefined>;
  /** Containers, running or not, that carry every one of these labels. */
  listContainers(
    labels: Readonly<Record<string, string>>,
    options?: CallOptions,
  ): Promise<readonly ContainerFacts[]>;
  /** The last lines of a container's log; empty where its log driver keeps none. */
  tailLog(
    id: string,
    limits: { readonly lines: number; readonly bytes: number },
    options?: CallOptions,
  ): Promise<string>;
  /** Follows the engine's events for containers with these labels until the signal aborts; reconnects by itself. */
  watch(labels: Readonly<Record<string, string>>, listener: EngineListener, signal: AbortSignal): void;
  /** What a running container uses now; undefined where it does not run. */
  usage(id: string, options?: CallOptions): Promise<ContainerUsage | undefined>;
  /** Engine-shaped statistics of one container, as the metadata endpoint serves them. */
  stats(id: string, options?: CallOptions): Promise<Readonly<Record<string, unknown>> | undefined>;
  createNetwork(
    spec: NetworkSpec,
    options?: CallOptions,
  ): Promise<{ readonly id: string; readonly gateway: string; readonly bridge: string }>;
  removeNetwork(name: string, options?: CallOptions): Promise<void>;
  createVolume(spec: VolumeSpec, options?: CallOptions): Promise<void>;
  hasVolume(name: string, options?: CallOptions): Promise<boolean>;
  removeVolume(name: string, options?: CallOptions): Promise<void>;
  listVolumes(labels: Readonly<Record<string, string>>, options?: CallOptions): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

export interface PullOptions extends CallOptions {
  /** The pull is given up when the registry sends nothing for so long; a minute where absent. */
  readonly inactivityMs?: number | undefined;
  readonly auth?: RegistryAuth | undefined;
  /** docker's platform, e.g. linux/arm64. */
  readonly platform?: string | undefined;
  onProgress?(progress: PullProgress): void;
}

export interface ImageContent {
  readonly tar: Uint8Array;
  readonly entryPoint: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

export interface RegistryAuth {
  readonly username: string;
  readonly password: string;
  readonly serverAddress: string;
}

export interface PullProgress {
  readonly layers: number;
  readonly layersDone: number;
  readonly bytes: number;
  readonly bytesTotal: number;
}

export interface EngineFacts {
  readonly version: string;
  readonly apiVersion: string;
  readonly operatingSystem: string;
  readonly osType: string;
  readonly architecture: string;
  readonly kernel: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly cgroupDriver: 'cgroupfs' | 'systemd' | 'none';
  readonly cgroupVersion: 1 | 2;
  readonly logDrivers: readonly string[];
  readonly volumePlugins: readonly string[];
  readonly networkPlugins: readonly string[];
  readonly securityOptions: readonly string[];
  readonly runtimes: readonly string[];
  readonly rootDirectory: string;
  readonly liveRestore: boolean;
  /** The gateway of the default bridge: where containers reach the host. */
  readonly bridgeGateway: string;
}

export interface ImageFacts {
  readonly id: string;
  readonly tags: readonly string[];
  /** Of the repositories that it came from: REPOSITORY@sha256:... */
  readonly digests: readonly string[];
  readonly sizeBytes: number;
  readonly createdAtMs: number;
  readonly os: string;
  readonly architecture: string;
  readonly volumes: readonly string[];
  readonly entryPoint: readonly string[];
  readonly command: readonly string[];
}

/** Everything that a container is made from. The definition has the task's overrides merged in already. */
export interface ContainerSpec {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly image: string;
  readonly definition: ContainerDefinition;
  readonly task: TaskDefinition;
  /** In the order in which they win: later replaces earlier. */
  readonly environment: readonly { readonly name: string; readonly value: string }[];
  readonly ports: readonly PortBinding[];
  readonly gpuIds: readonly string[];
  /** `bridge` with its network, the machine's (`host`), none, or another container's. */
  readonly network:
    | {
        readonly mode: 'bridge';
        readonly name: string;
        readonly aliases?: readonly string[];
        readonly ipv4Address?: string;
      }
    | { readonly mode: 'host' }
    | { readonly mode: 'none' }
    | { readonly mode: 'container'; readonly id: string };
  /** Names of linked containers in the engine by alias. */
  readonly links: readonly { readonly container: string; readonly alias: string }[];
  readonly mounts: readonly MountSpec[];
  /** Engine ids of the containers whose volumes are mounted as well. */
  readonly volumesFrom: readonly { readonly containerId: string; readonly readOnly: boolean }[];
  /** A container whose process or ipc namespace is joined; undefined: its own. */
  readonly pidMode?: string | undefined;
  readonly ipcMode?: string | undefined;
  /** The task's cgroup; undefined where the agent manages none. */
  readonly cgroupParent?: string | undefined;
}

export interface PortBinding {
  readonly containerPort: number;
  readonly hostPort: number;
  readonly protocol: 'tcp' | 'udp';
  /** 0.0.0.0 where absent. */
  readonly hostIp?: string | undefined;
}

export interface MountSpec {
  /** A host path, or the name of an engine volume. */
  readonly source: string;
  readonly kind: 'bind' | 'volume';
  readonly target: string;
  readonly readOnly: boolean;
}

export interface NetworkSpec {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly subnet?: string | undefined;
  readonly bridge?: string | undefined;
  readonly internal?: boolean;
}

export interface VolumeSpec {
  readonly name: string;
  readonly driver?: string | undefined;
  readonly driverOptions: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/** What the engine says about a container. */
export interface ContainerFacts {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly state: 'created' | 'running' | 'exited';
  readonly image: string;
  readonly imageId: string;
  readonly exitCode: number | undefined;
  readonly outOfMemory: boolean;
  /** The engine's own words for a failed start. */
  readonly error: string;
  readonly createdAtMs: number;
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  readonly health: 'none' | 'starting' | 'healthy' | 'unhealthy';
  readonly healthOutput: string;
  readonly ports: readonly PortBinding[];
  readonly networks: readonly {
    readonly name: string;
    readonly ipv4Address: string;
    readonly macAddress: string;
  }[];
  readonly pid: number;
}

export interface EngineListener {
  /** Look at this container: something happened to it. */
  changed(id: string, action: string): void;
  /** The stream is up, after a time in which anything may have happened: look at everything. */
  connected(): void;
  /** The stream broke; it is tried again. */
  disconnected(error: Error): void;
}

/** Counters since the container's start, but for memory. */
export interface ContainerUsage {
  readonly cpuNanos: number;
  readonly memoryBytes: number;
  readonly memoryLimitBytes: number;
  readonly networkRxBytes: number;
  readonly networkTxBytes: number;
  readonly blockReadBytes: number;
  readonly blockWriteBytes: number;
}
