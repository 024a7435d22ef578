import { decodeRecord } from '../codecs.js';
import type { Key } from '../keys.js';
import { folders, type LiveKind } from '../records.js';
import type { Stored } from '../store.js';
import { SortedStrings } from './sorted-strings.js';

/** All records of one kind other than tasks, decoded, in key order. */
export class RecordTable<K extends LiveKind> {
  readonly kind: K;
  readonly #byPath = new Map<string, Stored<K>>();
  readonly #paths: SortedStrings;
  readonly #countByName = new Map<string, number>();

  constructor(kind: K) {
    this.kind = kind;
    this.#paths = new SortedStrings(folders[kind].folder);
  }

  get size(): number {
    return this.#byPath.size;
  }

  get(path: string): Stored<K> | undefined {
    return this.#byPath.get(path);
  }

  put(
    key: Key<K>,
    bytes: Uint8Array,
    at: { readonly revision: number; readonly createRevision: number },
  ): Stored<K> {
    const before = this.#byPath.get(key.path);
    const stored: Stored<K> = {
      key: before?.key ?? key,
      // Copied: members of bytes would keep the whole message alive that these came in.
      value: decodeRecord(this.kind, Buffer.from(bytes)),
      revision: at.revision,
      createRevision: at.createRevision,
    };
    this.#byPath.set(stored.key.path, stored);
    if (!before) {
      this.#paths.add(stored.key.path);
      this.#count(stored.key, 1);
    }
    return stored;
  }

  /** The echo of an own write says what the record's first revision is; own writes only guess it. */
  correctCreateRevision(path: string, createRevision: number): void {
    const stored = this.#byPath.get(path);
    if (stored && stored.createRevision !== createRevision)
      this.#byPath.set(path, { ...stored, createRevision });
  }

  delete(path: string): void {
    const before = this.#byPath.get(path);
    if (!before) return;
    this.#byPath.delete(path);
    this.#paths.delete(path);
    this.#count(before.key, -1);
  }

  /** How many keys have this first name. */
  countOf(name: string): number {
    return this.#countByName.get(name) ?? 0;
  }

  #count({ names: [name = ''] }: Key<K>, by: number): void {
    const count = this.countOf(name) + by;
    if (count === 0) this.#countByName.delete(name);
    else this.#countByName.set(name, count);
  }

  pathsBetween(from: string, to: string): readonly string[] {
    return [...this.#paths.between(from, to)];
  }

  /** In key order, those whose path begins with `prefix`. */
  *under(prefix: string, end: string): Generator<Stored<K>> {
    for (const path of this.#paths.between(prefix, end)) {
      const stored = this.#byPath.get(path);
      if (stored) yield stored;
    }
  }
}
