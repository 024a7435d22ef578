import type { Backend } from '../backend.js';
import type { DoubtfulKeys } from './doubt.js';
import { Group } from './group.js';
import { type Member, touchedBy } from './member.js';

/** The mark, in compares and in writes. */
const reserved = 1;
/** So many that cannot go now are passed over for those behind them. */
const passedOver = 64;

/** Commits that wait for a transaction, in order of arrival. */
export class CommitQueue {
  readonly #backend: Backend;
  readonly #doubt: DoubtfulKeys;
  #members: Member[] = [];
  #ops = 0;
  #urgent = 0;

  constructor(backend: Backend, doubt: DoubtfulKeys) {
    this.#backend = backend;
    this.#doubt = doubt;
  }

  get length(): number {
    return this.#members.length;
  }

  /** Whether half a transaction's worth waits: there is no point in gathering more. */
  get isLarge(): boolean {
    return this.#ops >= this.#backend.limits.ops / 2;
  }

  /** Whether one waits that is not patient. */
  get hasUrgent(): boolean {
    return this.#urgent > 0;
  }

  add(member: Member): void {
    this.#members.push(member);
    this.#ops += opsOf(member);
    if (!member.patient) this.#urgent++;
  }

  /** Takes what can go together; what cannot go now stays, and what was settled meanwhile goes nowhere. */
  takeGroup(): readonly Member[] {
    const group = new Group(this.#backend.limits, reserved);
    const left: Member[] = [];
    const members = this.#members;
    let i = 0;
    for (; i < members.length && !group.full && left.length < passedOver; i++) {
      const member = members[i] as Member;
      const blocked = !member.settled && !this.#doubt.empty && this.#doubt.touches(touchedBy(member));
      if (blocked || !(member.settled || group.add(member))) left.push(member);
      else this.#took(member);
    }
    this.#members = i < members.length ? left.concat(members.slice(i)) : left;
    return group.members;
  }

  takeAll(): readonly Member[] {
    const all = this.#members;
    this.#members = [];
    this.#ops = 0;
    this.#urgent = 0;
    return all;
  }

  #took(member: Member): void {
    this.#ops -= opsOf(member);
    if (!member.patient) this.#urgent--;
  }
}

function opsOf(member: Member): number {
  return Math.max(member.compare.length, member.write.length);
}
