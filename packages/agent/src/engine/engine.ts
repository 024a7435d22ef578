import { type Clock, type Component, KeyedQueue, type Logger, type Random, type Timer } from '@longshore/kit';
import type { Assignment, TaskDefinition } from '@longshore/model';
import type { ContainerFacts, RuntimeDriver } from '@longshore/runtime';
import type { TaskJournal } from '../journal/journal.js';
import type { PortBook } from '../ports/port-book.js';
import { EffectExecutor, type ExecutorParts } from './executor.js';
import { labels } from './names.js';
import { effectiveDefinition } from './overrides.js';
import { type AgentTask, awaitsRestart, containerOf, newTask, type TaskSettings } from './record.js';
import { SteadyClock } from './steady-clock.js';
import { TaskRunner } from './task-runner.js';

export interface EngineOptions extends Omit<ExecutorParts, 'freshPorts'> {
  readonly journal: TaskJournal;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly ports: PortBook;
  /** Whose containers are ours; empty before the first registration. */
  readonly instance: () => string;
  readonly settings: TaskSettings;
  readonly needsPreparation: (definition: TaskDefinition) => boolean;
  /** Chooses the address of a task in awsvpc mode; the task then holds it until it is forgotten. */
  readonly assignAddress: (task: string) => string | undefined;
  /** Why this agent can not run the definition; undefined where it can. */
  readonly refusal: (definition: TaskDefinition) => string | undefined;
  readonly resyncMs?: number;
  readonly onChanged: (task: AgentTask) => void;
  readonly onForgotten: (task: AgentTask) => void;
}

/**
 * The tasks of this instance. Contract: `start` adopts what the engine already runs and resolves once every container
 * with our label has been looked at; `stop` leaves containers running.
 */
export class Engine implements Component {
  readonly name = 'engine';
  readonly #options: EngineOptions;
  readonly #executor: EffectExecutor;
  readonly #steady: SteadyClock;
  readonly #runners = new Map<string, TaskRunner>();
  readonly #byRuntimeId = new Map<string, { readonly task: string; readonly container: string }>();
  /** Containers with our label whose task is not in the journal, by task. */
  readonly #unclaimed = new Map<string, Map<string, ContainerFacts>>();
  readonly #looks: KeyedQueue;
  readonly #abort = new AbortController();
  #resync: Timer | undefined;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#steady = new SteadyClock(options.clock);
    this.#executor = new EffectExecutor({
      ...options,
      freshPorts: (task, name) => this.#freshPorts(task, name),
    });
    this.#looks = new KeyedQueue({
      handle: (id) => this.#look(id),
      onError: (error, id, retryInMs) =>
        options.logger.warn({ container: id, error: error.message, retryInMs }, 'container not looked at'),
      clock: options.clock,
      random: options.random,
      parallelism: 8,
    });
  }

  /** Rejects where the engine does not answer: the caller tries again. */
  async start(): Promise<void> {
    const { journal, driver } = this.#options;
    const tasks = await journal.load();
    const found = await this.#listOurs();
    for (const task of tasks) this.#adopt(task, found.get(task.id) ?? new Map());
    for (const [id, containers] of found) if (!this.#runners.has(id)) this.#unclaimed.set(id, containers);
    const instance = this.#options.instance();
    if (instance !== '') this.#watch(instance, driver);
    this.#resyncLater();
  }

  async stop(): Promise<void> {
    this.#abort.abort(new Error('the agent stops'));
    this.#resync?.cancel();
    await this.#looks.close();
    await Promise.all([...this.#runners.values()].map((r) => r.close()));
  }

  /** After the first registration: from now on containers carry this instance's label. */
  joined(instance: string): void {
    this.#watch(instance, this.#options.driver);
  }

  get tasks(): readonly AgentTask[] {
    return [...this.#runners.values()].map((r) => r.task);
  }

  task(id: string): AgentTask | undefined {
    return this.#runners.get(id)?.task;
  }

  /** Tasks whose containers run here although neither journal nor control plane has named them. */
  get unclaimed(): readonly string[] {
    return [...this.#unclaimed.keys()];
  }

  /** The control plane's word about a task; `definition` is as registered. */
  assign(assignment: Assignment, definition: TaskDefinition, epoch: string): void {
    const known = this.#runners.get(assignment.task);
    if (known) {
      known.post({ type: 'assigned', assignment, epoch });
      return;
    }
    const found = this.#unclaimed.get(assignment.task) ?? new Map<string, ContainerFacts>();
    // It has ended, is reported, cleaned up and forgotten: there is nothing left to say about it.
    if (assignment.lastStatus === 'STOPPED' && found.size === 0) return;
    const record = this.#newRecord(assignment, definition, epoch);
    this.#unclaimed.delete(assignment.task);
    this.#adopt(record, found, { journalled: false });
  }

  /** The task has left this instance, or the control plane is sure that it does not know it. */
  disown(id: string, reason: string): void {
    this.#runners.get(id)?.post({ type: 'disowned', reason });
  }

  acknowledge(id: string, version: number): void {
    const runner = this.#runners.get(id);
    // Only the end of a task has to survive a restart of the agent; the rest is reported anew anyway.
    if (runner?.task.status === 'STOPPED') runner.post({ type: 'acknowledged', version });
  }

  cleanUp(id: string): void {
    this.#runners.get(id)?.post({ type: 'cleanUpAsked' });
  }

  /** Removes the containers of tasks that nobody claims; they were not listed in our own epoch. */
  async removeUnclaimed(): Promise<void> {
    const { driver, settings, logger } = this.#options;
    for (const [task, containers] of this.#unclaimed) {
      logger.warn({ task, containers: containers.size }, 'removing containers of an unknown task');
      for (const facts of containers.values()) {
        await driver.stopContainer(facts.id, { stopTimeoutMs: settings.stopTimeoutMs });
        await driver.removeContainer(facts.id);
      }
      this.#unclaimed.delete(task);
    }
  }

  /** Resolves when no task has an event waiting or an effect running. */
  async idle(): Promise<void> {
    await this.#looks.idle();
    await Promise.all([...this.#runners.values()].map((r) => r.idle()));
  }

  #newRecord(assignment: Assignment, definition: TaskDefinition, epoch: string): AgentTask {
    const options = this.#options;
    const { taskRoleArn, executionRoleArn } = definition;
    if (taskRoleArn || executionRoleArn)
      options.logger.warn(
        { task: assignment.task },
        'roles of the task are without effect: no credentials yet',
      );
    const effective = effectiveDefinition(definition, assignment);
    const ports = options.ports.assign(assignment.task, effective);
    const awsvpc = effective.networkMode === 'awsvpc';
    const address = awsvpc ? options.assignAddress(assignment.task) : '';
    const record = newTask({
      assignment,
      definition: effective,
      epoch,
      settings: options.settings,
      ports: ports ?? {},
      needsPreparation: options.needsPreparation(effective),
      needsPause: awsvpc || effective.pidMode === 'task' || effective.ipcMode === 'task',
      ipv4Address: address ?? '',
    });
    const refusal =
      (ports ? undefined : 'RESOURCE:PORTS: no dynamic host port is free') ??
      (address === undefined ? 'no address of the awsvpc network is free' : undefined) ??
      options.refusal(effective);
    return refusal === undefined ? record : refused(record, refusal);
  }

  /** Takes a task up: `resumed` tells it what the engine holds of it, whether that is something or nothing. */
  #adopt(
    task: AgentTask,
    found: ReadonlyMap<string, ContainerFacts>,
    how: { readonly journalled: boolean } = { journalled: true },
  ): void {
    const { journal, clock, logger, ports, settings } = this.#options;
    if (task.status !== 'STOPPED') for (const c of task.containers) ports.hold(task.id, c.ports);
    const runner = new TaskRunner(
      task,
      {
        journal,
        executor: this.#executor,
        clock,
        steady: this.#steady,
        logger,
        changed: (now) => this.#changed(now),
      },
      how,
    );
    this.#runners.set(task.id, runner);
    for (const c of task.containers) this.#index(task.id, c.name, c.runtimeId);
    for (const [name, facts] of found) this.#index(task.id, name, facts.id);
    runner.post({ type: 'resumed', settings, found: Object.fromEntries(found), fresh: !how.journalled });
    this.#options.onChanged(task);
  }

  #changed(task: AgentTask): void {
    for (const c of task.containers) this.#index(task.id, c.name, c.runtimeId);
    if (task.status === 'STOPPED') this.#options.ports.release(task.id);
    if (!task.forgotten) {
      this.#options.onChanged(task);
      return;
    }
    this.#runners.delete(task.id);
    for (const c of task.containers) this.#byRuntimeId.delete(c.runtimeId);
    this.#options.onForgotten(task);
  }

  #index(task: string, container: string, runtimeId: string): void {
    if (runtimeId !== '') this.#byRuntimeId.set(runtimeId, { task, container });
  }

  #freshPorts(task: AgentTask, name: string): ReturnType<ExecutorParts['freshPorts']> {
    const definition = task.definition.containerDefinitions?.find((d) => d.name === name);
    const dynamic = definition?.portMappings?.some((m) => !m.hostPort) ?? false;
    if (!definition || !dynamic || (task.definition.networkMode ?? 'bridge') !== 'bridge') return undefined;
    return this.#options.ports.bindingsOf(task.id, definition, false);
  }

  #watch(instance: string, driver: RuntimeDriver): void {
    driver.watch(
      { [labels.instance]: instance },
      {
        changed: (id, action) => {
          if (this.#tells(id, action)) this.#looks.add(id);
        },
        connected: () => this.#lookAtAll(),
        disconnected: (error) =>
          this.#options.logger.warn({ error: error.message }, 'event stream of the engine broke'),
      },
      this.#abort.signal,
    );
  }

  /** Whether there is something to see: a restart of our own looks by itself, and an end says `die` before all else. */
  #tells(id: string, action: string): boolean {
    if (action === 'start') {
      const known = this.#byRuntimeId.get(id);
      const task = known && this.#runners.get(known.task)?.task;
      const container = known && task && containerOf(task, known.container);
      return !(container && awaitsRestart(container) && container.doing === 'startContainer');
    }
    return ['die', 'oom', 'destroy', 'restart'].includes(action) || action.startsWith('health_status');
  }

  /** Events only say "look here", and may be lost: every now and then everything is looked at. */
  #resyncLater(): void {
    this.#resync = this.#options.clock.timer(this.#options.resyncMs ?? 30_000, () => {
      this.#lookAtAll();
      this.#resyncLater();
    });
  }

  #lookAtAll(): void {
    for (const { task } of this.#runners.values())
      for (const c of task.containers) if (c.runtimeId !== '' && !c.removed) this.#looks.add(c.runtimeId);
  }

  async #look(id: string): Promise<undefined> {
    const facts = await this.#options.driver.inspectContainer(id);
    const known = this.#byRuntimeId.get(id);
    const task = known?.task ?? facts?.labels[labels.task];
    const container = known?.container ?? facts?.labels[labels.container];
    if (task === undefined || container === undefined) return;
    const runner = this.#runners.get(task);
    if (facts) runner?.post({ type: 'containerLooked', container, facts });
    else runner?.post({ type: 'containerAbsent', container, runtimeId: id });
  }

  async #listOurs(): Promise<Map<string, Map<string, ContainerFacts>>> {
    const found = new Map<string, Map<string, ContainerFacts>>();
    const instance = this.#options.instance();
    if (instance === '') return found;
    for (const facts of await this.#options.driver.listContainers({ [labels.instance]: instance })) {
      const task = facts.labels[labels.task];
      const container = facts.labels[labels.container];
      if (!task || !container) continue;
      const containers = found.get(task) ?? new Map<string, ContainerFacts>();
      containers.set(container, facts);
      found.set(task, containers);
    }
    return found;
  }
}

/** A task that can not even begin: its containers end before anything is done for them. */
function refused(task: AgentTask, reason: string): AgentTask {
  return {
    ...task,
    stopping: true,
    status: 'STOPPING',
    stopCode: 'TaskFailedToStart',
    stoppedReason: reason,
  };
}
