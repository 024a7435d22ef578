import type { BackendLimits } from '../backend.js';
import { underAny } from './doubt.js';
import type { Member } from './member.js';

/**
 * Commits that can share one transaction.
 * Invariant: no member writes a key that another expects or writes, or one under a prefix that another expects empty.
 */
export class Group {
  readonly members: Member[] = [];
  readonly #limits: BackendLimits;
  #compares: number;
  #writes: number;
  #bytes = 0;
  readonly #expected = new Set<string>();
  readonly #written = new Set<string>();
  readonly #prefixes = new Set<string>();
  /** How many members the sets cover: a group of one, which large transactions mostly are, needs none. */
  #covered = 0;

  /** `reserved`: compares, and writes, that the group's transaction carries for itself. */
  constructor(limits: BackendLimits, reserved: number) {
    this.#limits = limits;
    this.#compares = reserved;
    this.#writes = reserved;
  }

  get ops(): number {
    return Math.max(this.#compares, this.#writes);
  }

  /** Whether another small commit would hardly fit. */
  get full(): boolean {
    return this.ops > this.#limits.ops - 8 || this.#bytes > this.#limits.bytes * 0.9;
  }

  /** Takes the member if it fits; the first always does: whether etcd takes it is for etcd to say. */
  add(member: Member): boolean {
    if (this.members.length > 0 && !(this.#hasRoom(member) && this.#isApart(member))) return false;
    this.members.push(member);
    this.#compares += member.compare.length;
    this.#writes += member.write.length;
    this.#bytes += member.bytes;
    return true;
  }

  #hasRoom(member: Member): boolean {
    const { ops, bytes } = this.#limits;
    return (
      this.#compares + member.compare.length <= ops &&
      this.#writes + member.write.length <= ops &&
      this.#bytes + member.bytes <= bytes
    );
  }

  #isApart(member: Member): boolean {
    this.#cover();
    for (const write of member.write) {
      const path = 'put' in write ? write.put : write.delete;
      if (this.#expected.has(path) || this.#written.has(path)) return false;
      if (this.#prefixes.size > 0 && underAny(path, this.#prefixes)) return false;
    }
    for (const compare of member.compare) {
      if ('path' in compare) {
        if (this.#written.has(compare.path)) return false;
      } else for (const path of this.#written) if (path.startsWith(compare.absentUnder)) return false;
    }
    return true;
  }

  #cover(): void {
    for (; this.#covered < this.members.length; this.#covered++) {
      const member = this.members[this.#covered] as Member;
      for (const compare of member.compare)
        if ('path' in compare) this.#expected.add(compare.path);
        else this.#prefixes.add(compare.absentUnder);
      for (const write of member.write) this.#written.add('put' in write ? write.put : write.delete);
    }
  }
}
