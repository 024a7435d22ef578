import { FakeClock, seededRandom, settle, silentLogger } from '@longshore/kit';
import type { Assignment, ContainerDefinition, TaskDefinition } from '@longshore/model';
import { FakeRuntime, type FakeRuntimeOptions, type RuntimeDriver, RuntimeError } from '@longshore/runtime';
import { Engine, type EngineOptions } from '../../../packages/agent/src/engine/engine.js';
import { EffectExecutor } from '../../../packages/agent/src/engine/executor.js';
import type { AgentTask } from '../../../packages/agent/src/engine/record.js';
import { digestOf } from '../../../packages/agent/src/images/digest.js';
import type { TaskJournal } from '../../../packages/agent/src/journal/journal.js';
import { PortBook } from '../../../packages/agent/src/ports/port-book.js';

export { EffectExecutor };

export function anAssignment(overrides: Partial<Assignment> = {}): Assignment {
  return {
    task: '0123456789abcdef0123456789abcdef',
    revision: 1,
    definition: 'web:1',
    desiredStatus: 'RUNNING',
    group: '',
    startedBy: '',
    service: '',
    deployment: '',
    launchType: 'EC2',
    availabilityZone: '',
    attachments: [],
    tags: [],
    createdAtMs: 0,
    stoppedReason: '',
    imageDigests: {},
    lastStatus: 'PENDING',
    enableExecuteCommand: false,
    logDriverMode: '',
    ...overrides,
  };
}

export function aDefinition(
  containers: readonly (Partial<ContainerDefinition> & { readonly name: string })[],
  overrides: Partial<TaskDefinition> = {},
): TaskDefinition {
  return {
    family: 'web',
    revision: 1,
    containerDefinitions: containers.map((c) => ({
      image: 'busybox:1.36',
      essential: true,
      memory: 16,
      ...c,
    })),
    ...overrides,
  };
}

/** A journal that lives as long as the test: what an agent that died has left behind. */
export class MemoryJournal implements TaskJournal {
  readonly files = new Map<string, string>();
  /** Thrown by the next writes. */
  failing: Error | undefined;
  writes = 0;

  /** A write takes turns of the loop: half way it is `written`, and only at the end on disk. */
  slow = false;
  readonly #written = new Map<string, string>();
  #lives = 0;

  async #writeSlowly(task: AgentTask, written: () => void): Promise<void> {
    const life = this.#lives;
    const text = JSON.stringify(task);
    await this.#turn(life);
    this.#written.set(task.id, text);
    written();
    await this.#turn(life);
    this.writes += 1;
    this.files.set(task.id, text);
  }

  /** Of the loop; an agent that is dead by then does not see its end. */
  #turn(life: number): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(() => {
        if (life === this.#lives) resolve();
      });
    });
  }

  /** The agent has died, and the machine with it or not: what is not on disk is gone, or what was not yet written. */
  lose(with_: 'agent' | 'machine'): void {
    this.#lives += 1;
    if (with_ === 'agent') for (const [id, text] of this.#written) this.files.set(id, text);
    this.#written.clear();
  }

  write(task: AgentTask, written: () => void = () => undefined): Promise<void> {
    if (this.failing) return Promise.reject(this.failing);
    if (this.slow) return this.#writeSlowly(task, written);
    this.writes += 1;
    this.files.set(task.id, JSON.stringify(task));
    written();
    return Promise.resolve();
  }

  remove(id: string): Promise<void> {
    this.files.delete(id);
    this.#written.delete(id);
    return Promise.resolve();
  }

  load(): Promise<readonly AgentTask[]> {
    return Promise.resolve([...this.files.values()].map((text) => JSON.parse(text) as AgentTask));
  }
}

export interface WorldOptions extends Omit<FakeRuntimeOptions, 'clock'> {
  readonly engineOptions?: Partial<EngineOptions>;
  /** The runtime as the first process sees it; the next ones see the real one. */
  readonly wrap?: (driver: RuntimeDriver) => RuntimeDriver;
}

/** One engine over a fake runtime; `restart` is SIGKILL and a new process on the same disk. */
export class World {
  readonly clock = new FakeClock();
  readonly runtime: FakeRuntime;
  readonly journal = new MemoryJournal();
  readonly changes: AgentTask[] = [];
  readonly forgotten: string[] = [];
  /** A test's own note that it has brought the agent back. */
  revived = false;
  readonly #options: WorldOptions;
  #wrap: (driver: RuntimeDriver) => RuntimeDriver;
  #engine: Engine;

  constructor(options: WorldOptions = {}) {
    this.#options = options;
    this.#wrap = options.wrap ?? ((driver) => driver);
    this.runtime = new FakeRuntime({ images: 'all', ...options, clock: this.clock });
    this.#engine = this.#make();
  }

  get engine(): Engine {
    return this.#engine;
  }

  async start(): Promise<this> {
    await this.#engine.start();
    return this;
  }

  async run(definition: TaskDefinition, assignment: Partial<Assignment> = {}): Promise<string> {
    const full = anAssignment(assignment);
    this.#engine.assign(full, definition, 'epoch');
    await this.settle();
    return full.task;
  }

  async order(assignment: Partial<Assignment>): Promise<void> {
    const known = this.#engine.task(anAssignment(assignment).task);
    const revision = (known?.assignment.revision ?? 0) + 1;
    this.#engine.assign(anAssignment({ revision, ...assignment }), known?.definition ?? {}, 'epoch');
    await this.settle();
  }

  task(id = anAssignment().task): AgentTask {
    const task = this.#engine.task(id);
    if (!task) throw new Error(`no task ${id}`);
    return task;
  }

  container(name: string, id?: string): AgentTask['containers'][number] {
    const found = this.task(id).containers.find((c) => c.name === name);
    if (!found) throw new Error(`no container ${name}`);
    return found;
  }

  async settle(): Promise<void> {
    for (let i = 0; i < 30; i++) await settle();
  }

  async advance(ms: number): Promise<void> {
    await this.clock.advance(ms);
    await this.settle();
  }

  /** The process is killed: whatever it was doing is forgotten, the engine and the disk stay. */
  kill(): void {
    const dead = this.#engine;
    void dead.stop();
    this.#wrap = (driver) => driver;
    this.#engine = this.#make();
  }

  async restart(): Promise<void> {
    this.kill();
    await this.#engine.start();
    await this.settle();
  }

  #make(): Engine {
    const ports = new PortBook({
      ranges: [{ first: 61_000, last: 61_010 }],
      reserved: { tcp: new Set(), udp: new Set() },
      inUse: () => ({ tcp: new Set(), udp: new Set() }),
      staticIp: undefined,
    });
    const { runtime } = this;
    return new Engine({
      driver: this.#wrap(runtime),
      journal: this.journal,
      clock: this.clock,
      random: seededRandom(1),
      logger: silentLogger,
      ports,
      instance: () => 'instance-a',
      settings: { stopTimeoutMs: 30_000, cleanupWaitMs: 3 * 3_600_000 },
      needsPreparation: () => false,
      assignAddress: () => '172.30.0.2',
      refusal: () => undefined,
      provideImage: async (image) => {
        if (!(await runtime.inspectImage(image))) await runtime.pullImage(image, {});
        const facts = await runtime.inspectImage(image);
        if (!facts) throw new RuntimeError('CannotPullContainerError', `no image ${image}`);
        return { id: facts.id, digest: digestOf(image, facts.digests) };
      },
      providePauseImage: () => Promise.resolve({ id: 'sha256:pause', digest: '' }),
      specContext: () =>
        Promise.resolve({
          identity: { instance: 'instance-a', cluster: 'default', accountId: '1', region: 'us-east-1' },
          bridgeNetwork: 'bridge',
          awsvpcNetwork: 'longshore-awsvpc',
          pauseImage: 'longshore/pause',
          endpointVariables: {},
          fileVariables: [],
          cgroupParent: undefined,
          extraMounts: [],
        }),
      timeouts: { createMs: 240_000, startMs: 180_000 },
      prepare: () => Promise.resolve(),
      release: () => Promise.resolve(),
      onChanged: (task) => this.changes.push(task),
      onForgotten: (task) => this.forgotten.push(task.id),
      ...this.#options.engineOptions,
    });
  }
}
