import { type Clock, type Logger, Mailbox, messageOf, type Timer } from '@longshore/kit';
import type { TaskJournal } from '../journal/journal.js';
import type { TaskEffect } from './effects.js';
import type { TaskEvent } from './events.js';
import type { EffectExecutor } from './executor.js';
import { type AgentTask, containerOf, type Now } from './record.js';
import type { SteadyClock } from './steady-clock.js';
import { deadlineOf, step } from './step.js';

export interface RunnerParts {
  readonly journal: TaskJournal;
  readonly executor: EffectExecutor;
  readonly clock: Clock;
  readonly steady: SteadyClock;
  readonly logger: Logger;
  /** After each change, once it is journalled. */
  readonly changed: (task: AgentTask, before: AgentTask) => void;
}

/**
 * Effects that run while the record is still being written: it takes two turns of the disk. A pull leaves only an image.
 * A container that was made and not started is found by its labels, whatever the journal knows of it, as long as its
 * ports are those that the record before holds already.
 */
function goesAhead(effect: TaskEffect, before: AgentTask, record: AgentTask, journalled: boolean): boolean {
  if (effect.type === 'pullImage') return true;
  if (effect.type !== 'createContainer' || !journalled) return false;
  const old = containerOf(before, effect.container);
  const now = containerOf(record, effect.container);
  return old !== undefined && old.ports === now?.ports && old.discardedIds === now.discardedIds;
}

/**
 * One task's mailbox. Invariant: a record is in the journal before its effects run and before anybody sees it, but for
 * effects that leave nothing which the record before did not tell (`goesAhead`); events are handled one at a time;
 * effects run beside each other and come back as events.
 */
export class TaskRunner {
  readonly #parts: RunnerParts;
  readonly #mailbox: Mailbox<TaskEvent>;
  readonly #abort = new AbortController();
  readonly #running = new Set<Promise<void>>();
  /** By container: what ends a pull that nobody waits for any more. */
  readonly #pulls = new Map<string, AbortController>();
  #task: AgentTask;
  #journalled: boolean;
  #timer: Timer | undefined;
  #closed = false;

  constructor(task: AgentTask, parts: RunnerParts, options: { readonly journalled: boolean }) {
    this.#task = task;
    this.#parts = parts;
    this.#journalled = options.journalled;
    this.#mailbox = new Mailbox(
      (event) => this.#handle(event),
      (error, event) =>
        parts.logger.error({ task: task.id, event: event.type, err: error }, 'event not handled'),
    );
  }

  get task(): AgentTask {
    return this.#task;
  }

  post(event: TaskEvent): void {
    this.#mailbox.post(event);
  }

  /** Resolves when no event waits and no effect runs. */
  async idle(): Promise<void> {
    do {
      await this.#mailbox.idle();
      await Promise.all(this.#running);
    } while (this.#mailbox.length > 0 || this.#running.size > 0);
  }

  /** Handles nothing more. What the engine is doing goes on without the agent. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#mailbox.close();
    this.#timer?.cancel();
    this.#abort.abort(new Error('the agent stops'));
    await this.#mailbox.idle();
  }

  async #handle(event: TaskEvent): Promise<void> {
    const before = this.#task;
    const now = this.#parts.steady.now();
    const { record, effects } = step(before, event, now);
    const later: TaskEffect[] = [];
    for (const effect of effects)
      if (goesAhead(effect, before, record, this.#journalled)) this.#perform(effect, record);
      else later.push(effect);
    if (record !== before || !this.#journalled) await this.#keep(record);
    if (this.#closed) return;
    this.#task = record;
    if (record !== before) this.#tell(record, before);
    for (const effect of later) this.#perform(effect, record);
    this.#arm(now);
  }

  /** The journal first. A task that stops goes on without: what is to be done follows from the engine as well. */
  async #keep(record: AgentTask): Promise<void> {
    const { journal, clock, logger } = this.#parts;
    for (let attempt = 0; !this.#closed; attempt++) {
      try {
        await (record.forgotten ? journal.remove(record.id) : journal.write(record));
        this.#journalled = true;
        return;
      } catch (thrown) {
        logger.error({ task: record.id, error: messageOf(thrown) }, 'journal not written');
        this.#journalled = false;
        if (record.stopping) return;
        await clock.sleep(Math.min(5000, 100 * 2 ** attempt), this.#abort.signal);
      }
    }
  }

  #tell(record: AgentTask, before: AgentTask): void {
    if (record.status !== before.status)
      this.#parts.logger.info(
        { task: record.id, from: before.status, to: record.status, reason: record.stoppedReason },
        'task changed',
      );
    for (const [name, pull] of this.#pulls)
      if (record.containers.some((c) => c.name === name && c.phase === 'STOPPED'))
        pull.abort(new Error('the task stops'));
    this.#parts.changed(record, before);
  }

  #perform(effect: TaskEffect, task: AgentTask): void {
    const run = this.#run(effect, task).finally(() => this.#running.delete(run));
    this.#running.add(run);
  }

  async #run(effect: TaskEffect, task: AgentTask): Promise<void> {
    const signal = effect.type === 'pullImage' ? this.#pullSignal(effect.container) : this.#abort.signal;
    const events = await this.#parts.executor.run(effect, task, signal);
    if (effect.type === 'pullImage') this.#pulls.delete(effect.container);
    for (const event of events) {
      if (event.type === 'workFailed')
        this.#parts.logger.warn(
          { task: task.id, container: event.container, work: event.work, reason: event.reason },
          'work on container failed',
        );
      this.post(event);
    }
  }

  #pullSignal(container: string): AbortSignal {
    const own = new AbortController();
    this.#pulls.set(container, own);
    return AbortSignal.any([own.signal, this.#abort.signal]);
  }

  #arm(now: Now): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const at = deadlineOf(this.#task, now);
    if (at === undefined || this.#task.forgotten) return;
    // Timers hold 31 bits of milliseconds; a later deadline is looked at again on the way.
    const wait = Math.min(2 ** 30, Math.max(1, at - this.#parts.steady.now().steadyMs));
    this.#timer = this.#parts.clock.timer(wait, () => this.post({ type: 'woken' }));
  }
}
