import type { Logger } from '@longshore/kit';
import type { RawEvent, RawRecord } from '../backend.js';
import { endOf, isLive, liveKeyOf, liveKinds } from '../codecs.js';
import type { Key, Range } from '../keys.js';
import { folders, type LiveKind } from '../records.js';
import type { Change, Observer, Stored, TaskIndex, TaskSummary } from '../store.js';
import { ObserverList } from './observer-list.js';
import { RecordTable } from './record-table.js';
import type { TaskEntry } from './task-summary.js';
import { TaskTable, taskFolder } from './task-table.js';

type OtherKind = Exclude<LiveKind, 'task'>;

/** An own write, once its commit has been answered. */
export interface OwnWrite {
  readonly key: Key;
  /** undefined: deleted. */
  readonly value: Uint8Array | undefined;
  /** The commit expected the key to be absent. */
  readonly created: boolean;
}

interface Put {
  readonly value: Uint8Array;
  readonly revision: number;
  readonly createRevision: number;
}

/**
 * What a replica knows of the live state: what the watch delivered, with own commits laid over it.
 * Invariants: no event, echo, own commit or list replaces a newer revision of a key by an older one; `watched` is
 * moved by the watch and by lists alone; observers see a transaction once all of it is there.
 * Not to be changed from within an observer.
 */
export class LiveCache {
  readonly #table = new TaskTable();
  readonly #others: { readonly [K in OtherKind]: RecordTable<K> };
  /** Own deletes that the watch has not passed yet, by path: nothing older may come back. */
  readonly #tombstones = new Map<string, number>();
  readonly #observers: ObserverList;
  readonly #logger: Logger;
  #watched = 0;
  /** The list that is being applied, and the spans of it that have been. */
  #list: { readonly revision: number; readonly applied: { from: string; to: string }[] } | undefined;
  #changes: Change[] = [];
  #released: TaskEntry[] = [];

  constructor(logger: Logger) {
    this.#logger = logger;
    this.#observers = new ObserverList(logger);
    const kinds = liveKinds.filter((kind) => kind !== 'task');
    this.#others = Object.fromEntries(kinds.map((kind) => [kind, new RecordTable(kind)])) as never;
  }

  get watched(): number {
    return this.#watched;
  }

  get tasks(): TaskIndex {
    return this.#table;
  }

  get slabUsage(): { readonly usedBytes: number; readonly heldBytes: number } {
    return this.#table.slabUsage;
  }

  observe(observer: Observer): () => void {
    return this.#observers.add(observer);
  }

  get<K extends LiveKind>(key: Key<K>): Stored<K> | undefined {
    if (key.kind !== 'task') return this.#other(key.kind).get(key.path) as Stored<K> | undefined;
    const task = this.#table.get(key.names[0] ?? '', key.names[1] ?? '');
    return task && (this.#storedTask(task) as Stored as Stored<K>);
  }

  list<K extends LiveKind>(range: Range<K>): readonly Stored<K>[] {
    if (range.kind !== 'task') {
      const table = this.#other(range.kind);
      const single = folders[range.kind].depth === 0 && table.get(folders[range.kind].folder);
      const found: readonly Stored[] = single ? [single] : [...table.under(range.path, endOf(range.path))];
      return found as readonly Stored[] as never;
    }
    const stored: Stored[] = [];
    for (const cluster of this.#clustersIn(range))
      for (const task of this.#table.inCluster(cluster)) stored.push(this.#storedTask(task));
    return stored as never;
  }

  count(range: Range<LiveKind>): number {
    if (range.kind === 'task')
      return this.#clustersIn(range).reduce((sum, cluster) => sum + this.#table.countIn(cluster), 0);
    const table = this.#other(range.kind);
    const [name] = range.names;
    if (name === undefined) return table.size;
    if (range.names.length === 1) return table.countOf(name);
    return table.pathsBetween(range.path, endOf(range.path)).length;
  }

  /** Shows an own commit at once, unless the watch has already passed it: then its events have said it all. */
  applyOwn(revision: number, writes: readonly OwnWrite[]): void {
    if (revision <= this.#watched) return;
    for (const { key, value, created } of writes) {
      if (!isLive(key.kind) || this.#isListed(key.path, revision)) continue;
      const live = key as Key<LiveKind>;
      if (value === undefined) this.#delete(live, revision, true);
      else {
        const createRevision = created ? revision : (this.#present(live)?.createRevision ?? revision);
        this.#put(live, { value, revision, createRevision });
      }
    }
    this.#flush();
  }

  /** Whole transactions in order; afterwards `watched` stands at the last. */
  applyEvents(events: readonly RawEvent[]): void {
    for (let i = 0; i < events.length; i++) {
      const event = events[i] as RawEvent;
      if (event.revision <= this.#watched) continue;
      this.#apply(event);
      if (events[i + 1]?.revision === event.revision) continue;
      this.#flush();
      this.#watched = event.revision;
    }
    this.#dropTombstones();
    this.#observers.reached(this.#watched);
  }

  #apply(event: RawEvent): void {
    const { path, value, revision, createRevision } = event;
    // Half of all events: echoes of own writes. An own delete has no task beside it, so no tombstone is passed over.
    if (value !== undefined && this.#table.isKnown(path, revision, createRevision)) return;
    const key = liveKeyOf(path);
    if (key && value === undefined) this.#delete(key, revision, false);
    else if (key) this.#put(key, event as Put);
  }

  /** Before the first span of a list at `revision`; a list that was begun before is given up. */
  beginList(revision: number): void {
    this.#list = { revision, applied: [] };
  }

  /** What a list at `revision` found from `from` up to `to`: the difference is applied, `watched` stays. */
  applyList(from: string, to: string, records: readonly RawRecord[], revision: number): void {
    const listed = new Set<string>();
    for (const record of records) {
      listed.add(record.path);
      const key = liveKeyOf(record.path);
      if (key) this.#put(key, record);
    }
    for (const path of this.#pathsBetween(from, to)) {
      const key = listed.has(path) ? undefined : liveKeyOf(path);
      if (key) this.#delete(key, revision, false);
    }
    this.#flush();
    this.#list?.applied.push({ from, to });
  }

  /** Every range has been applied: the cache is what the store was at `revision`, own later commits over it. */
  finishList(revision: number): void {
    this.#list = undefined;
    this.#watched = revision;
    this.#dropTombstones();
    this.#observers.relisted(revision);
    this.#observers.reached(revision);
  }

  /**
   * An answer that comes late, of a commit that the list already holds: where its span has been applied, the key may
   * have been written or deleted since by somebody else, and the list has said so.
   */
  #isListed(path: string, revision: number): boolean {
    if (!this.#list || revision > this.#list.revision) return false;
    return this.#list.applied.some(({ from, to }) => path >= from && path < to);
  }

  #put(key: Key<LiveKind>, put: Put): void {
    const { path } = key;
    if (this.#tombstones.size > 0 && (this.#tombstones.get(path) ?? 0) >= put.revision) return;
    try {
      if (key.kind === 'task') this.#putTask(key as Key<'task'>, put);
      else this.#putOther(key as Key<OtherKind>, put);
      if (this.#tombstones.size > 0) this.#tombstones.delete(path);
    } catch (thrown) {
      // A record that cannot be read must not take down every replica: it is as if it were not there.
      this.#logger.error({ err: thrown, key: path, revision: put.revision }, 'record cannot be read');
      this.#delete(key, put.revision, false);
    }
  }

  #putTask(key: Key<'task'>, put: Put): void {
    const { path, names } = key;
    const { revision, createRevision } = put;
    if (this.#table.isKnown(path, revision, createRevision)) return;
    const [cluster = '', task = ''] = names;
    const change = this.#table.put({ cluster, task }, put, this.#observers.size > 0);
    if (change === undefined) return;
    const { before, after } = change;
    if (before) this.#released.push(before);
    // With the summary's own names: those that came are mostly pieces of a path, which would be kept whole.
    const own: Key<'task'> = { kind: 'task', names: [after.cluster, after.id], path };
    this.#changes.push({ kind: 'task', key: own, before, after, revision });
  }

  #putOther(key: Key<OtherKind>, { value, revision, createRevision }: Put): void {
    const table = this.#other(key.kind);
    const before = table.get(key.path);
    if (before && before.revision >= revision) {
      if (before.revision === revision) table.correctCreateRevision(key.path, createRevision);
      return;
    }
    const after = table.put(key as never, value, { revision, createRevision });
    this.#changes.push({ kind: key.kind, key: after.key, before, after, revision } as Change);
  }

  #delete(key: Key<LiveKind>, revision: number, own: boolean): void {
    const { kind, names, path } = key;
    if ((this.#present(key)?.revision ?? 0) > revision) return;
    if (own) this.#tombstones.set(path, revision);
    if (kind === 'task') {
      const before = this.#table.delete(names[0] ?? '', names[1] ?? '', this.#observers.size > 0);
      if (!before) return;
      this.#released.push(before);
      this.#changes.push({ kind, key: key as Key<'task'>, before, after: undefined, revision });
      return;
    }
    const before = this.#other(kind).get(path);
    if (!before) return;
    this.#other(kind).delete(path);
    this.#changes.push({ kind, key: before.key, before, after: undefined, revision } as Change);
  }

  /** Tells the observers, then lets go of what was replaced. */
  #flush(): void {
    const changes = this.#changes;
    const released = this.#released;
    if (changes.length > 0) {
      this.#changes = [];
      this.#observers.changed(changes);
    }
    if (released.length === 0) return;
    this.#released = [];
    for (const entry of released) this.#table.release(entry);
  }

  #dropTombstones(): void {
    for (const [path, revision] of this.#tombstones)
      if (revision <= this.#watched) this.#tombstones.delete(path);
  }

  #present(key: Key<LiveKind>): { readonly revision: number; readonly createRevision: number } | undefined {
    if (key.kind !== 'task') return this.#other(key.kind).get(key.path);
    return this.#table.revisionsOf(key.names[0] ?? '', key.names[1] ?? '');
  }

  #pathsBetween(from: string, to: string): readonly string[] {
    const paths: string[] = [];
    for (const kind of liveKinds)
      if (kind !== 'task') paths.push(...this.#other(kind).pathsBetween(from, to));
    for (const cluster of this.#table.clusters()) {
      const under = `${taskFolder}${cluster}/`;
      if (endOf(under) <= from || under >= to) continue;
      const first = from > under ? from.slice(under.length) : '';
      const last = to.startsWith(under) ? to.slice(under.length) : undefined;
      for (const id of this.#table.idsBetween(cluster, first, last)) paths.push(`${under}${id}`);
    }
    return paths;
  }

  #clustersIn(range: Range): readonly string[] {
    return range.names.length === 0 ? this.#table.clusters() : range.names.slice(0, 1);
  }

  #storedTask(task: TaskSummary): Stored<'task'> {
    const { cluster, id, revision } = task;
    const key: Key<'task'> = { kind: 'task', names: [cluster, id], path: `${taskFolder}${cluster}/${id}` };
    const createRevision = this.#table.revisionsOf(cluster, id)?.createRevision ?? revision;
    return { key, value: this.#table.record(task), revision, createRevision };
  }

  #other<K extends LiveKind>(kind: K): RecordTable<Exclude<K, 'task'>> {
    return this.#others[kind as OtherKind] as unknown as RecordTable<Exclude<K, 'task'>>;
  }
}
