import { type Logger, messageOf } from '@longshore/kit';
import {
  type PortBinding,
  type RuntimeDriver,
  RuntimeError,
  type RuntimeErrorCode,
} from '@longshore/runtime';
import { containerSpec, type SpecContext } from './container-spec.js';
import type { EffectOf, TaskEffect } from './effects.js';
import type { TaskEvent } from './events.js';
import { Lane } from './lane.js';
import { engineName } from './names.js';
import { imageOf } from './overrides.js';
import {
  type AgentTask,
  type ContainerState,
  type ContainerWork,
  containerOf,
  definitionOf,
} from './record.js';

/** What the executor needs besides the engine. */
export interface ExecutorParts {
  readonly driver: RuntimeDriver;
  readonly logger: Logger;
  /** Makes the image present by the agent's pull behaviour; concurrent calls for one image share a pull. */
  readonly provideImage: (
    image: string,
    signal: AbortSignal,
  ) => Promise<{ readonly id: string; readonly digest: string }>;
  readonly providePauseImage: (
    signal: AbortSignal,
  ) => Promise<{ readonly id: string; readonly digest: string }>;
  readonly specContext: (task: AgentTask, container: string) => Promise<SpecContext>;
  /** Fresh dynamic host ports in place of those that clashed; undefined where none is left or none is dynamic. */
  readonly freshPorts: (task: AgentTask, container: string) => readonly PortBinding[] | undefined;
  readonly prepare: (task: AgentTask, signal: AbortSignal) => Promise<void>;
  readonly release: (task: AgentTask, signal: AbortSignal) => Promise<void>;
  readonly timeouts: { readonly createMs: number; readonly startMs: number };
  readonly parallelism?: { readonly starts: number; readonly removals: number };
}

type Executors = {
  readonly [T in TaskEffect['type']]: (
    effect: EffectOf<T>,
    task: AgentTask,
    signal: AbortSignal,
  ) => Promise<readonly TaskEvent[]>;
};

export const logLimits = { lines: 20, bytes: 2048 } as const;

/**
 * Runs effects on the engine. Never rejects: a failure is an event as well. A stop waits behind nothing: it lasts as
 * long as its stopTimeout, and a task that is stopping must never hold up another.
 */
export class EffectExecutor {
  readonly #parts: ExecutorParts;
  readonly #starts: Lane;
  readonly #removals: Lane;
  readonly #executors: Executors = {
    prepareTask: async (_effect, task, signal) => {
      try {
        await this.#parts.prepare(task, signal);
        return [{ type: 'taskPrepared' }];
      } catch (thrown) {
        const retryable = thrown instanceof RuntimeError && unanswered(thrown.code);
        return [{ type: 'prepareFailed', reason: messageOf(thrown), retryable }];
      }
    },
    releaseTask: async (_effect, task, signal) => {
      try {
        await this.#parts.release(task, signal);
        return [{ type: 'taskReleased' }];
      } catch (thrown) {
        this.#parts.logger.warn(
          { task: task.id, error: messageOf(thrown) },
          'task not released, trying again',
        );
        return [{ type: 'releaseFailed' }];
      }
    },
    pullImage: (effect, task, signal) =>
      this.#work(effect, task, () => this.#pull(effect.container, task, signal)),
    createContainer: (effect, task) =>
      this.#work(effect, task, () => this.#starts.run(() => this.#create(effect.container, task))),
    // A task that is begun is brought to its end first: the engine waits for its disk when it makes one container, and
    // works meanwhile where it starts another.
    startContainer: (effect, task) =>
      this.#work(effect, task, () =>
        this.#starts.run(() => this.#start(effect.container, task), { first: true }),
      ),
    stopContainer: (effect, task) => this.#work(effect, task, () => this.#stop(effect, task)),
    removeContainer: (effect, task) =>
      this.#work(effect, task, () => this.#removals.run(() => this.#remove(effect.container, task))),
    collectLog: (effect, task) => this.#work(effect, task, () => this.#collect(effect.container, task)),
  };

  constructor(parts: ExecutorParts) {
    this.#parts = parts;
    this.#starts = new Lane(parts.parallelism?.starts ?? 16);
    this.#removals = new Lane(parts.parallelism?.removals ?? 50);
  }

  run(effect: TaskEffect, task: AgentTask, signal: AbortSignal): Promise<readonly TaskEvent[]> {
    const execute = this.#executors[effect.type] as (
      e: TaskEffect,
      t: AgentTask,
      s: AbortSignal,
    ) => Promise<readonly TaskEvent[]>;
    return execute(effect, task, signal);
  }

  async #work(
    effect: { readonly type: ContainerWork; readonly container: string },
    task: AgentTask,
    act: () => Promise<readonly TaskEvent[]>,
  ): Promise<readonly TaskEvent[]> {
    try {
      return await act();
    } catch (thrown) {
      const { container, type: work } = effect;
      const code: RuntimeErrorCode = thrown instanceof RuntimeError ? thrown.code : 'RuntimeError';
      const clash = work === 'startContainer' && thrown instanceof RuntimeError && thrown.portClash;
      const ports = clash ? this.#parts.freshPorts(task, container) : undefined;
      return [{ type: 'workFailed', container, work, code, reason: messageOf(thrown), ports }];
    }
  }

  async #pull(container: string, task: AgentTask, signal: AbortSignal): Promise<readonly TaskEvent[]> {
    const image = containerOf(task, container)?.internal
      ? await this.#parts.providePauseImage(signal)
      : await this.#parts.provideImage(imageOf(task.assignment, definitionOf(task, container)), signal);
    return [{ type: 'imageReady', container, imageId: image.id, digest: image.digest }];
  }

  async #create(container: string, task: AgentTask): Promise<readonly TaskEvent[]> {
    const c = existing(task, container);
    const context = await this.#parts.specContext(task, container);
    const timeoutMs = this.#parts.timeouts.createMs;
    const { id } = await this.#parts.driver.createContainer(containerSpec(task, c, context), { timeoutMs });
    return [{ type: 'containerCreated', container, runtimeId: id }];
  }

  async #start(container: string, task: AgentTask): Promise<readonly TaskEvent[]> {
    const { runtimeId, phase } = existing(task, container);
    await this.#parts.driver.startContainer(runtimeId, { timeoutMs: this.#parts.timeouts.startMs });
    // The event of the start brings a look; of a restart only the look tells which run it is.
    if (phase === 'CREATED') return [{ type: 'containerStarted', container, runtimeId }];
    return this.#look(container, runtimeId);
  }

  async #stop(effect: EffectOf<'stopContainer'>, task: AgentTask): Promise<readonly TaskEvent[]> {
    const { container, stopTimeoutMs } = effect;
    const { runtimeId } = existing(task, container);
    await this.#parts.driver.stopContainer(runtimeId, { stopTimeoutMs });
    return [...(await this.#look(container, runtimeId)), { type: 'containerStopped', container }];
  }

  async #look(container: string, runtimeId: string): Promise<readonly TaskEvent[]> {
    const facts = await this.#parts.driver.inspectContainer(runtimeId);
    return facts
      ? [{ type: 'containerLooked', container, facts }]
      : [{ type: 'containerAbsent', container, runtimeId }];
  }

  async #remove(container: string, task: AgentTask): Promise<readonly TaskEvent[]> {
    const c = existing(task, container);
    const id = c.discarding || c.runtimeId || engineName(task, container);
    await this.#parts.driver.removeContainer(id);
    return [{ type: 'containerRemoved', container, runtimeId: id }];
  }

  async #collect(container: string, task: AgentTask): Promise<readonly TaskEvent[]> {
    const { runtimeId } = existing(task, container);
    const text = runtimeId === '' ? '' : await this.#parts.driver.tailLog(runtimeId, logLimits);
    return [{ type: 'logCollected', container, text }];
  }
}

/** The engine did not answer: nothing is known, and the same may be tried again. */
export function unanswered(code: RuntimeErrorCode): boolean {
  return code === 'EngineUnavailable' || code === 'DockerTimeoutError';
}

function existing(task: AgentTask, container: string): ContainerState {
  const found = containerOf(task, container);
  if (!found) throw new RuntimeError('RuntimeError', `task ${task.id} has no container ${container}`);
  return found;
}
