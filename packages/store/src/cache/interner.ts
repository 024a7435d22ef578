/**
 * Equal strings and equal holdings become one object. Forgets everything when full: sharing is lost, never truth.
 */
export class Interner<T> {
  readonly #known = new Map<string, T>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(name: string): T | undefined {
    return this.#known.get(name);
  }

  set(name: string, value: T): T {
    if (this.#known.size >= this.#limit) this.#known.clear();
    this.#known.set(name, value);
    return value;
  }
}
