/**
 * Which rows of a list have changed, in order, for any number of readers that each remember how far they have read.
 * Holds as many notes as there are rows: who is further behind than that reads all rows anyway.
 */
export class RowLog {
  readonly #rows: Int32Array;
  readonly #first: number;
  #version: number;

  /** `first`: the version to begin with; a reader of an older one must read everything. */
  constructor(rows: number, first = 0) {
    this.#rows = new Int32Array(Math.max(1, rows));
    this.#first = first;
    this.#version = first;
  }

  /** How many notes there have been; where a reader stands that has read all. */
  get version(): number {
    return this.#version;
  }

  note(row: number): void {
    this.#rows[this.#version % this.#rows.length] = row;
    this.#version++;
  }

  /** Whether every note since `version` is still here. */
  reaches(version: number): boolean {
    return version >= this.#first && this.#version - version <= this.#rows.length;
  }

  /** The row of the note that followed `version`. A row may be noted many times. */
  at(version: number): number {
    return this.#rows[version % this.#rows.length] as number;
  }
}
