interface Due {
  readonly atMs: number;
  readonly id: string;
}

/** Names by when they fall due. Nearly all come in order of their time: adding one at the end costs nothing. */
export class DueList {
  #items: Due[] = [];
  /** Items before it have been taken. */
  #first = 0;

  add(atMs: number, id: string): void {
    const items = this.#items;
    let at = items.length;
    if (at > this.#first && (items[at - 1] as Due).atMs > atMs) at = this.#placeOf(atMs);
    if (at === items.length) items.push({ atMs, id });
    else items.splice(at, 0, { atMs, id });
  }

  /** The first that is still wanted; those before it are dropped. */
  firstMs(isWanted: (id: string, atMs: number) => boolean): number | undefined {
    for (let due = this.#items[this.#first]; due !== undefined; due = this.#items[this.#first]) {
      if (isWanted(due.id, due.atMs)) return due.atMs;
      this.#first++;
    }
    this.clear();
    return undefined;
  }

  take(untilMs: number): string[] {
    const taken: string[] = [];
    for (let due = this.#items[this.#first]; due && due.atMs <= untilMs; due = this.#items[this.#first]) {
      taken.push(due.id);
      this.#first++;
    }
    if (this.#first > 1000 && this.#first * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
    return taken;
  }

  clear(): void {
    this.#items = [];
    this.#first = 0;
  }

  #placeOf(atMs: number): number {
    let low = this.#first;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#items[middle] as Due).atMs > atMs) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
