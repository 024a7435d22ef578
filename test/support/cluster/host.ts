import { type FakeClock, LazyAbortController, type Random } from '@longshore/kit';
import {
  type Assignment,
  type Attribute,
  aContainerRecord,
  agentProtocol,
  aTaskReport,
  type Cursor,
  type HealthStatus,
  type InstanceResources,
  someResources,
  type TaskReport,
  type TaskStatus,
  type TaskStopCode,
} from '@longshore/model';
import type { Dispatcher } from '../../../packages/control-plane/src/dispatcher/dispatcher.js';

/** What becomes of a task here. Times from when the agent is told of it. */
export interface TaskFate {
  readonly startsAfterMs: number;
  /** Never RUNNING: it fails to start instead. */
  readonly failsToStart?: boolean;
  /** Its essential container exits so long after RUNNING; undefined: it runs on. */
  readonly exitsAfterMs?: number | undefined;
  /** Of a definition with a health check: what it says from so long after RUNNING on. */
  readonly health?: { readonly status: HealthStatus; readonly afterMs: number } | undefined;
  readonly stopsAfterMs: number;
}

export interface SimHostParts {
  readonly name: string;
  readonly clock: FakeClock;
  readonly random: Random;
  /** The agents' side of a replica that lives; undefined: none does. */
  readonly dispatcher: () => Dispatcher | undefined;
  readonly fateOf: (definition: string) => TaskFate;
  readonly zone: string;
  readonly resources?: Partial<InstanceResources> | undefined;
  readonly attributes?: readonly Attribute[] | undefined;
}

interface SimTask {
  readonly definition: string;
  status: TaskStatus;
  isToStop: boolean;
  startedAtMs: number;
  stoppedAtMs: number;
  health: HealthStatus | 'UNSET';
  stopCode: TaskStopCode | 'UNSET';
  stoppedReason: string;
}

/** A host with an agent that speaks to the dispatcher and runs its tasks in its head, on the test's clock. */
export class SimHost {
  readonly name: string;
  readonly tasks = new Map<string, SimTask>();
  /** Every task that ever started here: none may start twice. */
  readonly started: string[] = [];
  instance = '';
  readonly #parts: SimHostParts;
  readonly #unreported = new Set<string>();
  readonly #definitions = new Set<string>();
  readonly #ended = new AbortController();
  #link = new LazyAbortController();
  #isConnected = true;
  #session = 0;
  #sequence = 0;
  #nonce = 0;
  #cursor: Cursor = { epoch: '', revision: 0 };
  #epoch = '';
  #dispatcher: Dispatcher | undefined;
  #reporting: Promise<void> | undefined;
  #loop: Promise<void> | undefined;

  constructor(parts: SimHostParts) {
    this.#parts = parts;
    this.name = parts.name;
  }

  start(): void {
    this.#loop = this.#run();
  }

  /** The agent is gone for good, and with it its containers' reports. */
  async stop(): Promise<void> {
    this.#ended.abort(new Error('ended'));
    this.#link.abort(new Error('ended'));
    await this.#loop;
    await this.#reporting;
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** The network between agent and servers is cut: its containers run on. */
  cut(): void {
    this.#isConnected = false;
    this.#link.abort(new Error('cut'));
  }

  mend(): void {
    this.#isConnected = true;
  }

  async #run(): Promise<void> {
    const { clock } = this.#parts;
    const ended = this.#ended.signal;
    while (!ended.aborted) {
      try {
        if (this.#session === 0) await this.#register();
        this.#act(await this.#poll());
      } catch {
        // Whatever it was, an agent registers again with a server that answers.
        this.#session = 0;
        await clock.sleep(500, ended).catch(() => undefined);
      }
    }
  }

  async #register(): Promise<void> {
    const dispatcher = this.#isConnected ? this.#parts.dispatcher() : undefined;
    if (!dispatcher) throw new Error('nobody answers');
    this.#link = new LazyAbortController();
    const previousNonce = this.#nonce === 0 ? '' : `${this.name}-${this.#nonce}`;
    this.#nonce++;
    const answer = await dispatcher.register(
      {
        protocol: agentProtocol,
        cluster: 'default',
        instance: this.instance,
        previousNonce,
        nonce: `${this.name}-${this.#nonce}`,
        joinAsNew: false,
        name: this.name,
        agentVersion: '0.1.0',
        dockerVersion: '20.10.24',
        attributes: [
          { name: 'ecs.availability-zone', value: this.#parts.zone },
          ...(this.#parts.attributes ?? capabilities),
        ],
        resources: someResources(this.#parts.resources),
        tags: [],
        epoch: this.#epoch,
        agentHash: '',
      },
      this.#link.signal,
    );
    this.instance = answer.instance;
    this.#session = answer.session;
    this.#epoch = answer.epoch;
    this.#dispatcher = dispatcher;
    await this.#send([...this.tasks.keys()], true);
  }

  async #poll(): Promise<readonly Assignment[]> {
    const dispatcher = this.#dispatcher;
    if (!dispatcher || !this.#isConnected) throw new Error('not connected');
    const knownDefinitions = [...this.#definitions];
    const answer = await dispatcher.poll(
      { ...this.#ids, cursor: this.#cursor, knownDefinitions },
      this.#link,
    );
    if (answer.cursor) this.#cursor = answer.cursor;
    for (const { name } of answer.definitions) this.#definitions.add(name);
    for (const task of answer.removed) this.tasks.delete(task);
    if (answer.complete) {
      const listed = new Set([...answer.assignments.map((a) => a.task), ...answer.unchanged]);
      for (const task of this.tasks.keys()) if (!listed.has(task)) this.tasks.delete(task);
    }
    return answer.assignments;
  }

  get #ids(): { readonly cluster: string; readonly instance: string; readonly session: number } {
    return { cluster: 'default', instance: this.instance, session: this.#session };
  }

  #act(assignments: readonly Assignment[]): void {
    for (const { task, desiredStatus, definition } of assignments) {
      if (desiredStatus === 'STOPPED') this.#stopTask(task, definition);
      else if (!this.tasks.has(task)) this.#startTask(task, definition);
    }
  }

  #startTask(id: string, definition: string): void {
    const { clock, fateOf } = this.#parts;
    const fate = fateOf(definition);
    const task = this.#add(id, definition);
    this.started.push(id);
    clock.timer(fate.startsAfterMs, () => {
      if (task.isToStop) return;
      if (fate.failsToStart === true)
        return this.#end(id, 'TaskFailedToStart', 'CannotPullContainerError: simulated');
      task.status = 'RUNNING';
      task.startedAtMs = clock.wallMs();
      this.#changed(id);
      const { health, exitsAfterMs } = fate;
      if (health)
        clock.timer(health.afterMs, () => {
          task.health = health.status;
          if (task.status === 'RUNNING') this.#changed(id);
        });
      if (exitsAfterMs !== undefined)
        clock.timer(exitsAfterMs, () =>
          this.#end(id, 'EssentialContainerExited', 'Essential container in task exited'),
        );
    });
  }

  #add(id: string, definition: string): SimTask {
    const task: SimTask = {
      definition,
      status: 'PENDING',
      isToStop: false,
      startedAtMs: 0,
      stoppedAtMs: 0,
      health: 'UNSET',
      stopCode: 'UNSET',
      stoppedReason: '',
    };
    this.tasks.set(id, task);
    return task;
  }

  #stopTask(id: string, definition: string): void {
    const task = this.tasks.get(id) ?? this.#add(id, definition);
    if (task.isToStop) return;
    task.isToStop = true;
    const { stopsAfterMs } = this.#parts.fateOf(definition);
    this.#parts.clock.timer(task.status === 'RUNNING' ? stopsAfterMs : 1, () => this.#end(id, 'UNSET', ''));
  }

  /** Its containers have exited. */
  #end(id: string, stopCode: SimTask['stopCode'], reason: string): void {
    const task = this.tasks.get(id);
    if (!task || task.status === 'STOPPED') return;
    task.status = 'STOPPED';
    task.stopCode = stopCode;
    task.stoppedReason = reason;
    task.stoppedAtMs = this.#parts.clock.wallMs();
    this.#changed(id);
  }

  /** The containers of one of its tasks exit by themselves. */
  crash(id: string): void {
    this.#end(id, 'EssentialContainerExited', 'Essential container in task exited');
  }

  #changed(id: string): void {
    this.#unreported.add(id);
    if (this.#session === 0 || !this.#isConnected) return;
    this.#reporting ??= this.#report();
  }

  async #report(): Promise<void> {
    try {
      // What changes in one turn goes in one report.
      await Promise.resolve();
      while (this.#unreported.size > 0) await this.#send([...this.#unreported], false);
    } catch {
      // The loop registers again and then reports everything.
      this.#link.abort(new Error('report failed'));
    } finally {
      this.#reporting = undefined;
    }
  }

  async #send(ids: readonly string[], complete: boolean): Promise<void> {
    const dispatcher = this.#dispatcher;
    if (!dispatcher || !this.#isConnected) throw new Error('not connected');
    for (const id of ids) this.#unreported.delete(id);
    const tasks = ids.flatMap((id) => this.#reportOf(id));
    try {
      const sequence = ++this.#sequence;
      await dispatcher.report({ ...this.#ids, sequence, tasks, complete, orphans: [] });
    } catch (thrown) {
      for (const id of ids) this.#unreported.add(id);
      throw thrown;
    }
  }

  #reportOf(id: string): readonly TaskReport[] {
    const task = this.tasks.get(id);
    if (!task) return [];
    const { status, startedAtMs, stoppedAtMs, health, stopCode, stoppedReason } = task;
    const container = status === 'RUNNING' || status === 'STOPPED' ? status : 'PENDING';
    return [
      aTaskReport({
        task: id,
        lastStatus: status,
        startedAtMs,
        stoppedAtMs,
        executionStoppedAtMs: stoppedAtMs,
        healthStatus: health,
        stopCode,
        stoppedReason,
        containers: [aContainerRecord({ lastStatus: container, healthStatus: health })],
      }),
    ];
  }
}

/** The capabilities that the definitions of these tests require. */
const capabilities: readonly Attribute[] = [
  'com.amazonaws.ecs.capability.docker-remote-api.1.18',
  'com.amazonaws.ecs.capability.docker-remote-api.1.19',
  'com.amazonaws.ecs.capability.docker-remote-api.1.21',
  'ecs.capability.task-cpu-mem-limit',
  'ecs.capability.container-health-check',
].map((name) => ({ name }));
