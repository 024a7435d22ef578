import { folders, type Kind } from './records.js';

/** The key of one record. `path` lies below the store's prefix. */
export interface Key<K extends Kind = Kind> {
  readonly kind: K;
  /** The names after the folder, outermost first: cluster, then name or id. */
  readonly names: readonly string[];
  readonly path: string;
}

/** All keys of a kind whose first names are these. */
export interface Range<K extends Kind = Kind> {
  readonly kind: K;
  readonly names: readonly string[];
  /** Ends in a slash, unless the kind has a single key. */
  readonly path: string;
}

/** The key of a record. Throws where the number of names is not the kind's, or a name is empty or has a slash. */
export function keyOf<K extends Kind>(kind: K, ...names: readonly string[]): Key<K> {
  const { folder, depth } = folders[kind];
  if (names.length !== depth) throw new Error(`a key of ${kind} has ${depth} names, not ${names.length}`);
  // Made some ten times for every task: no array in between.
  let path = folder;
  for (const name of names) {
    if (name === '' || name.includes('/')) throw new Error(`a key of ${kind} cannot hold the name '${name}'`);
    path = `${path}/${name}`;
  }
  return { kind, names, path };
}

export function rangeOf<K extends Kind>(kind: K, ...names: readonly string[]): Range<K> {
  return { kind, names, path: `${[folders[kind].folder, ...names].join('/')}/` };
}
