import { type Clock, type Deferred, deferred, type Timer } from '@longshore/kit';
import type { ReportRequest, ReportResponse, TaskReport } from '@longshore/model';
import type { Engine } from '../engine/engine.js';
import type { AgentTask } from '../engine/record.js';
import { taskReport } from '../engine/report.js';
import { taskHealth } from '../engine/status.js';

export type ReportedEngine = Pick<Engine, 'acknowledge' | 'disown' | 'task' | 'tasks'>;

export interface ReporterParts {
  readonly engine: ReportedEngine;
  readonly clock: Clock;
  /** What is wrong with this instance; empty: nothing. */
  readonly impairedReason: () => string;
  readonly orphans: () => readonly string[];
  /** Of the store, as the last registration named it. */
  readonly epoch: () => string;
}

/** What a report says besides who sends it. */
export type Batch = Pick<ReportRequest, 'tasks' | 'complete' | 'impairedReason' | 'orphans'>;

/**
 * How long news that changes nobody's mind (when a pull began, a digest) may wait for company. Without this the report
 * of a start would stand behind the commit of a report that only says that the pull is over.
 */
const unhurriedMs = 1_000;

/** Tasks in one report: their states fit into one commit, and a control plane that is behind has few of them to keep. */
const batchSize = 50;

/**
 * Which states the control plane has yet to hear. Only the latest state of a task is ever told, so the queue is bounded
 * by the tasks. Invariant: a task leaves the queue when the state that was told is committed and still the latest.
 */
export class Reporter {
  readonly #parts: ReporterParts;
  readonly #dirty = new Set<string>();
  /** What was last told of a task, as far as somebody may act on it. */
  readonly #told = new Map<string, string>();
  #hurry = false;
  #timer: Timer | undefined;
  #wake: Deferred<void> = deferred();

  constructor(parts: ReporterParts) {
    this.#parts = parts;
  }

  get waiting(): number {
    return this.#dirty.size;
  }

  changed(task: AgentTask): void {
    this.#dirty.add(task.id);
    if (urgentPart(task) !== (this.#told.get(task.id) ?? urgentPart(unstarted(task)))) this.#rush();
    else this.#timer ??= this.#parts.clock.timer(unhurriedMs, () => this.#rush());
  }

  forgotten(task: string): void {
    this.#dirty.delete(task);
    this.#told.delete(task);
  }

  /** What is wrong with the instance, or its orphans, have changed. */
  instanceChanged(): void {
    this.#rush();
  }

  /** Everything that the agent holds: the first report of each session. */
  async sendComplete(send: (batch: Batch) => Promise<ReportResponse>): Promise<ReportResponse> {
    this.#calm();
    const tasks = this.#parts.engine.tasks.filter((t) => !t.acknowledged);
    for (const task of tasks) this.#dirty.add(task.id);
    return this.#send(
      tasks.map((t) => t.id),
      true,
      send,
    );
  }

  /** Sends what waits until the signal aborts: at once, or gathered for as long as the server has asked. */
  async run(
    send: (batch: Batch) => Promise<ReportResponse>,
    gatherMs: () => number,
    signal: AbortSignal,
  ): Promise<never> {
    const aborted = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
    // The loop may be sending when the signal aborts, and look at it only then.
    aborted.catch(() => undefined);
    for (;;) {
      signal.throwIfAborted();
      if (!this.#hurry) {
        this.#wake = deferred();
        await Promise.race([this.#wake.promise, aborted]);
      }
      const wait = gatherMs();
      if (wait > 0) await this.#parts.clock.sleep(wait, signal);
      this.#calm();
      const batch = [...this.#dirty].slice(0, batchSize);
      await this.#send(batch, false, send);
      if (this.#dirty.size > 0 && batch.length === batchSize) this.#rush();
    }
  }

  #rush(): void {
    this.#hurry = true;
    this.#wake.resolve();
  }

  #calm(): void {
    this.#hurry = false;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  async #send(
    ids: readonly string[],
    complete: boolean,
    send: (batch: Batch) => Promise<ReportResponse>,
  ): Promise<ReportResponse> {
    const reports: TaskReport[] = [];
    const versions = new Map<string, number>();
    for (const id of ids) {
      const task = this.#parts.engine.task(id);
      if (!task || task.acknowledged) {
        this.#dirty.delete(id);
        continue;
      }
      versions.set(id, task.version);
      this.#told.set(id, urgentPart(task));
      reports.push(taskReport(task));
    }
    try {
      const response = await send({
        tasks: reports,
        complete,
        impairedReason: this.#parts.impairedReason(),
        orphans: this.#parts.orphans(),
      });
      this.#settle(response, versions);
      return response;
    } catch (error) {
      this.#rush();
      throw error;
    }
  }

  #settle(response: ReportResponse, versions: ReadonlyMap<string, number>): void {
    const { engine } = this.#parts;
    const epoch = this.#parts.epoch();
    for (const { task: id, outcome } of response.acks) {
      const version = versions.get(id);
      const task = engine.task(id);
      if (version === undefined || !task) continue;
      if (outcome === 'OUTCOME_COMMITTED') engine.acknowledge(id, version);
      // A task of another epoch is not unknown but orphaned: it runs on until a person decides.
      else if (outcome === 'OUTCOME_UNKNOWN_TASK' && task.epoch === epoch)
        engine.disown(id, 'not known to the control plane');
      if (task.version === version) this.#dirty.delete(id);
    }
  }
}

/**
 * What somebody may act on: states, ends, health. Which of its containers run already is no such news of a task that is
 * still starting: each report would be a commit beside the next start.
 */
function urgentPart(task: AgentTask): string {
  const starting = task.status === 'PENDING';
  return JSON.stringify([
    task.status,
    taskHealth(task),
    task.containers.map((c) => [
      !starting && (c.phase === 'RUNNING' || c.phase === 'STOPPED') ? c.phase : '',
      c.restartCount,
      c.health,
    ]),
  ]);
}

/** The task as the control plane knows it when it assigns it. */
function unstarted(task: AgentTask): AgentTask {
  const containers = task.containers.map((c) => ({
    ...c,
    phase: 'WAITING' as const,
    health: 'UNKNOWN' as const,
    restartCount: 0,
  }));
  return { ...task, status: 'PENDING', containers };
}
