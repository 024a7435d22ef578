import { type Clock, type Random, seededRandom } from '@longshore/kit';
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
import { RuntimeError, type RuntimeErrorCode } from '../errors.js';
import type { PullBehaviour, Script } from './behaviour.js';
import { carries, type FakeContainer, factsOf } from './container.js';
import { EventStream } from './event-stream.js';
import { fakeEngineFacts, statsOf, usageOf } from './facts.js';
import { FakeContainers } from './fake-containers.js';
import { type Bounds, CallGate, type Fault } from './faults.js';
import { FakeImages, FakeNetworks, FakeVolumes } from './resources.js';
import { Timeline } from './timeline.js';

export interface FakeRuntimeOptions {
  readonly clock: Clock;
  readonly random?: Random;
  readonly script?: Script;
  readonly pulls?: (image: string) => PullBehaviour;
  /** Images that are there from the start; none where absent. */
  readonly images?: readonly string[] | 'all';
  readonly engine?: Partial<EngineFacts>;
  /** Shared by many engines in one process: one timer of the clock for all of them. */
  readonly timeline?: Timeline;
}

/**
 * A container engine in memory, on a clock: what it claims is held by the same contract suite that Docker passes.
 * Cheap enough for hundreds of thousands of containers. The members below `close` are the test's hands.
 */
export class FakeRuntime implements RuntimeDriver {
  readonly #clock: Clock;
  readonly #options: FakeRuntimeOptions;
  readonly #gate: CallGate;
  readonly #timeline: Timeline;
  readonly #events = new EventStream();
  readonly #images: FakeImages;
  readonly #volumes = new FakeVolumes();
  readonly #networks = new FakeNetworks();
  readonly #containers: FakeContainers;

  constructor(options: FakeRuntimeOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#timeline = options.timeline ?? new Timeline(options.clock);
    this.#gate = new CallGate(this.#timeline);
    this.#images = new FakeImages(options.images ?? [], options.clock.wallMs());
    this.#containers = new FakeContainers({
      timeline: this.#timeline,
      random: options.random ?? seededRandom(1),
      script: options.script ?? (() => ({})),
      changed: (container, action) => this.#events.emit(container.id, container.spec.labels, action),
    });
  }

  engine(options: CallOptions = {}): Promise<EngineFacts> {
    return this.#call('engine', 'RuntimeError', options, () => fakeEngineFacts(this.#options.engine));
  }

  pullImage(image: string, options: PullOptions): Promise<void> {
    return this.#call('pullImage', 'CannotPullContainerError', options, async (bounds) => {
      const { delayMs = 0, error } = this.#options.pulls?.(image) ?? {};
      options.onProgress?.({ layers: 1, layersDone: 0, bytes: 0, bytesTotal: 1_000_000 });
      if (delayMs > 0) await bounds.sleep(delayMs);
      if (error !== undefined) throw new RuntimeError('CannotPullContainerError', error);
      options.onProgress?.({ layers: 1, layersDone: 1, bytes: 1_000_000, bytesTotal: 1_000_000 });
      this.#images.add(image, this.#clock.wallMs());
    });
  }

  inspectImage(image: string, options: CallOptions = {}): Promise<ImageFacts | undefined> {
    return this.#call('inspectImage', 'RuntimeError', options, () => this.#images.find(image));
  }

  listImages(options: CallOptions = {}): Promise<readonly ImageFacts[]> {
    return this.#call('listImages', 'RuntimeError', options, () => this.#images.list());
  }

  removeImage(id: string, options: CallOptions = {}): Promise<void> {
    return this.#call('removeImage', 'RuntimeError', options, () => {
      const facts = this.#images.find(id);
      if (!facts) return;
      for (const { imageId } of this.#containers.all())
        if (imageId === facts.id)
          throw new RuntimeError('RuntimeError', `image ${id} is used by a container`);
      this.#images.remove(id);
    });
  }

  importImage(image: string, content: ImageContent, options: CallOptions = {}): Promise<void> {
    return this.#call('importImage', 'RuntimeError', options, () =>
      this.#images.add(image, this.#clock.wallMs(), { entryPoint: content.entryPoint, digests: [] }),
    );
  }

  createContainer(spec: ContainerSpec, options: CallOptions = {}): Promise<{ readonly id: string }> {
    return this.#call('createContainer', 'CannotCreateContainerError', options, () => {
      const image = this.#images.find(spec.image);
      if (!image) throw new RuntimeError('CannotCreateContainerError', `No such image: ${spec.image}`);
      return { id: this.#containers.create(spec, image.id).id };
    });
  }

  startContainer(id: string, options: CallOptions = {}): Promise<void> {
    return this.#call('startContainer', 'CannotStartContainerError', options, (bounds) =>
      this.#containers.start(this.#existing(id, 'CannotStartContainerError'), bounds),
    );
  }

  stopContainer(id: string, options: CallOptions & { readonly stopTimeoutMs: number }): Promise<void> {
    return this.#call('stopContainer', 'CannotStopContainerError', options, (bounds) =>
      this.#containers.stop(this.#existing(id, 'CannotStopContainerError'), options.stopTimeoutMs, bounds),
    );
  }

  removeContainer(id: string, options: CallOptions = {}): Promise<void> {
    return this.#call('removeContainer', 'CannotRemoveContainerError', options, () => {
      const container = this.#containers.find(id);
      if (container) this.#containers.remove(container);
    });
  }

  inspectContainer(id: string, options: CallOptions = {}): Promise<ContainerFacts | undefined> {
    return this.#call('inspectContainer', 'CannotInspectContainerError', options, () => {
      const container = this.#containers.find(id);
      return container && factsOf(container);
    });
  }

  listContainers(
    labels: Readonly<Record<string, string>>,
    options: CallOptions = {},
  ): Promise<readonly ContainerFacts[]> {
    return this.#call('listContainers', 'RuntimeError', options, () => {
      const found: ContainerFacts[] = [];
      for (const c of this.#containers.all()) if (carries(c.spec.labels, labels)) found.push(factsOf(c));
      return found;
    });
  }

  tailLog(
    id: string,
    limits: { readonly lines: number; readonly bytes: number },
    options: CallOptions = {},
  ): Promise<string> {
    return this.#call('tailLog', 'RuntimeError', options, () => {
      const log = this.#containers.find(id)?.behaviour.log ?? '';
      const lines = log.replace(/\n$/, '').split('\n').slice(-limits.lines).join('\n');
      return Buffer.from(lines).subarray(-limits.bytes).toString();
    });
  }

  watch(labels: Readonly<Record<string, string>>, listener: EngineListener, signal: AbortSignal): void {
    this.#events.subscribe(labels, listener, signal);
  }

  usage(id: string, options: CallOptions = {}): Promise<ContainerUsage | undefined> {
    return this.#call('usage', 'RuntimeError', options, () =>
      usageOf(this.#containers.find(id), this.#clock.monotonicMs()),
    );
  }

  stats(id: string, options: CallOptions = {}): Promise<Readonly<Record<string, unknown>> | undefined> {
    return this.#call('stats', 'RuntimeError', options, () =>
      statsOf(this.#containers.find(id), this.#clock.monotonicMs()),
    );
  }

  createNetwork(
    spec: NetworkSpec,
    options: CallOptions = {},
  ): Promise<{ readonly id: string; readonly gateway: string; readonly bridge: string }> {
    return this.#call('createNetwork', 'CannotCreateNetworkError', options, () =>
      this.#networks.create(spec),
    );
  }

  removeNetwork(name: string, options: CallOptions = {}): Promise<void> {
    return this.#call('removeNetwork', 'RuntimeError', options, () => this.#networks.remove(name));
  }

  createVolume(spec: VolumeSpec, options: CallOptions = {}): Promise<void> {
    return this.#call('createVolume', 'CannotCreateVolumeError', options, () => this.#volumes.create(spec));
  }

  hasVolume(name: string, options: CallOptions = {}): Promise<boolean> {
    return this.#call('hasVolume', 'RuntimeError', options, () => this.#volumes.has(name));
  }

  removeVolume(name: string, options: CallOptions = {}): Promise<void> {
    return this.#call('removeVolume', 'RuntimeError', options, () => {
      const mounts = [...this.#containers.all()].flatMap((c) => c.spec.mounts);
      this.#volumes.remove(
        name,
        mounts.some((m) => m.kind === 'volume' && m.source === name),
      );
    });
  }

  listVolumes(
    labels: Readonly<Record<string, string>>,
    options: CallOptions = {},
  ): Promise<readonly string[]> {
    return this.#call('listVolumes', 'RuntimeError', options, () => this.#volumes.list(labels));
  }

  close(): Promise<void> {
    this.#events.close();
    return Promise.resolve();
  }

  /** How often a call was made. */
  calls(call: EngineCall): number {
    return this.#gate.count(call);
  }

  /** Makes calls hang, fail or lose their answer, until the function that it gives is called. */
  fault(fault: Fault): () => void {
    return this.#gate.add(fault);
  }

  /** Every container by the test's eye: no gate, no deadline. */
  containers(): readonly ContainerFacts[] {
    return [...this.#containers.all()].map(factsOf);
  }

  /** By id or name. */
  container(idOrName: string): ContainerFacts | undefined {
    const found = this.#containers.find(idOrName);
    return found && factsOf(found);
  }

  /** The process of a container ends by itself now. */
  exit(idOrName: string, code: number, options: { readonly outOfMemory?: boolean } = {}): void {
    this.#containers.exit(this.#existing(idOrName, 'RuntimeError'), code, options.outOfMemory ?? false);
  }

  setHealth(idOrName: string, health: ContainerFacts['health'], output = ''): void {
    this.#containers.setHealth(this.#existing(idOrName, 'RuntimeError'), health, output);
  }

  /** Somebody removes a container behind the agent's back. */
  vanish(idOrName: string): void {
    this.#containers.remove(this.#existing(idOrName, 'RuntimeError'));
  }

  /** Containers change, the stream stands, and nothing is heard, until the function that it gives is called. */
  loseEvents(): () => void {
    this.#events.silent = true;
    return () => {
      this.#events.silent = false;
    };
  }

  /** The event stream breaks and comes back after `ms`. */
  cutEvents(ms: number): void {
    this.#events.cut(new RuntimeError('EngineUnavailable', 'the event stream broke', { retryable: true }));
    this.#timeline.after(ms, () => this.#events.mend());
  }

  /** The engine goes away for `downMs`; without live-restore its containers end with it. */
  async restart(options: { readonly downMs: number; readonly liveRestore?: boolean }): Promise<void> {
    this.#gate.down = 'connect ECONNREFUSED /var/run/docker.sock';
    this.#events.cut(new RuntimeError('EngineUnavailable', this.#gate.down, { retryable: true }));
    if (options.liveRestore !== true)
      for (const c of this.#containers.all()) if (c.state === 'running') this.#containers.exit(c, 137, false);
    await this.#clock.sleep(options.downMs);
    this.#gate.down = undefined;
    this.#events.mend();
  }

  #call<T>(
    call: EngineCall,
    code: RuntimeErrorCode,
    options: CallOptions,
    act: (bounds: Bounds) => T | Promise<T>,
  ): Promise<T> {
    return this.#gate.pass(call, code, options, act);
  }

  #existing(idOrName: string, code: RuntimeErrorCode): FakeContainer {
    const found = this.#containers.find(idOrName);
    if (!found) throw new RuntimeError(code, `No such container: ${idOrName}`);
    return found;
  }
}
