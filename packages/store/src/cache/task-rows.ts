const rowsPerChunk = 4096;
const intsPerRow = 48;

/** Where a row has its doubles, counted in doubles: the first 14 integers. */
export const doubles = {
  revision: 0,
  createRevision: 1,
  createdAtMs: 2,
  startedAtMs: 3,
  stoppedAtMs: 4,
  protectedUntilMs: 5,
  placeByMs: 6,
} as const;

/** Where a row has its integers. Enumerations are the contract's numbers, texts the numbers of names. */
export const ints = {
  definitionRevision: 14,
  priority: 15,
  launchType: 16,
  desiredStatus: 17,
  lastStatus: 18,
  healthStatus: 19,
  flags: 20,
  /** Of the record's bytes, in the slabs. */
  place: 21,
  length: 22,
  /** 1: the id is no 32 hex digits; its text lies elsewhere. */
  isOddId: 23,
  family: 24,
  instance: 25,
  service: 26,
  deployment: 27,
  taskSet: 28,
  group: 29,
  startedBy: 30,
  holds: 31,
  /** Four: the digits of the id. The first orders ids, see `IdScan`; it is there for every id. */
  id: 32,
  /** Links of lists: each the next row and the one before. */
  onInstance: 36,
  ofService: 38,
  ofFamily: 40,
  byStarter: 42,
  toStop: 44,
  stopped: 46,
} as const;

export const flags = { counted: 1, acknowledged: 2 } as const;

/** Members up to here are the record's own, copied as they were read; what follows is set one by one. */
const copiedInts = 23;

/**
 * A row of numbers for each live task, so that a million of them cost the garbage collector nothing.
 * All of a row lies together, for what is asked of a task is mostly all of it: were each member a column of its own,
 * each would be a miss of the cache. Rows lie in chunks: growth copies nothing.
 * Invariant: row 0 is nobody's, so that 0 says "none" wherever a row is named.
 */
export class TaskRows {
  readonly #ints: Int32Array[] = [];
  readonly #doubles: Float64Array[] = [];
  /** The first free row; its first integer names the next. */
  #free = 0;
  #next = 1;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Rows there have ever been at a time, used or free. */
  get capacity(): number {
    return this.#next - 1;
  }

  /** A row with whatever was left in it. */
  take(): number {
    this.#size++;
    const row = this.#free;
    if (row > 0) {
      this.#free = this.int(row, 0);
      return row;
    }
    if (this.#next >= this.#ints.length * rowsPerChunk) this.#grow();
    return this.#next++;
  }

  free(row: number): void {
    this.setInt(row, 0, this.#free);
    this.#free = row;
    this.#size--;
  }

  int(row: number, member: number): number {
    return (this.#ints[row >>> 12] as Int32Array)[(row & 4095) * intsPerRow + member] as number;
  }

  setInt(row: number, member: number, value: number): void {
    (this.#ints[row >>> 12] as Int32Array)[(row & 4095) * intsPerRow + member] = value;
  }

  double(row: number, member: number): number {
    return (this.#doubles[row >>> 12] as Float64Array)[(row & 4095) * (intsPerRow / 2) + member] as number;
  }

  setDouble(row: number, member: number, value: number): void {
    (this.#doubles[row >>> 12] as Float64Array)[(row & 4095) * (intsPerRow / 2) + member] = value;
  }

  /** The memory that a row lies in, and where it begins there: for who reads most of it. */
  memoryOf(row: number): {
    readonly ints: Int32Array;
    readonly doubles: Float64Array;
    readonly start: number;
  } {
    const chunk = row >>> 12;
    return {
      ints: this.#ints[chunk] as Int32Array,
      doubles: this.#doubles[chunk] as Float64Array,
      start: (row & 4095) * intsPerRow,
    };
  }

  /** Sets what a draft has of its own. */
  write(row: number, { ints: source }: RowDraft): void {
    const chunk = this.#ints[row >>> 12] as Int32Array;
    const base = (row & 4095) * intsPerRow;
    for (let i = 0; i < copiedInts; i++) chunk[base + i] = source[i] as number;
  }

  #grow(): void {
    const memory = new ArrayBuffer(rowsPerChunk * intsPerRow * 4);
    this.#ints.push(new Int32Array(memory));
    this.#doubles.push(new Float64Array(memory));
  }
}

/** A row that is being read from a record: numbers as in a row, and for texts where in the bytes they lie. */
export class RowDraft {
  readonly ints = new Int32Array(intsPerRow);
  readonly doubles = new Float64Array(this.ints.buffer);
  readonly #ends = new Int32Array(intsPerRow);
  bytes: Uint8Array = new Uint8Array(0);

  clear(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.ints.fill(0);
    this.#ends.fill(0);
  }

  setSpan(member: number, start: number, end: number): void {
    this.ints[member] = start;
    this.#ends[member] = end;
  }

  startOf(member: number): number {
    return this.ints[member] as number;
  }

  endOf(member: number): number {
    return this.#ends[member] as number;
  }
}
