/** A place in a roll. */
export interface Place<T> {
  readonly item: T;
}

interface Link<T> extends Place<T> {
  before: Link<T> | undefined;
  after: Link<T> | undefined;
  isIn: boolean;
}

/**
 * Those who are there, in order of arrival. For what comes and goes all the time: a Set leaves its tables behind, each
 * of which points to the next, and the first that has grown old keeps all who ever came from the young collector.
 */
export class Roll<T> {
  #first: Link<T> | undefined;
  #last: Link<T> | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  enter(item: T): Place<T> {
    const link: Link<T> = { item, before: this.#last, after: undefined, isIn: true };
    if (this.#last) this.#last.after = link;
    else this.#first = link;
    this.#last = link;
    this.#size++;
    return link;
  }

  has(place: Place<T>): boolean {
    return (place as Link<T>).isIn;
  }

  /** Whether it was still there. */
  leave(place: Place<T>): boolean {
    const link = place as Link<T>;
    if (!link.isIn) return false;
    link.isIn = false;
    if (link.before) link.before.after = link.after;
    else this.#first = link.after;
    if (link.after) link.after.before = link.before;
    else this.#last = link.before;
    // What has left, and may be old, holds nobody.
    link.before = undefined;
    link.after = undefined;
    this.#size--;
    return true;
  }

  /** Those who are there now; who leaves or enters meanwhile changes nothing of it. */
  all(): readonly T[] {
    const all: T[] = [];
    for (let link = this.#first; link; link = link.after) all.push(link.item);
    return all;
  }

  /** The newest that is meant. */
  find(isMeant: (item: T) => boolean): Place<T> | undefined {
    for (let link = this.#last; link; link = link.before) if (isMeant(link.item)) return link;
    return undefined;
  }
}
