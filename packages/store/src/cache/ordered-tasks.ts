import { SortedStrings } from './sorted-strings.js';
import type { TaskEntry } from './task-summary.js';

type Entries = ReadonlyMap<string, TaskEntry>;

/** Ids by a name that the tasks have, each name's in order. */
class OrderedIds {
  readonly #byName = new Map<string, SortedStrings>();

  add(name: string, id: string): void {
    let ids = this.#byName.get(name);
    if (ids === undefined) {
      ids = new SortedStrings();
      this.#byName.set(name, ids);
    }
    ids.add(id);
  }

  delete(name: string, id: string): void {
    const ids = this.#byName.get(name);
    if (ids?.delete(id) && ids.size === 0) this.#byName.delete(name);
  }

  get(name: string): SortedStrings | undefined {
    return this.#byName.get(name);
  }
}

const toStop = 'STOPPED';

/**
 * What ListTasks pages through without looking at the whole cluster. A service's ids are put in order when somebody
 * first pages through them, for most services are only ever counted, and are kept in order from then on.
 * Invariant: each list holds exactly the tasks of the cluster that have the value.
 */
export class OrderedTasks {
  readonly #families = new OrderedIds();
  readonly #startedBy = new OrderedIds();
  readonly #toStop = new OrderedIds();
  readonly #services = new Map<string, SortedStrings>();

  family(name: string): SortedStrings | undefined {
    return this.#families.get(name);
  }

  startedBy(name: string): SortedStrings | undefined {
    return this.#startedBy.get(name);
  }

  toStop(): SortedStrings | undefined {
    return this.#toStop.get(toStop);
  }

  /** `tasks`: all of the service. */
  service(name: string, tasks: Entries | undefined): SortedStrings | undefined {
    let ids = this.#services.get(name);
    if (ids === undefined && tasks !== undefined) {
      ids = new SortedStrings();
      for (const id of tasks.keys()) ids.add(id);
      this.#services.set(name, ids);
    }
    return ids;
  }

  move(before: TaskEntry | undefined, after: TaskEntry | undefined): void {
    const id = (after ?? before)?.id ?? '';
    moveIn(this.#families, id, before?.family, after?.family);
    moveIn(this.#startedBy, id, before?.startedBy, after?.startedBy);
    moveIn(this.#toStop, id, toStopOf(before), toStopOf(after));
    if (this.#services.size > 0 && before?.service !== after?.service) this.#moveInService(before, after, id);
  }

  #moveInService(before: TaskEntry | undefined, after: TaskEntry | undefined, id: string): void {
    const from = this.#services.get(before?.service ?? '');
    if (from?.delete(id) && from.size === 0) this.#services.delete(before?.service ?? '');
    this.#services.get(after?.service ?? '')?.add(id);
  }
}

function toStopOf(entry: TaskEntry | undefined): string | undefined {
  return entry?.desiredStatus === 'STOPPED' ? toStop : undefined;
}

function moveIn(ids: OrderedIds, id: string, from: string | undefined, to: string | undefined): void {
  if (from === to) return;
  if (from) ids.delete(from, id);
  if (to) ids.add(to, id);
}
