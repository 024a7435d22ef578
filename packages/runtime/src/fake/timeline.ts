import type { Clock, Timer } from '@longshore/kit';

interface Entry {
  readonly at: number;
  readonly order: number;
  fn: (() => void) | undefined;
}

/**
 * Very many timers on one timer of a clock: a heap, since a clock's own timers cost too much at hundreds of thousands.
 * Fires in order of time, then of creation; a cancelled entry stays in the heap, empty, until its time.
 */
export class Timeline {
  readonly #clock: Clock;
  readonly #heap: Entry[] = [];
  #order = 0;
  #armed: { readonly at: number; readonly timer: Timer } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get clock(): Clock {
    return this.#clock;
  }

  after(ms: number, fn: () => void): Timer {
    const entry: Entry = { at: this.#clock.monotonicMs() + Math.max(0, ms), order: this.#order++, fn };
    this.#push(entry);
    this.#arm();
    return {
      cancel: () => {
        entry.fn = undefined;
      },
    };
  }

  #arm(): void {
    const first = this.#heap[0];
    if (!first || (this.#armed && this.#armed.at <= first.at)) return;
    this.#armed?.timer.cancel();
    const wait = first.at - this.#clock.monotonicMs();
    this.#armed = { at: first.at, timer: this.#clock.timer(wait, () => this.#fire()) };
  }

  #fire(): void {
    this.#armed = undefined;
    // A clock may round down: what is due within half a millisecond is due.
    const now = this.#clock.monotonicMs() + 0.5;
    for (let first = this.#heap[0]; first && first.at <= now; first = this.#heap[0]) {
      this.#pop();
      first.fn?.();
    }
    this.#arm();
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    heap.push(entry);
    for (let i = heap.length - 1; i > 0; ) {
      const parent = (i - 1) >> 1;
      if (!before(heap[i], heap[parent])) return;
      this.#swap(i, parent);
      i = parent;
    }
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    heap[0] = last;
    for (let i = 0; ; ) {
      const left = 2 * i + 1;
      const smaller = before(heap[left + 1], heap[left]) ? left + 1 : left;
      if (!before(heap[smaller], heap[i])) return;
      this.#swap(i, smaller);
      i = smaller;
    }
  }

  #swap(i: number, j: number): void {
    const held = this.#heap[i] as Entry;
    this.#heap[i] = this.#heap[j] as Entry;
    this.#heap[j] = held;
  }
}

function before(a: Entry | undefined, b: Entry | undefined): boolean {
  if (!a || !b) return false;
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
