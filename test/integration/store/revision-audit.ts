import type { Change, Store } from '@longshore/store';
import { expect } from 'chai';

/** Writes down every change that a store tells of, and says whether any came out of order or twice. */
export class RevisionAudit {
  relists = 0;
  readonly #byPath = new Map<string, Change[]>();
  readonly #reached: number[] = [];

  constructor(store: Store) {
    store.observe({
      changed: (change) => {
        if (change.kind === 'barrier') return;
        const { path } = change.key;
        const changes = this.#byPath.get(path);
        if (changes) changes.push(change);
        else this.#byPath.set(path, [change]);
      },
      reached: (revision) => this.#reached.push(revision),
      relisted: () => this.relists++,
    });
  }

  get changes(): number {
    return [...this.#byPath.values()].reduce((sum, changes) => sum + changes.length, 0);
  }

  revisionsOf(path: string): readonly number[] {
    return (this.#byPath.get(path) ?? []).map((change) => change.revision);
  }

  /** Revisions of a key only grow, each change begins where the last one ended, and what is watched never falls. */
  expectInOrder(): void {
    for (const [path, changes] of this.#byPath)
      changes.forEach((change, i) => {
        const last = changes[i - 1];
        if (!last) return;
        expect(change.revision, path).to.be.above(last.revision);
        expect(change.before?.revision, path).to.equal(last.after?.revision);
      });
    expect(this.#reached).to.deep.equal([...this.#reached].sort((a, b) => a - b));
  }
}
