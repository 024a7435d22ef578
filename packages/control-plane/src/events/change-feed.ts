import type { ServiceActionRecord } from '@longshore/model';
import type { Change, Store, Stored, TaskSummary } from '@longshore/store';

/** A change that the feed tells, as small as it can be kept. */
export type FeedEntry =
  | { readonly kind: 'task'; readonly revision: number; readonly atMs: number; readonly task: TaskSummary }
  | {
      readonly kind: 'instance';
      readonly revision: number;
      readonly atMs: number;
      readonly stored: Stored<'instance'>;
    }
  | {
      readonly kind: 'service';
      readonly revision: number;
      readonly cluster: string;
      readonly service: string;
      readonly action: ServiceActionRecord;
    }
  | {
      readonly kind: 'deployment';
      readonly revision: number;
      readonly atMs: number;
      readonly stored: Stored<'deployment'>;
    };

/** Changes that are remembered for those who come back. */
const remembered = 10_000;

/**
 * The changes that concern people, in order of revision, from this replica's bounded memory of the watch.
 * Invariant: a change is told once the watch has passed its revision, so what comes after a revision is complete.
 */
export class ChangeFeed {
  readonly #told: FeedEntry[] = [];
  /** In order of revision; what the watch has yet to deliver. */
  readonly #ahead: FeedEntry[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #stop: () => void;
  readonly #wallMs: () => number;
  #floor: number;

  constructor(store: Store, wallMs: () => number) {
    this.#wallMs = wallMs;
    this.#floor = store.watched;
    this.#stop = store.observe({
      kinds: ['task', 'instance', 'service', 'deployment'],
      changed: (change) => this.#note(change),
      reached: (revision) => this.#tell(revision),
      relisted: (revision) => this.#forget(revision),
    });
  }

  stop(): void {
    this.#stop();
    this.#listeners.clear();
  }

  /** Changes at or before this revision are no longer known. */
  get floor(): number {
    return this.#floor;
  }

  /** What is told after a revision, oldest first. */
  after(revision: number): readonly FeedEntry[] {
    let first = this.#told.length;
    while (first > 0 && (this.#told[first - 1]?.revision ?? 0) > revision) first--;
    return this.#told.slice(first);
  }

  /** Calls `listener` whenever something is told. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #note(change: Change): void {
    for (const entry of entriesOf(change, this.#wallMs())) {
      // Own commits are shown as they are answered, which is nearly in order.
      let at = this.#ahead.length;
      while (at > 0 && (this.#ahead[at - 1]?.revision ?? 0) > entry.revision) at--;
      if (at === this.#ahead.length) this.#ahead.push(entry);
      else this.#ahead.splice(at, 0, entry);
    }
  }

  #tell(revision: number): void {
    const next = this.#ahead.findIndex((e) => e.revision > revision);
    const due = this.#ahead.splice(0, next < 0 ? this.#ahead.length : next);
    if (due.length === 0) return;
    for (const entry of due) this.#told.push(entry);
    // Cut in larger steps, so that it costs little per change.
    if (this.#told.length > remembered * 1.2) {
      const cut = this.#told.splice(0, this.#told.length - remembered);
      this.#floor = cut.at(-1)?.revision ?? this.#floor;
    }
    for (const listener of this.#listeners) listener();
  }

  /** A list tells what is, not what happened: those who wait learn of a gap. */
  #forget(revision: number): void {
    this.#told.length = 0;
    this.#ahead.length = 0;
    this.#floor = revision;
    for (const listener of this.#listeners) listener();
  }
}

/** What ECS tells by EventBridge of a change: most changes of services and deployments are told by none. */
function entriesOf(change: Change, atMs: number): readonly FeedEntry[] {
  const { revision } = change;
  switch (change.kind) {
    case 'task': {
      const { before, after } = change;
      return after && differs(before, after) ? [{ kind: 'task', revision, atMs, task: after }] : [];
    }
    case 'instance':
      return change.after ? [{ kind: 'instance', revision, atMs, stored: change.after }] : [];
    case 'service': {
      const [cluster = '', service = ''] = change.key.names;
      const known = change.before?.value.actions ?? [];
      const fresh = (change.after?.value.actions ?? []).filter(
        (action) => !known.some((k) => isSame(k, action)),
      );
      return fresh.map((action) => ({ kind: 'service', revision, cluster, service, action }));
    }
    case 'deployment': {
      const { before, after } = change;
      if (!after || before?.value.rolloutState === after.value.rolloutState) return [];
      return [{ kind: 'deployment', revision, atMs, stored: after }];
    }
    default:
      return [];
  }
}

function isSame(a: ServiceActionRecord, b: ServiceActionRecord): boolean {
  return a.eventName === b.eventName && a.atMs === b.atMs;
}

function differs(before: TaskSummary | undefined, after: TaskSummary): boolean {
  return (
    !before ||
    before.lastStatus !== after.lastStatus ||
    before.desiredStatus !== after.desiredStatus ||
    before.healthStatus !== after.healthStatus ||
    before.instance !== after.instance
  );
}
