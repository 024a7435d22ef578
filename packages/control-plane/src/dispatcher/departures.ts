import type { Change, Store } from '@longshore/store';

interface Departed {
  readonly task: string;
  readonly revision: number;
}

interface Memory {
  /** What left at or before this revision is no longer known. */
  floor: number;
  readonly departed: Departed[];
}

/** How many departures of one instance are remembered. */
const remembered = 128;

/**
 * What left each instance since this replica's list. An agent whose cursor is older than what is remembered gets a
 * complete set instead.
 */
export class Departures {
  readonly #byInstance = new Map<string, Memory>();
  readonly #stop: () => void;
  #floor: number;

  constructor(store: Store) {
    this.#floor = store.watched;
    this.#stop = store.observe({
      kinds: ['task'],
      changed: (change) => this.#apply(change),
      relisted: (revision) => {
        // Invariant: a list says that a task is gone, not when; a cursor from before it needs a complete set.
        this.#floor = revision;
        this.#byInstance.clear();
      },
    });
  }

  stop(): void {
    this.#stop();
  }

  /** The tasks that left after `revision`; undefined where that is not known any more. */
  since(cluster: string, instance: string, revision: number): readonly string[] | undefined {
    const memory = this.#byInstance.get(`${cluster}/${instance}`);
    if (revision < Math.max(this.#floor, memory?.floor ?? 0)) return undefined;
    return (memory?.departed ?? []).filter((d) => d.revision > revision).map((d) => d.task);
  }

  #apply(change: Change): void {
    if (change.kind !== 'task' || !change.before?.instance) return;
    if (change.after?.instance === change.before.instance) return;
    const name = `${change.before.cluster}/${change.before.instance}`;
    let memory = this.#byInstance.get(name);
    if (!memory) {
      memory = { floor: 0, departed: [] };
      this.#byInstance.set(name, memory);
    }
    memory.departed.push({ task: change.before.id, revision: change.revision });
    if (memory.departed.length > remembered) memory.floor = memory.departed.shift()?.revision ?? memory.floor;
  }
}
