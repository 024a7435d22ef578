import { backoffMs, type Clock, type Random } from '@longshore/kit';
import { type Backend, BackendError, type RawCompare, type RawTransaction } from '../backend.js';
import { compareName, type Member } from './member.js';

/**
 * One transaction at a time, each with a mark of its own: a small key that the transaction writes, expecting the one
 * before. When an answer is lost, the mark tells whether the transaction happened, and moving the mark makes sure
 * that it cannot happen later. Without it, a record that someone else has changed meanwhile would hide our own
 * success, and a delayed first sending could still be applied after we had called it a Conflict.
 */
export class Lane {
  readonly #mark: string;
  readonly #backend: Backend;
  readonly #clock: Clock;
  readonly #random: Random;
  /** The mark's revision; 0 before its first use. Invariant: nobody else writes this mark. */
  #revision = 0;
  #count = 0;

  constructor(mark: string, parts: { backend: Backend; clock: Clock; random: Random }) {
    this.#mark = mark;
    this.#backend = parts.backend;
    this.#clock = parts.clock;
    this.#random = parts.random;
  }

  /** A transaction of all members with a fresh mark; equal expectations appear once. */
  assemble(members: readonly Member[]): { readonly transaction: RawTransaction; readonly mark: string } {
    const mark = this.#freshMark();
    const [only] = members;
    // Equal ones do no harm; sets of their names are for several members, which mostly share some.
    if (only && members.length === 1)
      return {
        transaction: {
          compare: [this.#expectation(), ...only.compare],
          write: [this.#put(mark), ...only.write],
        },
        mark,
      };
    const compare = new Compares();
    compare.add(this.#expectation());
    const write: RawTransaction['write'][number][] = [this.#put(mark)];
    for (const member of members) {
      for (const one of member.compare) compare.add(one);
      for (const one of member.write) write.push(one);
    }
    return { transaction: { compare: compare.all, write }, mark };
  }

  /** The mark as a transaction left or found it. */
  moved(revision: number): void {
    this.#revision = revision;
  }

  /**
   * Whether the transaction that carried `mark` happened: its revision, or undefined where it did not and never
   * will. Asks until the backend answers; rejects only when `signal` aborts.
   */
  async fateOf(mark: string, signal: AbortSignal): Promise<number | undefined> {
    const fences = new Set<string>();
    for (let attempt = 0; ; attempt++) {
      signal.throwIfAborted();
      try {
        const fate = await this.#askFate(mark, fences);
        if (fate !== 'ask again') return fate.revision;
      } catch (thrown) {
        if (!(thrown instanceof BackendError)) throw thrown;
        await this.#clock.sleep(backoffMs(attempt, { minMs: 20, maxMs: 1_000 }, this.#random), signal);
      }
    }
  }

  /**
   * The revision of the transaction that carried `mark`, or undefined where it did not happen. Only after an answer: it
   * can no longer come. Asks without a put, until the backend answers; rejects only when `signal` aborts.
   */
  async written(mark: string, signal: AbortSignal): Promise<number | undefined> {
    for (let attempt = 0; ; attempt++) {
      signal.throwIfAborted();
      try {
        const page = await this.#backend.range({ from: this.#mark, to: `${this.#mark}\0`, limit: 1 });
        const [found] = page.records;
        if (!found || Buffer.from(found.value).toString() !== mark) return undefined;
        this.#revision = found.revision;
        return found.revision;
      } catch (thrown) {
        if (!(thrown instanceof BackendError)) throw thrown;
        await this.#clock.sleep(backoffMs(attempt, { minMs: 20, maxMs: 1_000 }, this.#random), signal);
      }
    }
  }

  async #askFate(
    mark: string,
    fences: Set<string>,
  ): Promise<{ readonly revision: number | undefined } | 'ask again'> {
    const fence = this.#freshMark();
    fences.add(fence);
    const moved = await this.#backend.transact({ compare: [this.#expectation()], write: [this.#put(fence)] });
    if (moved.ok) {
      this.#revision = moved.revision;
      return { revision: undefined };
    }
    const page = await this.#backend.range({ from: this.#mark, to: `${this.#mark}\0`, limit: 1 });
    const [found] = page.records;
    this.#revision = found?.revision ?? 0;
    const value = found && Buffer.from(found.value).toString();
    if (value === mark) return { revision: this.#revision };
    // One of our own fences went in, its answer lost: then the transaction did not. Anything else is a mark that
    // was swept away: fence again from what is there.
    return value !== undefined && fences.has(value) ? { revision: undefined } : 'ask again';
  }

  #freshMark(): string {
    return `${++this.#count} ${Math.round(this.#clock.wallMs())}`;
  }

  #expectation(): { readonly path: string; readonly revision: number } {
    return { path: this.#mark, revision: this.#revision };
  }

  #put(mark: string): { readonly put: string; readonly value: Uint8Array } {
    return { put: this.#mark, value: Buffer.from(mark) };
  }
}

/** Expectations, equal ones once. Members mostly share what they expect of a key, and seldom expect different things. */
class Compares {
  readonly all: RawCompare[] = [];
  readonly #byPath = new Map<string, RawCompare>();
  /** Names of those whose path has another expectation already. */
  readonly #others = new Set<string>();

  add(compare: RawCompare): void {
    const path = 'path' in compare ? compare.path : compare.absentUnder;
    const first = this.#byPath.get(path);
    if (!first) this.#byPath.set(path, compare);
    else if (isSameCompare(first, compare)) return;
    else {
      const name = compareName(compare);
      if (this.#others.has(name)) return;
      this.#others.add(name);
    }
    this.all.push(compare);
  }
}

/** Of one path. */
function isSameCompare(a: RawCompare, b: RawCompare): boolean {
  if ('revision' in a) return 'revision' in b && a.revision === b.revision;
  if ('createRevision' in a) return 'createRevision' in b && a.createRevision === b.createRevision;
  return 'absentUnder' in b;
}
