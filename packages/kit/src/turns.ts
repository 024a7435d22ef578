/** How long work may go on in one turn of the event loop before others get theirs. */
const sliceMs = 20;

/**
 * Keeps turns of the event loop short where much work comes at once: who asks before each piece goes on at once while
 * the turn is young, and in a later turn, in order, once it is not. Heartbeats and leases are not kept waiting by a
 * thousand reports that arrive together.
 *
 * Kinds of work have lanes of their own. Groups of lanes take turns, a piece each, so that no group waits for all that
 * another has; in a group the first lane that has something goes first: what was begun is ended before more is begun.
 */
export class Turns<L extends string = 'work'> {
  readonly #nowMs: () => number;
  readonly #groups: readonly (readonly Lane[])[];
  readonly #lanes: ReadonlyMap<string, Lane>;
  /** The group whose turn is next. */
  #group = 0;
  #waiting = 0;
  /** When the first piece of this turn began; undefined: none has yet. */
  #beganMs: number | undefined;

  constructor(nowMs: () => number, groups: readonly (readonly L[])[] = [['work' as L]]) {
    this.#nowMs = nowMs;
    const lanes = new Map<string, Lane>(groups.flat().map((name) => [name, new Lane()]));
    this.#lanes = lanes;
    this.#groups = groups.map((names) => names.map((name) => lanes.get(name) as Lane));
  }

  /** How many pieces wait for a later turn. */
  get length(): number {
    return this.#waiting;
  }

  /** Resolves when the next piece may begin; undefined: now. Where there are several lanes one must be named. */
  next(name: L = 'work' as L): Promise<void> | undefined {
    const lane = this.#lane(name);
    if (this.#mayBegin()) return undefined;
    return new Promise((resolve) => this.#wait(lane, { begin: resolve }));
  }

  /** The same without a promise: begins the piece now or in a later turn. */
  when(name: L, piece: Piece): void {
    const lane = this.#lane(name);
    if (this.#mayBegin()) piece.begin();
    else this.#wait(lane, piece);
  }

  #mayBegin(): boolean {
    if (this.#beganMs === undefined) {
      this.#begin();
      return true;
    }
    return this.#waiting === 0 && this.#nowMs() - this.#beganMs < sliceMs;
  }

  #lane(name: L): Lane {
    const lane = this.#lanes.get(name);
    if (!lane) throw new Error(`there is no lane ${name}`);
    return lane;
  }

  #wait(lane: Lane, piece: Piece): void {
    this.#waiting++;
    lane.push(piece);
  }

  #begin(): void {
    this.#beganMs = this.#nowMs();
    setImmediate(() => {
      this.#beganMs = undefined;
      if (this.#waiting > 0) void this.#goOn();
    });
  }

  /** As many as a slice takes: a turn may be long for other reasons, and one piece in each would be too few. */
  async #goOn(): Promise<void> {
    this.#begin();
    const untilMs = this.#nowMs() + sliceMs;
    do {
      this.#take()?.begin();
      // The piece runs in between.
      await Promise.resolve();
      await Promise.resolve();
    } while (this.#waiting > 0 && this.#nowMs() < untilMs);
  }

  #take(): Piece | undefined {
    for (let i = 0; i < this.#groups.length; i++) {
      const group = this.#groups[this.#group];
      this.#group = (this.#group + 1) % this.#groups.length;
      const lane = group?.find((l) => l.length > 0);
      if (!lane) continue;
      this.#waiting--;
      return lane.shift();
    }
    return undefined;
  }
}

/** Work that takes a turn. */
export interface Piece {
  begin(): void;
}

/** First in, first out; taking from thousands costs what taking from one does. */
class Lane {
  #pieces: Piece[] = [];
  #next = 0;

  get length(): number {
    return this.#pieces.length - this.#next;
  }

  push(piece: Piece): void {
    this.#pieces.push(piece);
  }

  shift(): Piece | undefined {
    const piece = this.#pieces[this.#next++];
    if (this.#next > 1000 && 2 * this.#next > this.#pieces.length) {
      this.#pieces = this.#pieces.slice(this.#next);
      this.#next = 0;
    } else if (this.length === 0) {
      this.#pieces.length = 0;
      this.#next = 0;
    }
    return piece;
  }
}
