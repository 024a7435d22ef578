import type { Logger } from '@longshore/kit';
import type { Cursor, PollResponse, TaskDefinition } from '@longshore/model';
import type { Engine } from '../engine/engine.js';

/** What the assignments need of the engine. */
export type AssignedEngine = Pick<
  Engine,
  'assign' | 'disown' | 'removeUnclaimed' | 'task' | 'tasks' | 'unclaimed'
>;

const keptDefinitions = 100;
const noCursor: Cursor = { epoch: '', revision: 0 };

/**
 * What the control plane wants to run here, as of a cursor. Invariant: an answer older than the cursor changes
 * nothing; a task is only taken for removed within the epoch that brought it.
 */
export class Assignments {
  readonly #engine: AssignedEngine;
  readonly #logger: Logger;
  readonly #definitions = new Map<string, TaskDefinition>();
  #cursor = noCursor;
  #orphans: readonly string[] = [];

  constructor(engine: AssignedEngine, logger: Logger) {
    this.#engine = engine;
    this.#logger = logger;
  }

  get cursor(): Cursor {
    return this.#cursor;
  }

  get knownDefinitions(): readonly string[] {
    return [...this.#definitions.keys()];
  }

  /** Tasks that run here and that the control plane of this epoch has not listed. */
  get orphans(): readonly string[] {
    return this.#orphans;
  }

  /**
   * Takes an answer. `ownEpoch` is the epoch under which this instance has lived so far; empty for a new instance.
   * Gives true where the list of orphans has changed.
   */
  async take(response: PollResponse, ownEpoch: string): Promise<boolean> {
    const cursor = response.cursor ?? noCursor;
    if (cursor.epoch === this.#cursor.epoch && cursor.revision < this.#cursor.revision) {
      this.#logger.warn({ cursor, known: this.#cursor }, 'answer older than the cursor refused');
      return false;
    }
    for (const { name, definition } of response.definitions)
      if (definition) this.#definitions.set(name, definition);
    const missing = this.#assign(response, cursor.epoch);
    for (const id of response.removed) this.#engine.disown(id, 'removed by the control plane');
    if (missing.length > 0) {
      this.#logger.warn({ definitions: missing }, 'definitions missing, asking for everything');
      this.#definitions.clear();
      this.#cursor = noCursor;
      return false;
    }
    this.#cursor = cursor;
    this.#prune();
    return response.complete ? this.#reconcile(response, cursor, ownEpoch) : this.#dropOrphans(response);
  }

  /** Names of definitions that are needed and neither known nor sent. */
  #assign(response: PollResponse, epoch: string): readonly string[] {
    const missing: string[] = [];
    for (const assignment of response.assignments) {
      const definition = this.#definitions.get(assignment.definition);
      const known = this.#engine.task(assignment.task);
      if (definition ?? known) this.#engine.assign(assignment, definition ?? {}, epoch);
      else missing.push(assignment.definition);
    }
    return missing;
  }

  /** A complete answer: what it does not name is removed here, or an orphan where another epoch brought it. */
  async #reconcile(response: PollResponse, cursor: Cursor, ownEpoch: string): Promise<boolean> {
    const listed = new Set([...response.assignments.map((a) => a.task), ...response.unchanged]);
    const orphans: string[] = [];
    for (const task of this.#engine.tasks) {
      if (listed.has(task.id) || task.acknowledged) continue;
      if (task.epoch !== cursor.epoch) orphans.push(task.id);
      else if (task.assignment.revision <= cursor.revision)
        this.#engine.disown(task.id, 'not known to the control plane');
    }
    if (this.#engine.unclaimed.length > 0) {
      if (ownEpoch === cursor.epoch) await this.#engine.removeUnclaimed();
      else orphans.push(...this.#engine.unclaimed);
    }
    return this.#setOrphans(orphans);
  }

  /** Definitions that no task here runs are kept for a while: the next task may well be one of theirs. */
  #prune(): void {
    if (this.#definitions.size <= keptDefinitions) return;
    const used = new Set(this.#engine.tasks.map((t) => t.assignment.definition));
    for (const name of this.#definitions.keys()) {
      if (this.#definitions.size <= keptDefinitions) return;
      if (!used.has(name)) this.#definitions.delete(name);
    }
  }

  #dropOrphans(response: PollResponse): boolean {
    const adopted = new Set(response.assignments.map((a) => a.task));
    return this.#setOrphans(this.#orphans.filter((id) => !adopted.has(id)));
  }

  #setOrphans(orphans: readonly string[]): boolean {
    const changed = orphans.join() !== this.#orphans.join();
    if (changed && orphans.length > 0)
      this.#logger.error({ orphans }, 'tasks of another epoch run on until a person decides');
    this.#orphans = orphans;
    return changed;
  }
}
