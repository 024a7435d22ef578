/** Below 0: a comes first. Numbers are indexes of instances. */
export type Compare = (a: number, b: number) => number;

/** A heap whose top is the only item that ever changes or leaves. */
class TopHeap<T> {
  readonly #items: T[];
  readonly #before: (a: T, b: T) => boolean;

  constructor(items: T[], before: (a: T, b: T) => boolean) {
    this.#items = items;
    this.#before = before;
    for (let at = (items.length >> 1) - 1; at >= 0; at--) this.#sink(at);
  }

  get top(): T | undefined {
    return this.#items[0];
  }

  /** The top has a new rank. */
  settle(): void {
    this.#sink(0);
  }

  dropTop(): void {
    const last = this.#items.pop() as T;
    if (this.#items.length === 0) return;
    this.#items[0] = last;
    this.#sink(0);
  }

  #sink(start: number): void {
    const items = this.#items;
    const item = items[start] as T;
    let at = start;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && this.#before(items[child + 1] as T, items[child] as T)) child++;
      if (!this.#before(items[child] as T, item)) break;
      items[at] = items[child] as T;
      at = child;
    }
    items[at] = item;
  }
}

/** The instances of one bucket, the best on top. */
interface Bucket {
  /** -1 once empty. */
  best(): number;
  /** The best has taken a task, or can take no other and leaves. */
  update(stays: boolean): void;
}

class Leaves implements Bucket {
  readonly #heap: TopHeap<number>;

  constructor(instances: number[], compare: Compare) {
    this.#heap = new TopHeap(instances, (a, b) => compare(a, b) < 0);
  }

  best(): number {
    return this.#heap.top ?? -1;
  }

  update(stays: boolean): void {
    if (stays) this.#heap.settle();
    else this.#heap.dropTop();
  }
}

class Buckets implements Bucket {
  readonly #heap: TopHeap<Bucket>;

  constructor(buckets: Bucket[], compare: Compare) {
    this.#heap = new TopHeap(buckets, (a, b) => compare(a.best(), b.best()) < 0);
  }

  best(): number {
    return this.#heap.top?.best() ?? -1;
  }

  update(stays: boolean): void {
    const top = this.#heap.top as Bucket;
    top.update(stays);
    if (top.best() < 0) this.#heap.dropTop();
    else this.#heap.settle();
  }
}

/**
 * The candidates of one request as heaps within heaps: one level a spread attribute, the instances at the bottom.
 * A task that is placed changes the rank of its instance and the counts of the buckets around it, all of which are on
 * top of their heap, so a placement costs log(instances), and what shares a bucket keeps its order.
 */
export function candidateTree(
  instances: ArrayLike<number>,
  levels: readonly Int32Array[],
  compare: Compare,
): Bucket {
  const [level, ...below] = levels;
  if (level === undefined) return new Leaves(Array.from(instances), compare);
  const bySlot = new Map<number, number[]>();
  for (let at = 0; at < instances.length; at++) {
    const i = instances[at] as number;
    const slot = level[i] as number;
    const members = bySlot.get(slot);
    if (members === undefined) bySlot.set(slot, [i]);
    else members.push(i);
  }
  const buckets = Array.from(bySlot.values(), (members) => candidateTree(members, below, compare));
  return new Buckets(buckets, compare);
}

/** The one that comes first; -1 of none. */
export function firstOf(instances: ArrayLike<number>, compare: Compare): number {
  let best = instances[0] ?? -1;
  for (let at = 1; at < instances.length; at++) {
    const i = instances[at] as number;
    if (compare(i, best) < 0) best = i;
  }
  return best;
}
