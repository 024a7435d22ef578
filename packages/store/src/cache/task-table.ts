import { CodedError } from '@longshore/kit';
import type { TaskRecord } from '@longshore/model';
import { decodeRecord } from '../codecs.js';
import { folders } from '../records.js';
import type { TaskIndex, TaskStanding, TaskSummary } from '../store.js';
import { ClusterTasks } from './cluster-tasks.js';
import { Slabs } from './slabs.js';
import { TaskReader } from './task-reader.js';
import { doubles, ints, RowDraft, TaskRows } from './task-rows.js';
import { RowStanding, stoppedStatus, TaskEntry } from './task-summary.js';

const none: readonly TaskSummary[] = [];

interface TaskId {
  readonly cluster: string;
  readonly task: string;
}

interface TaskBytes {
  readonly value: Uint8Array;
  readonly revision: number;
  readonly createRevision: number;
}

/** What was there before and is there now, for observers. */
export interface TaskChange {
  readonly before: TaskEntry | undefined;
  readonly after: TaskEntry;
}

const lists = { family: 'byFamily', service: 'byService', startedBy: 'byStarter' } as const;
const names = { family: 'families', service: 'services', startedBy: 'starters' } as const;
export const taskFolder = `${folders.task.folder}/`;

/**
 * A million tasks: encoded bytes in slabs, a row of numbers each, and the indexes that decisions ask for. No task is
 * an object: one is made when somebody asks for a summary, and is a snapshot from then on.
 */
export class TaskTable implements TaskIndex {
  readonly #clusters = new Map<string, ClusterTasks>();
  readonly #slabs = new Slabs();
  readonly #rows = new TaskRows();
  readonly #reader = new TaskReader();
  readonly #draft = new RowDraft();
  /** The cluster of the path that came last, and the path of all its tasks. */
  #last: ClusterTasks | undefined;
  #lastFolder = '';

  get size(): number {
    return this.#rows.size;
  }

  get slabUsage(): { readonly usedBytes: number; readonly heldBytes: number } {
    return this.#slabs.usage;
  }

  /** Rows that there have ever been at a time, and the distinct texts and holdings of the tasks that are there. */
  get usage(): { readonly rows: number; readonly texts: number; readonly holdings: number } {
    let [texts, holdings] = [0, 0];
    for (const {
      families,
      instances,
      services,
      starters,
      others,
      holdings: held,
    } of this.#clusters.values()) {
      for (const { size } of [families, instances, services, starters, others]) texts += size;
      holdings += held.size;
    }
    return { rows: this.#rows.capacity, texts, holdings };
  }

  get(cluster: string, id: string): TaskEntry | undefined {
    const tasks = this.#clusters.get(cluster);
    const row = tasks?.ids.find(id) ?? 0;
    return row === 0 ? undefined : tasks?.entry(row);
  }

  /** A summary that has been replaced meanwhile gives the record of now; one whose task has gone, an error. */
  record(task: TaskSummary): TaskRecord {
    // Copied, for members of bytes are views on what they are decoded from, and the slab will hold another record.
    return decodeRecord('task', Buffer.from(this.#bytes(task)));
  }

  inCluster(cluster: string, afterId?: string): Iterable<TaskSummary> {
    const tasks = this.#clusters.get(cluster);
    return tasks ? entriesOf(tasks, tasks.inOrder(behind(afterId))) : none;
  }

  having(
    cluster: string,
    member: 'family' | 'service' | 'startedBy',
    value: string,
    afterId?: string,
  ): Iterable<TaskSummary> {
    const tasks = this.#clusters.get(cluster);
    const name = tasks?.[names[member]].find(value) ?? 0;
    if (!tasks || name === 0) return none;
    return entriesOf(tasks, tasks[lists[member]].inOrder(name, behind(afterId)));
  }

  toStop(cluster: string, afterId?: string): Iterable<TaskSummary> {
    const tasks = this.#clusters.get(cluster);
    return tasks ? entriesOf(tasks, tasks.byDesired.inOrder(stoppedStatus, behind(afterId))) : none;
  }

  onInstance(cluster: string, instance: string): Iterable<TaskSummary> {
    const tasks = this.#clusters.get(cluster);
    const name = tasks?.instances.find(instance) ?? 0;
    return tasks && name > 0 ? entriesOf(tasks, tasks.byInstance.of(name)) : none;
  }

  ofService(cluster: string, service: string): Iterable<TaskSummary> {
    const tasks = this.#clusters.get(cluster);
    const name = tasks?.services.find(service) ?? 0;
    return tasks && name > 0 ? entriesOf(tasks, tasks.byService.of(name)) : none;
  }

  *standingsOfService(cluster: string, service: string): Generator<TaskStanding> {
    const tasks = this.#clusters.get(cluster);
    const name = tasks?.services.find(service) ?? 0;
    if (!tasks || name === 0) return;
    const standing = new RowStanding();
    for (const row of tasks.byService.of(name)) yield standing.take(this.#rows, row, tasks);
  }

  waiting(cluster: string): Iterable<TaskSummary> {
    const tasks = this.#clusters.get(cluster);
    return tasks ? entriesOf(tasks, tasks.byInstance.of(0)) : none;
  }

  stopped(cluster: string): Iterable<TaskSummary> {
    const tasks = this.#clusters.get(cluster);
    return tasks ? entriesOf(tasks, tasks.byLast.of(stoppedStatus)) : none;
  }

  countIn(cluster: string): number {
    return this.#clusters.get(cluster)?.ids.size ?? 0;
  }

  clusters(): readonly string[] {
    return [...this.#clusters.keys()].sort();
  }

  /** From the first that is not before `from` up to, not including, `to`. */
  idsBetween(cluster: string, from: string, to: string | undefined): readonly string[] {
    const tasks = this.#clusters.get(cluster);
    const found: string[] = [];
    for (const row of tasks?.inOrder(from) ?? []) {
      const id = tasks?.ids.textOf(row) ?? '';
      if (to !== undefined && id >= to) break;
      found.push(id);
    }
    return found;
  }

  /** Of the task that is there. */
  revisionsOf(
    cluster: string,
    id: string,
  ): { readonly revision: number; readonly createRevision: number } | undefined {
    const tasks = this.#clusters.get(cluster);
    const row = tasks?.ids.find(id) ?? 0;
    if (!tasks || row === 0) return undefined;
    return { revision: tasks.revisionOf(row), createRevision: tasks.createRevisionOf(row) };
  }

  /**
   * True where the task of a path is there at this revision or a newer one: mostly the echo of an own write, which is
   * told by its revision, with nothing decoded or made. What its first revision is, own writes only guess.
   */
  isKnown(path: string, revision: number, createRevision: number): boolean {
    const tasks = this.#clusterOf(path);
    const row = tasks?.ids.find(path, this.#lastFolder.length) ?? 0;
    if (!tasks || row === 0) return false;
    const known = tasks.revisionOf(row);
    if (known === revision) this.#rows.setDouble(row, doubles.createRevision, createRevision);
    return known >= revision;
  }

  /**
   * Where somebody observes, what changed; the place of `before` is then freed by `release`, when all have seen it.
   * Throws, with nothing changed, on bytes that are no record.
   */
  put(
    id: TaskId,
    { value, revision, createRevision }: TaskBytes,
    isObserved: boolean,
  ): TaskChange | undefined {
    const draft = this.#draft;
    this.#reader.read(draft, value);
    const tasks = this.#tasksOf(id.cluster);
    const there = tasks.ids.find(id.task);
    const holds = tasks.takeHolds(there, draft);
    draft.doubles[doubles.revision] = revision;
    draft.doubles[doubles.createRevision] = createRevision;
    draft.ints[ints.place] = this.#slabs.put(value);
    draft.ints[ints.length] = value.byteLength;
    const before = there > 0 ? this.#replaced(tasks, there, isObserved) : undefined;
    const row = there > 0 ? there : tasks.add(id.task);
    tasks.put(row, draft, holds);
    return isObserved ? { before, after: tasks.entry(row) } : undefined;
  }

  /** As `put`; undefined where nobody observes, too. */
  delete(cluster: string, id: string, isObserved: boolean): TaskEntry | undefined {
    const tasks = this.#clusters.get(cluster);
    const row = tasks?.ids.find(id) ?? 0;
    if (!tasks || row === 0) return undefined;
    const before = this.#replaced(tasks, row, isObserved);
    tasks.delete(row);
    if (tasks.ids.size === 0) {
      this.#clusters.delete(cluster);
      this.#last = undefined;
    }
    return before;
  }

  release(entry: TaskEntry): void {
    if (entry.place < 0) return;
    this.#slabs.free(entry.place, entry.length);
    entry.place = -1;
  }

  /** What a row has been, with its bytes; or, for nobody, its bytes are let go at once. */
  #replaced(tasks: ClusterTasks, row: number, isObserved: boolean): TaskEntry | undefined {
    const place = this.#rows.int(row, ints.place);
    const length = this.#rows.int(row, ints.length);
    if (!isObserved) {
      this.#slabs.free(place, length);
      return undefined;
    }
    const entry = tasks.entry(row);
    entry.place = place;
    entry.length = length;
    return entry;
  }

  #bytes(task: TaskSummary): Uint8Array {
    if (task instanceof TaskEntry && task.place >= 0) return this.#slabs.read(task.place, task.length);
    const row = this.#clusters.get(task.cluster)?.ids.find(task.id) ?? 0;
    if (row === 0)
      throw new CodedError('ServerException', `task ${task.id} has left the store: look it up again`, {
        retryable: true,
      });
    return this.#slabs.read(this.#rows.int(row, ints.place), this.#rows.int(row, ints.length));
  }

  #clusterOf(path: string): ClusterTasks | undefined {
    if (this.#last !== undefined && isUnder(path, this.#lastFolder)) return this.#last;
    if (!path.startsWith(taskFolder)) return undefined;
    const end = path.indexOf('/', taskFolder.length);
    this.#last = this.#clusters.get(path.slice(taskFolder.length, end));
    this.#lastFolder = path.slice(0, end + 1);
    return this.#last;
  }

  #tasksOf(cluster: string): ClusterTasks {
    let tasks = this.#clusters.get(cluster);
    if (!tasks) {
      tasks = new ClusterTasks(cluster, this.#rows);
      this.#clusters.set(cluster, tasks);
    }
    return tasks;
  }
}

function behind(id: string | undefined): string {
  return id === undefined ? '' : `${id}\0`;
}

function* entriesOf(tasks: ClusterTasks, rows: Iterable<number>): Generator<TaskSummary> {
  for (const row of rows) yield tasks.entry(row);
}

/** As `startsWith`, which takes longer than all else that an echo costs; from the end, where folders differ. */
function isUnder(path: string, folder: string): boolean {
  for (let i = folder.length - 1; i >= 0; i--) if (path.charCodeAt(i) !== folder.charCodeAt(i)) return false;
  return true;
}
