import type { Random } from '@longshore/kit';
import type { ContainerFacts, ContainerSpec, PortBinding } from '../driver.js';
import { RuntimeError } from '../errors.js';
import type { Script } from './behaviour.js';
import { type FakeContainer, portsClash } from './container.js';
import type { Bounds } from './faults.js';
import type { Timeline } from './timeline.js';

export interface FakeContainersOptions {
  readonly timeline: Timeline;
  readonly random: Random;
  readonly script: Script;
  readonly changed: (container: FakeContainer, action: string) => void;
}

/** The containers of the fake engine and what becomes of them. */
export class FakeContainers {
  readonly #options: FakeContainersOptions;
  readonly #byId = new Map<string, FakeContainer>();
  readonly #byName = new Map<string, FakeContainer>();
  /** By port number: the containers that run and hold it. */
  readonly #portHolders = new Map<number, Set<FakeContainer>>();
  #made = 0;
  #nextPort = 32_768;

  constructor(options: FakeContainersOptions) {
    this.#options = options;
  }

  all(): IterableIterator<FakeContainer> {
    return this.#byId.values();
  }

  find(idOrName: string): FakeContainer | undefined {
    return this.#byId.get(idOrName) ?? this.#byName.get(idOrName);
  }

  create(spec: ContainerSpec, imageId: string): FakeContainer {
    const known = this.#byName.get(spec.name);
    if (known) return known;
    const { random, script, timeline } = this.#options;
    const behaviour = script(spec, 0);
    if (behaviour.createError !== undefined)
      throw new RuntimeError('CannotCreateContainerError', behaviour.createError);
    this.#made += 1;
    const container: FakeContainer = {
      id: random.hexId() + random.hexId(),
      spec,
      imageId,
      createdAtMs: timeline.clock.wallMs(),
      address: 1 + this.#made,
      behaviour,
      state: 'created',
      exitCode: undefined,
      outOfMemory: false,
      error: '',
      startedAtMs: 0,
      finishedAtMs: 0,
      startedAt: 0,
      health: 'none',
      healthOutput: '',
      ports: [],
      pid: 0,
      starts: 0,
      timers: [],
      waiters: [],
    };
    this.#byId.set(container.id, container);
    this.#byName.set(spec.name, container);
    this.#options.changed(container, 'create');
    return container;
  }

  async start(container: FakeContainer, bounds: Bounds): Promise<void> {
    if (isRunning(container)) return;
    const behaviour = this.#options.script(container.spec, container.starts + 1);
    if (behaviour.startMs !== undefined && behaviour.startMs > 0) await bounds.sleep(behaviour.startMs);
    // Another start may have won while this one waited, or the container may be gone.
    if (isRunning(container)) return;
    if (!this.#byId.has(container.id))
      throw new RuntimeError('CannotStartContainerError', `No such container: ${container.id}`);
    container.starts += 1;
    container.behaviour = behaviour;
    const ports = this.#bind(container);
    const problem = this.#startProblem(container, ports);
    if (problem) {
      container.error = problem.message;
      throw problem;
    }
    this.#run(container, ports);
  }

  /** Resolves when it has ended: at once, after its own time, or killed when the timeout has passed. */
  async stop(container: FakeContainer, stopTimeoutMs: number, bounds: Bounds): Promise<void> {
    if (container.state !== 'running') return;
    const { stopMs = 0, stopExitCode = 143 } = container.behaviour;
    if (stopMs !== 'never' && stopMs <= 0) return this.exit(container, stopExitCode, false);
    const survives = stopMs === 'never' || stopMs > stopTimeoutMs;
    const wait = survives ? stopTimeoutMs : stopMs;
    const end = (): void => this.exit(container, survives ? 137 : stopExitCode, false);
    container.timers.push(this.#options.timeline.after(wait, end));
    bounds.extraMs = stopTimeoutMs;
    await bounds.race((done) => container.waiters.push(done));
  }

  exit(container: FakeContainer, code: number, outOfMemory: boolean): void {
    if (container.state !== 'running') return;
    for (const timer of container.timers) timer.cancel();
    container.timers = [];
    for (const port of container.ports) this.#portHolders.get(port.hostPort)?.delete(container);
    container.state = 'exited';
    container.exitCode = code;
    container.outOfMemory = outOfMemory;
    container.finishedAtMs = this.#options.timeline.clock.wallMs();
    container.pid = 0;
    if (outOfMemory) this.#options.changed(container, 'oom');
    this.#options.changed(container, 'die');
    for (const done of container.waiters.splice(0)) done();
  }

  remove(container: FakeContainer): void {
    this.exit(container, 137, false);
    this.#byId.delete(container.id);
    this.#byName.delete(container.spec.name);
    this.#options.changed(container, 'destroy');
  }

  setHealth(container: FakeContainer, health: ContainerFacts['health'], output: string): void {
    if (container.state !== 'running') return;
    container.health = health;
    container.healthOutput = output;
    this.#options.changed(container, `health_status: ${health}`);
  }

  #run(container: FakeContainer, ports: readonly PortBinding[]): void {
    const { timeline } = this.#options;
    const { exitAfterMs, exitCode = 0, outOfMemory = false, health } = container.behaviour;
    container.state = 'running';
    container.error = '';
    container.exitCode = undefined;
    container.outOfMemory = false;
    container.startedAtMs = timeline.clock.wallMs();
    container.startedAt = timeline.clock.monotonicMs();
    container.ports = ports;
    container.pid = 1000 + container.address;
    container.health = health || container.spec.definition.healthCheck ? 'starting' : 'none';
    for (const port of ports) this.#holdersOf(port.hostPort).add(container);
    this.#options.changed(container, 'start');
    for (const { afterMs, status } of health ?? [])
      container.timers.push(timeline.after(afterMs, () => this.setHealth(container, status, '')));
    if (exitAfterMs !== undefined)
      container.timers.push(timeline.after(exitAfterMs, () => this.exit(container, exitCode, outOfMemory)));
  }

  #startProblem(container: FakeContainer, ports: readonly PortBinding[]): RuntimeError | undefined {
    const { startError, portClash } = container.behaviour;
    if (startError !== undefined) return new RuntimeError('CannotStartContainerError', startError);
    const owner = container.spec.network.mode === 'container' ? container.spec.network.id : undefined;
    if (owner !== undefined && this.find(owner)?.state !== 'running')
      return new RuntimeError(
        'CannotStartContainerError',
        `cannot join network of a non running container: ${owner}`,
      );
    const taken = portClash === true ? ports[0] : ports.find((port) => this.#isHeld(port));
    if (!taken) return undefined;
    return new RuntimeError(
      'CannotStartContainerError',
      `Bind for ${taken.hostIp ?? '0.0.0.0'}:${taken.hostPort} failed: port is already allocated`,
      { portClash: true },
    );
  }

  #isHeld(port: PortBinding): boolean {
    for (const holder of this.#portHolders.get(port.hostPort) ?? [])
      if (holder.ports.some((held) => portsClash(held, port))) return true;
    return false;
  }

  #holdersOf(port: number): Set<FakeContainer> {
    const holders = this.#portHolders.get(port) ?? new Set();
    this.#portHolders.set(port, holders);
    return holders;
  }

  /** Host port 0 becomes a port that no container of this engine holds. */
  #bind(container: FakeContainer): readonly PortBinding[] {
    if (container.spec.network.mode !== 'bridge') return [];
    return container.spec.ports.map((port) => {
      const bound = { ...port, hostIp: port.hostIp ?? '0.0.0.0' };
      return bound.hostPort === 0 ? this.#dynamic(bound) : bound;
    });
  }

  #dynamic(port: PortBinding): PortBinding {
    for (;;) {
      const candidate = { ...port, hostPort: this.#nextPort };
      this.#nextPort = this.#nextPort === 60_999 ? 32_768 : this.#nextPort + 1;
      if (!this.#isHeld(candidate)) return candidate;
    }
  }
}

/** A call, so that the compiler does not take an answer from before an await for the present. */
function isRunning(container: FakeContainer): boolean {
  return container.state === 'running';
}
