import { Holdings } from './holdings.js';
import { Names } from './names.js';
import { OrderedRows } from './ordered-rows.js';
import { RowLists } from './row-lists.js';
import { rankOf, TaskIds } from './task-ids.js';
import { doubles, ints, type RowDraft, type TaskRows } from './task-rows.js';
import { type RowTexts, stoppedStatus, TaskEntry } from './task-summary.js';

/** A text of a row: where it is, what numbers it, and the lists of those that have it. */
interface TextMember {
  readonly member: number;
  readonly names: Names;
  readonly lists: RowLists | undefined;
  /** Those without the text are a list too. */
  readonly listsEmpty: boolean;
}

/**
 * One cluster's rows, and the indexes that decisions ask for.
 * Invariant: every index holds exactly the rows of `ids`.
 */
export class ClusterTasks implements RowTexts {
  readonly cluster: string;
  readonly rows: TaskRows;
  readonly ids: TaskIds;
  readonly order: OrderedRows;
  readonly families = new Names();
  readonly instances = new Names();
  readonly services = new Names();
  readonly starters = new Names();
  readonly others = new Names();
  readonly holdings = new Holdings();
  /** The list of no instance is of those that wait for one. */
  readonly byInstance: RowLists;
  readonly byService: RowLists;
  readonly byFamily: RowLists;
  readonly byStarter: RowLists;
  /** Of one value each: STOPPED. */
  readonly byDesired: RowLists;
  readonly byLast: RowLists;
  readonly #texts: readonly TextMember[];

  constructor(cluster: string, rows: TaskRows) {
    this.cluster = cluster;
    this.rows = rows;
    this.ids = new TaskIds(rows);
    this.order = new OrderedRows(this.ids);
    this.byInstance = new RowLists(this, ints.instance, ints.onInstance);
    this.byService = new RowLists(this, ints.service, ints.ofService);
    this.byFamily = new RowLists(this, ints.family, ints.ofFamily);
    this.byStarter = new RowLists(this, ints.startedBy, ints.byStarter);
    this.byDesired = new RowLists(this, ints.desiredStatus, ints.toStop);
    this.byLast = new RowLists(this, ints.lastStatus, ints.stopped);
    const text = (member: number, names: Names, lists?: RowLists): TextMember => ({
      member,
      names,
      lists,
      listsEmpty: lists !== undefined && lists === this.byInstance,
    });
    this.#texts = [
      text(ints.family, this.families, this.byFamily),
      text(ints.instance, this.instances, this.byInstance),
      text(ints.service, this.services, this.byService),
      text(ints.startedBy, this.starters, this.byStarter),
      text(ints.deployment, this.others),
      text(ints.taskSet, this.others),
      text(ints.group, this.others),
    ];
  }

  entry(row: number): TaskEntry {
    return new TaskEntry(this.rows, row, this.ids.textOf(row), this);
  }

  revisionOf(row: number): number {
    return this.rows.double(row, doubles.revision);
  }

  createRevisionOf(row: number): number {
    return this.rows.double(row, doubles.createRevision);
  }

  /** In id order, from the first that is not before `id`. */
  inOrder(id: string): Iterable<number> {
    return this.order.from(id, rankOf(id));
  }

  /** A new row; the draft is put into it afterwards. */
  add(id: string): number {
    const row = this.rows.take();
    this.ids.add(id, row);
    this.order.add(row);
    for (const { member, lists, listsEmpty } of this.#texts) {
      this.rows.setInt(row, member, 0);
      if (listsEmpty) lists?.move(row, -1, 0);
    }
    for (const member of [ints.holds, ints.desiredStatus, ints.lastStatus]) this.rows.setInt(row, member, 0);
    return row;
  }

  /** What the draft holds, counted for `put`; throws, with nothing done, where that cannot be read. `row` 0: a new one. */
  takeHolds(row: number, draft: RowDraft): number {
    const known = row === 0 ? 0 : this.rows.int(row, ints.holds);
    return this.holdings.take(draft.bytes, draft.startOf(ints.holds), draft.endOf(ints.holds), known);
  }

  put(row: number, draft: RowDraft, holds: number): void {
    const { rows } = this;
    for (const text of this.#texts) this.#putText(row, draft, text);
    const held = rows.int(row, ints.holds);
    if (held !== holds) {
      rows.setInt(row, ints.holds, holds);
      this.holdings.release(held);
    }
    const desired = draft.ints[ints.desiredStatus] as number;
    const last = draft.ints[ints.lastStatus] as number;
    moveStopped(this.byDesired, row, rows.int(row, ints.desiredStatus), desired);
    moveStopped(this.byLast, row, rows.int(row, ints.lastStatus), last);
    rows.write(row, draft);
  }

  delete(row: number): void {
    const { rows } = this;
    for (const { member, names, lists, listsEmpty } of this.#texts) {
      const name = rows.int(row, member);
      if (name > 0 || listsEmpty) lists?.move(row, name, -1);
      names.release(name);
    }
    this.holdings.release(rows.int(row, ints.holds));
    moveStopped(this.byDesired, row, rows.int(row, ints.desiredStatus), 0);
    moveStopped(this.byLast, row, rows.int(row, ints.lastStatus), 0);
    this.order.delete(row);
    this.ids.delete(row);
    rows.free(row);
  }

  #putText(row: number, draft: RowDraft, { member, names, lists, listsEmpty }: TextMember): void {
    const before = this.rows.int(row, member);
    const now = names.take(draft.bytes, draft.startOf(member), draft.endOf(member), before);
    if (now === before) return;
    this.rows.setInt(row, member, now);
    lists?.move(row, before > 0 || listsEmpty ? before : -1, now > 0 || listsEmpty ? now : -1);
    names.release(before);
  }
}

function moveStopped(lists: RowLists, row: number, from: number, to: number): void {
  if (from === to) return;
  lists.move(row, from === stoppedStatus ? from : -1, to === stoppedStatus ? to : -1);
}
