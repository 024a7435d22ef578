import { type Clock, type Logger, Mailbox, messageOf, type Timer } from '@longshore/kit';
import type { TaskJournal } from '../journal/journal.js';
import type { TaskEffect } from './effects.js';
import type { TaskEvent } from './events.js';
import type { EffectExecutor } from './executor.js';
import type { AgentTask, Now } from './record.js';
import { isWanted, type Need, needOf } from './staging.js';
import type { SteadyClock } from './steady-clock.js';
import { deadlineOf, step } from './step.js';

export interface RunnerParts {
  readonly journal: TaskJournal;
  readonly executor: EffectExecutor;
  readonly clock: Clock;
  readonly steady: SteadyClock;
  readonly logger: Logger;
  /** After a change, once it is on disk. Of changes that come while one is being written the last is told. */
  readonly changed: (task: AgentTask, before: AgentTask) => void;
}

/** `edition`: of the record that tells of it. */
interface HeldEffect {
  readonly effect: TaskEffect;
  readonly edition: number;
}

/**
 * One task's mailbox. Events are handled one at a time and do not wait for the disk: one write runs at a time, and the
 * next one writes what has come of all that happened meanwhile. Invariant: nobody sees a record before it is on disk,
 * and an effect runs once a record that tells of it is as safe as the effect needs (`needOf`). Effects run beside each
 * other and come back as events.
 */
export class TaskRunner {
  readonly #parts: RunnerParts;
  readonly #mailbox: Mailbox<TaskEvent>;
  readonly #abort = new AbortController();
  readonly #running = new Set<Promise<void>>();
  /** By container: what ends a pull that nobody waits for any more. */
  readonly #pulls = new Map<string, AbortController>();
  /** As decided; `#shown` follows once it is on disk. */
  #task: AgentTask;
  #shown: AgentTask;
  /** What the journal holds; undefined before the first write and after one that failed. */
  #onDisk: AgentTask | undefined;
  /** Counts records; the one that was shown last is `#settled`. */
  #edition = 0;
  #settled = 0;
  #held: readonly HeldEffect[] = [];
  #saving: Promise<void> | undefined;
  #timer: Timer | undefined;
  #closed = false;

  constructor(task: AgentTask, parts: RunnerParts, options: { readonly journalled: boolean }) {
    this.#task = task;
    this.#shown = task;
    this.#onDisk = options.journalled ? task : undefined;
    this.#parts = parts;
    this.#mailbox = new Mailbox(
      (event) => this.#handle(event),
      (error, event) =>
        parts.logger.error({ task: task.id, event: event.type, err: error }, 'event not handled'),
    );
  }

  get task(): AgentTask {
    return this.#shown;
  }

  post(event: TaskEvent): void {
    this.#mailbox.post(event);
  }

  /** Resolves when no event waits, nothing is being written and no effect runs. */
  async idle(): Promise<void> {
    do {
      await this.#mailbox.idle();
      await this.#saving;
      await Promise.all(this.#running);
    } while (this.#mailbox.length > 0 || this.#saving !== undefined || this.#running.size > 0);
  }

  /** Handles nothing more. What the engine is doing goes on without the agent. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#mailbox.close();
    this.#timer?.cancel();
    this.#abort.abort(new Error('the agent stops'));
    await this.#mailbox.idle();
    await this.#saving;
  }

  #handle(event: TaskEvent): void {
    const before = this.#task;
    const now = this.#parts.steady.now();
    const { record, effects } = step(before, event, now);
    this.#task = record;
    if (record !== before || !this.#onDisk) this.#edition += 1;
    this.#held = [...this.#held, ...effects.map((effect) => ({ effect, edition: this.#edition }))];
    this.#release(this.#settled, 'on disk');
    if (this.#edition > this.#settled) this.#saving ??= this.#save();
    this.#arm(now);
  }

  /** The latest record, until it is the one on disk. A task that stops goes on without: the engine tells the rest. */
  async #save(): Promise<void> {
    for (let failures = 0; this.#edition > this.#settled && !this.#closed; ) {
      const edition = this.#edition;
      const record = this.#task;
      this.#onDisk = (await this.#write(record, edition)) ? record : undefined;
      if (this.#closed) break;
      if (this.#onDisk || record.stopping) this.#settle(record, edition);
      else await this.#pause(failures++);
    }
    this.#saving = undefined;
  }

  async #write(record: AgentTask, edition: number): Promise<boolean> {
    const { journal, logger } = this.#parts;
    try {
      if (record.forgotten) await journal.remove(record.id);
      else await journal.write(record, () => this.#release(edition, 'written'));
      return true;
    } catch (thrown) {
      logger.error({ task: record.id, error: messageOf(thrown) }, 'journal not written');
      return false;
    }
  }

  #settle(record: AgentTask, edition: number): void {
    const before = this.#shown;
    this.#settled = edition;
    this.#shown = record;
    if (record !== before) this.#tellSafely(record, before);
    this.#release(edition, 'on disk');
  }

  async #pause(failures: number): Promise<void> {
    if (this.#task.stopping) return;
    const { clock } = this.#parts;
    await clock.sleep(Math.min(5000, 100 * 2 ** failures), this.#abort.signal).catch(() => undefined);
  }

  /** Runs what has waited for the record of this edition to be so safe, and what need not wait any more. */
  #release(edition: number, safety: Need): void {
    if (this.#closed) return;
    const task = this.#task;
    const isDue = (held: HeldEffect): boolean => {
      const need = needOf(held.effect, task, this.#onDisk);
      return need === 'nothing' || (held.edition <= edition && (safety === 'on disk' || need === safety));
    };
    const due = this.#held.filter(isDue);
    if (due.length === 0) return;
    this.#held = this.#held.filter((held) => !due.includes(held));
    for (const { effect } of due) if (isWanted(effect, task)) this.#perform(effect, task);
  }

  /** Who is told may fail; the task's writes and effects go on. */
  #tellSafely(record: AgentTask, before: AgentTask): void {
    try {
      this.#tell(record, before);
    } catch (thrown) {
      this.#parts.logger.error({ task: record.id, err: thrown }, 'change of a task not taken');
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
