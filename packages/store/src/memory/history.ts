import type { RawCompare, RawEvent, RawRecord, RawWrite } from '../backend.js';
import { SortedStrings } from '../cache/sorted-strings.js';
import { endOf } from '../codecs.js';

interface Version {
  readonly value: Uint8Array | undefined;
  readonly revision: number;
  readonly createRevision: number;
}

/** Keys with their versions, as etcd keeps them: every transaction is a revision, until it is compacted. */
export class History {
  readonly #versions = new Map<string, Version[]>();
  readonly #paths = new SortedStrings();
  /** One entry a revision, from the one after `compacted` on. */
  #log: (readonly RawEvent[])[] = [];
  #revision = 1;
  #compacted = 1;

  get revision(): number {
    return this.#revision;
  }

  /** Events up to here are gone; reads as of here are the oldest possible. */
  get compacted(): number {
    return this.#compacted;
  }

  get(path: string, at = this.#revision): RawRecord | undefined {
    const version = this.#versions.get(path)?.findLast((v) => v.revision <= at);
    return version?.value === undefined ? undefined : { path, ...version, value: version.value };
  }

  *between(from: string, to: string, at = this.#revision): Generator<RawRecord> {
    for (const path of this.#paths.between(from, to)) {
      const record = this.get(path, at);
      if (record) yield record;
    }
  }

  /** The first record under a path that ends in a slash. */
  firstUnder(path: string): RawRecord | undefined {
    for (const record of this.between(path, endOf(path))) return record;
    return undefined;
  }

  holds(compare: RawCompare): boolean {
    if ('absentUnder' in compare) return this.firstUnder(compare.absentUnder) === undefined;
    const record = this.get(compare.path);
    if ('revision' in compare) return (record?.revision ?? 0) === compare.revision;
    return (record?.createRevision ?? 0) === compare.createRevision;
  }

  /** One transaction. Deleting what is not there changes nothing, and a transaction without change takes no revision. */
  apply(writes: readonly RawWrite[]): readonly RawEvent[] {
    const revision = this.#revision + 1;
    const events: RawEvent[] = [];
    for (const write of writes) {
      const path = 'put' in write ? write.put : write.delete;
      const before = this.get(path);
      if ('delete' in write && !before) continue;
      const value = 'put' in write ? write.value : undefined;
      const createRevision = value === undefined ? 0 : (before?.createRevision ?? revision);
      events.push({ path, value, revision, createRevision });
    }
    if (events.length === 0) return events;
    for (const event of events) this.#add(event);
    this.#log.push(events);
    this.#revision = revision;
    return events;
  }

  /** Events from revision `from` on; undefined where they are compacted. */
  since(from: number): readonly (readonly RawEvent[])[] | undefined {
    if (from <= this.#compacted) return undefined;
    return this.#log.slice(from - this.#compacted - 1);
  }

  compact(revision: number): void {
    const to = Math.min(revision, this.#revision);
    if (to <= this.#compacted) return;
    this.#log = this.#log.slice(to - this.#compacted);
    this.#compacted = to;
    for (const [path, versions] of this.#versions) {
      const kept = versions.findLastIndex((v) => v.revision <= to);
      if (kept > 0) versions.splice(0, kept);
      if (versions.length > 1 || versions[0]?.value !== undefined || (versions[0]?.revision ?? 0) > to)
        continue;
      this.#versions.delete(path);
      this.#paths.delete(path);
    }
  }

  #add(event: RawEvent): void {
    const versions = this.#versions.get(event.path);
    if (versions) versions.push(event);
    else {
      this.#versions.set(event.path, [event]);
      this.#paths.add(event.path);
    }
  }
}
