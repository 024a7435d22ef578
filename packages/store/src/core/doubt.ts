/** The keys of commits whose answer was lost. Nothing that rests on them goes out until their fate is known. */
export class DoubtfulKeys {
  readonly #paths = new Map<string, number>();
  readonly #prefixes = new Map<string, number>();

  get empty(): boolean {
    return this.#paths.size === 0 && this.#prefixes.size === 0;
  }

  add(touched: Touched): void {
    for (const path of touched.paths) this.#paths.set(path, (this.#paths.get(path) ?? 0) + 1);
    for (const prefix of touched.prefixes) this.#prefixes.set(prefix, (this.#prefixes.get(prefix) ?? 0) + 1);
  }

  remove(touched: Touched): void {
    for (const path of touched.paths) less(this.#paths, path);
    for (const prefix of touched.prefixes) less(this.#prefixes, prefix);
  }

  touches(other: Touched): boolean {
    for (const path of other.paths)
      if (this.#paths.has(path) || underAny(path, this.#prefixes.keys())) return true;
    for (const prefix of other.prefixes) {
      if (this.#prefixes.has(prefix)) return true;
      for (const path of this.#paths.keys()) if (path.startsWith(prefix)) return true;
    }
    return false;
  }
}

/** Every key that a commit expects or writes, and every prefix under which it expects nothing. */
export interface Touched {
  readonly paths: ReadonlySet<string>;
  readonly prefixes: ReadonlySet<string>;
}

export function underAny(path: string, prefixes: Iterable<string>): boolean {
  for (const prefix of prefixes) if (path.startsWith(prefix)) return true;
  return false;
}

function less(counts: Map<string, number>, name: string): void {
  const left = (counts.get(name) ?? 0) - 1;
  if (left > 0) counts.set(name, left);
  else counts.delete(name);
}
