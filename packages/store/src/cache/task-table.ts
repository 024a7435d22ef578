import { CodedError } from '@longshore/kit';
import type { TaskRecord } from '@longshore/model';
import { decodeRecord } from '../codecs.js';
import type { TaskIndex, TaskSummary } from '../store.js';
import { OrderedTasks } from './ordered-tasks.js';
import { Slabs } from './slabs.js';
import { SortedStrings } from './sorted-strings.js';
import { SummaryReader, TaskEntry } from './task-summary.js';

type Entries = Map<string, TaskEntry>;

class ClusterTasks {
  readonly byId: Entries = new Map();
  readonly ids = new SortedStrings();
  readonly byInstance = new Map<string, Entries>();
  readonly byService = new Map<string, Entries>();
  readonly waiting: Entries = new Map();
  readonly stopped: Entries = new Map();
  readonly ordered = new OrderedTasks();
}

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

/**
 * A million tasks: encoded bytes in slabs, a flat summary each, and the indexes that decisions ask for.
 * Invariant: every index holds exactly the entries of `byId`. A summary is replaced, never changed.
 */
export class TaskTable implements TaskIndex {
  readonly #clusters = new Map<string, ClusterTasks>();
  readonly #slabs = new Slabs();
  readonly #reader = new SummaryReader();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get slabUsage(): { readonly usedBytes: number; readonly heldBytes: number } {
    return this.#slabs.usage;
  }

  entry(cluster: string, id: string): TaskEntry | undefined {
    return this.#clusters.get(cluster)?.byId.get(id);
  }

  get(cluster: string, id: string): TaskSummary | undefined {
    return this.entry(cluster, id);
  }

  /** A summary that has been replaced meanwhile gives the record of now; one whose task has gone, an error. */
  record(task: TaskSummary): TaskRecord {
    // Copied, for members of bytes are views on what they are decoded from, and the slab will hold another record.
    return decodeRecord('task', Buffer.from(this.#bytes(task)));
  }

  *inCluster(cluster: string, afterId?: string): Generator<TaskSummary> {
    const tasks = this.#clusters.get(cluster);
    if (tasks) yield* entriesOf(tasks, tasks.ids, afterId);
  }

  having(
    cluster: string,
    member: 'family' | 'service' | 'startedBy',
    value: string,
    afterId?: string,
  ): Iterable<TaskSummary> {
    const tasks = this.#clusters.get(cluster);
    if (!tasks || value === '') return none;
    const ids =
      member === 'service'
        ? tasks.ordered.service(value, tasks.byService.get(value))
        : tasks.ordered[member](value);
    return entriesOf(tasks, ids, afterId);
  }

  toStop(cluster: string, afterId?: string): Iterable<TaskSummary> {
    const tasks = this.#clusters.get(cluster);
    return tasks ? entriesOf(tasks, tasks.ordered.toStop(), afterId) : none;
  }

  onInstance(cluster: string, instance: string): Iterable<TaskSummary> {
    return this.#clusters.get(cluster)?.byInstance.get(instance)?.values() ?? none;
  }

  ofService(cluster: string, service: string): Iterable<TaskSummary> {
    return this.#clusters.get(cluster)?.byService.get(service)?.values() ?? none;
  }

  waiting(cluster: string): Iterable<TaskSummary> {
    return this.#clusters.get(cluster)?.waiting.values() ?? none;
  }

  stopped(cluster: string): Iterable<TaskSummary> {
    return this.#clusters.get(cluster)?.stopped.values() ?? none;
  }

  countIn(cluster: string): number {
    return this.#clusters.get(cluster)?.byId.size ?? 0;
  }

  clusters(): readonly string[] {
    return [...this.#clusters.keys()].sort();
  }

  idsBetween(cluster: string, from: string, to: string | undefined): readonly string[] {
    return [...(this.#clusters.get(cluster)?.ids.between(from, to) ?? [])];
  }

  /** `before` is what is there now; its place is freed by `release` once observers have seen it. */
  put(
    id: TaskId,
    before: TaskEntry | undefined,
    { value: bytes, revision, createRevision }: TaskBytes,
  ): TaskEntry {
    const tasks = this.#tasksOf(id.cluster);
    const entry = new TaskEntry(
      before?.cluster ?? this.#reader.strings.share(id.cluster),
      before?.id ?? flat(id.task),
      revision,
      createRevision,
    );
    this.#reader.read(entry, bytes);
    entry.place = this.#slabs.put(bytes);
    entry.length = bytes.byteLength;
    tasks.byId.set(entry.id, entry);
    if (before === undefined) {
      tasks.ids.add(entry.id);
      this.#size++;
    }
    reindex(tasks, before, entry);
    return entry;
  }

  /** As `put`: the entry's place is freed by `release`. */
  delete(cluster: string, id: string): void {
    const tasks = this.#clusters.get(cluster);
    const before = tasks?.byId.get(id);
    if (!tasks || !before) return;
    tasks.byId.delete(id);
    tasks.ids.delete(id);
    this.#size--;
    reindex(tasks, before, undefined);
    if (tasks.byId.size === 0) this.#clusters.delete(cluster);
  }

  release(entry: TaskEntry): void {
    if (entry.place < 0) return;
    this.#slabs.free(entry.place, entry.length);
    entry.place = -1;
  }

  #bytes(task: TaskSummary): Uint8Array {
    let entry = task instanceof TaskEntry ? task : undefined;
    if (entry === undefined || entry.place < 0) entry = this.entry(task.cluster, task.id);
    if (entry === undefined)
      throw new CodedError('ServerException', `task ${task.id} has left the store: look it up again`, {
        retryable: true,
      });
    return this.#slabs.read(entry.place, entry.length);
  }

  #tasksOf(cluster: string): ClusterTasks {
    let tasks = this.#clusters.get(cluster);
    if (!tasks) {
      tasks = new ClusterTasks();
      this.#clusters.set(cluster, tasks);
    }
    return tasks;
  }
}

function* entriesOf(
  tasks: ClusterTasks,
  ids: SortedStrings | undefined,
  afterId: string | undefined,
): Generator<TaskSummary> {
  for (const id of ids?.between(afterId === undefined ? '' : `${afterId}\0`) ?? []) {
    const entry = tasks.byId.get(id);
    if (entry) yield entry;
  }
}

function reindex(tasks: ClusterTasks, before: TaskEntry | undefined, after: TaskEntry | undefined): void {
  moveIn(tasks.byInstance, before?.instance, after?.instance, before, after);
  moveIn(tasks.byService, before?.service, after?.service, before, after);
  tasks.ordered.move(before, after);
  if (after?.instance === '') tasks.waiting.set(after.id, after);
  else if (before?.instance === '') tasks.waiting.delete(before.id);
  if (after?.lastStatus === 'STOPPED') tasks.stopped.set(after.id, after);
  else if (before?.lastStatus === 'STOPPED') tasks.stopped.delete(before.id);
}

function moveIn(
  index: Map<string, Entries>,
  from: string | undefined,
  to: string | undefined,
  before: TaskEntry | undefined,
  after: TaskEntry | undefined,
): void {
  if (from && before && from !== to) {
    const entries = index.get(from);
    entries?.delete(before.id);
    if (entries?.size === 0) index.delete(from);
  }
  if (!to || !after) return;
  const entries = index.get(to);
  if (entries) entries.set(after.id, after);
  else index.set(to, new Map([[after.id, after]]));
}

/** A copy of its own: a piece cut from a path would keep the whole path in memory. */
function flat(id: string): string {
  return Buffer.from(id).toString();
}
