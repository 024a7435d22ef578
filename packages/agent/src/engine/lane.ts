/** At most `width` of the given work at a time, in order of arrival; what goes first passes what does not. */
export class Lane {
  readonly #width: number;
  readonly #waiting: (() => void)[] = [];
  readonly #waitingFirst: (() => void)[] = [];
  #busy = 0;

  constructor(width: number) {
    this.#width = width;
  }

  async run<T>(work: () => Promise<T>, how: { readonly first: boolean } = { first: false }): Promise<T> {
    const waiting = how.first ? this.#waitingFirst : this.#waiting;
    if (this.#busy >= this.#width) await new Promise<void>((resolve) => waiting.push(resolve));
    else this.#busy += 1;
    try {
      return await work();
    } finally {
      // The place goes to the next in line without becoming free in between.
      const next = this.#waitingFirst.shift() ?? this.#waiting.shift();
      if (next) next();
      else this.#busy -= 1;
    }
  }
}
