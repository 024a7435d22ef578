/** How long work may go on in one turn of the event loop before others get theirs. */
const sliceMs = 20;

/**
 * Keeps turns of the event loop short where much work comes at once: who asks before each piece goes on at once while
 * the turn is young, and in a later turn, in order, once it is not. Heartbeats and leases are not kept waiting by a
 * thousand reports that arrive together.
 */
export class Turns {
  readonly #nowMs: () => number;
  readonly #waiting: (() => void)[] = [];
  /** When the first piece of this turn began; undefined: none has yet. */
  #beganMs: number | undefined;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** How many pieces wait for a later turn. */
  get length(): number {
    return this.#waiting.length;
  }

  /** Resolves when the next piece may begin. */
  next(): Promise<void> | undefined {
    if (this.#beganMs === undefined) {
      this.#begin();
      return undefined;
    }
    if (this.#waiting.length === 0 && this.#nowMs() - this.#beganMs < sliceMs) return undefined;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #begin(): void {
    this.#beganMs = this.#nowMs();
    setImmediate(() => {
      this.#beganMs = undefined;
      if (this.#waiting.length > 0) void this.#goOn();
    });
  }

  /** As many as a slice takes: a turn may be long for other reasons, and one piece in each would be too few. */
  async #goOn(): Promise<void> {
    this.#begin();
    const untilMs = this.#nowMs() + sliceMs;
    do {
      this.#waiting.shift()?.();
      // The piece runs in between.
      await Promise.resolve();
      await Promise.resolve();
    } while (this.#waiting.length > 0 && this.#nowMs() < untilMs);
  }
}
