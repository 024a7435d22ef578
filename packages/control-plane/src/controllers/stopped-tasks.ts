import type { HistoryRecord, TaskRecord } from '@longshore/model';
import { groupOf } from '@longshore/model';
import {
  type Change,
  type CommitRequest,
  keyOf,
  type LeaseRef,
  rangeOf,
  type Store,
  type TaskSummary,
} from '@longshore/store';
import type { ControllerContext, ControllerDeclaration, Verdict } from './controller.js';
import { HistoryBook, type HistoryLimits } from './history-book.js';

export interface StoppedTasksOptions extends HistoryLimits {
  readonly retentionMs: number;
  /** The store is nearly full: the oldest history goes. */
  readonly pressed?: () => boolean;
}

/** A move takes two writes. */
const movesPerCommit = 40;
const commitsPerLook = 8;
const minuteMs = 60_000;
/** A key that is no cluster: looks whether the store is nearly full. */
const pressureKey = '';
const pressureEveryMs = 10_000;
/** What is left of the bound while the store is nearly full, and half of what there is at most. */
const pressedShare = 0.1;
const pageSize = 500;

/**
 * Moves stopped tasks from the living to the history once their agent has its acknowledgement and their service has
 * counted them. History hangs on leases of one minute's worth each, so what is old goes by itself and nothing scans;
 * it is bounded by count as well, per group and in all.
 */
export function stoppedTasks(
  options: StoppedTasksOptions,
  context: ControllerContext,
): ControllerDeclaration {
  const sweeper = new Sweeper(options, context);
  return {
    name: 'stopped-tasks',
    kinds: ['task'],
    keysOf: (change) => sweeper.keysOf(change),
    allKeys: (store) => sweeper.allKeys(store),
    look: (key) => sweeper.look(key),
    parallelism: 1,
  };
}

/** Whether nobody needs the record among the living any more. */
export function isDone(
  task: Pick<TaskSummary, 'lastStatus' | 'acknowledged' | 'service' | 'counted'>,
): boolean {
  return task.lastStatus === 'STOPPED' && task.acknowledged && (task.service === '' || task.counted);
}

class Sweeper {
  readonly #options: StoppedTasksOptions;
  readonly #context: ControllerContext;
  readonly #ready = new Map<string, Set<string>>();
  readonly #book: HistoryBook;
  #loaded = false;
  #pressedBound: number | undefined;
  #lease: { readonly minute: number; readonly ref: LeaseRef } | undefined;

  constructor(options: StoppedTasksOptions, context: ControllerContext) {
    this.#options = options;
    this.#context = context;
    this.#book = new HistoryBook(options);
  }

  keysOf(change: Change): readonly string[] {
    if (change.kind !== 'task' || !change.after || !isDone(change.after)) return [];
    return [this.#note(change.after)];
  }

  *allKeys(store: Store): Iterable<string> {
    yield pressureKey;
    for (const { key } of store.list(rangeOf('cluster')))
      for (const task of store.tasks.stopped(key.names[0] ?? '')) if (isDone(task)) yield this.#note(task);
  }

  #note(task: TaskSummary): string {
    const ready = this.#ready.get(task.cluster);
    if (ready) ready.add(task.id);
    else this.#ready.set(task.cluster, new Set([task.id]));
    return task.cluster;
  }

  async look(cluster: string): Promise<Verdict | undefined> {
    await this.#load();
    const moves = await this.#moves(cluster);
    const evictions = this.#evictions();
    if (moves.length === 0 && evictions.length === 0)
      return cluster === pressureKey ? { commits: [], againInMs: pressureEveryMs } : undefined;
    return { commits: [...moves, ...evictions], againInMs: 1 };
  }

  async #moves(cluster: string): Promise<readonly CommitRequest[]> {
    const { store } = this.#context;
    const ready = this.#ready.get(cluster) ?? new Set<string>();
    const commits: CommitRequest[] = [];
    let moving: TaskSummary[] = [];
    // An id stays noted until its task is seen gone: a commit that loses is made again by the next look.
    for (const id of ready) {
      const task = store.tasks.get(cluster, id);
      if (!task || !isDone(task)) {
        ready.delete(id);
        continue;
      }
      moving.push(task);
      if (moving.length < movesPerCommit) continue;
      commits.push(await this.#move(moving));
      moving = [];
      if (commits.length === commitsPerLook) return commits;
    }
    if (moving.length > 0) commits.push(await this.#move(moving));
    return commits;
  }

  async #move(tasks: readonly TaskSummary[]): Promise<CommitRequest> {
    const { store } = this.#context;
    const lease = await this.#leaseOfNow();
    for (const task of tasks) {
      const { cluster, id, stoppedAtMs } = task;
      this.#book.add({ cluster, id, group: groupOf(task), stoppedAtMs });
    }
    return {
      patient: true,
      expect: tasks.map((task) => ({ key: keyOf('task', task.cluster, task.id), revision: task.revision })),
      write: tasks.flatMap((task) => [
        { delete: keyOf('task', task.cluster, task.id) },
        { put: keyOf('history', task.cluster, task.id), value: historyOf(store.tasks.record(task)), lease },
      ]),
    };
  }

  /** The oldest beyond the bounds, deleted only as they were written. */
  #evictions(): readonly CommitRequest[] {
    const expiredMs = this.#context.clock.wallMs() - this.#options.retentionMs;
    const gone = this.#book.takeSurplus(expiredMs, movesPerCommit, this.#bound());
    if (gone.length === 0) return [];
    return [
      {
        patient: true,
        expect: [],
        write: gone.map(({ cluster, id }) => ({ delete: keyOf('history', cluster, id) })),
      },
    ];
  }

  /** Fixed when pressure begins: the room that deleting makes is seen only after a compaction, minutes later. */
  #bound(): number {
    const { inAll, pressed } = this.#options;
    if (!pressed?.()) this.#pressedBound = undefined;
    else this.#pressedBound ??= Math.floor(Math.min(inAll * pressedShare, this.#book.size / 2));
    return this.#pressedBound ?? inAll;
  }

  async #leaseOfNow(): Promise<LeaseRef> {
    const { store, clock } = this.#context;
    const minute = Math.floor(clock.monotonicMs() / minuteMs);
    if (this.#lease?.minute !== minute) {
      const seconds = Math.ceil((this.#options.retentionMs + minuteMs) / 1000);
      this.#lease = { minute, ref: await store.expiringLease(seconds) };
    }
    return this.#lease.ref;
  }

  /** What earlier leaders moved, read once. */
  async #load(): Promise<void> {
    if (this.#loaded) return;
    const { store } = this.#context;
    let after: string | undefined;
    do {
      const page = await store.listCold(rangeOf('history'), { limit: pageSize, after });
      for (const { key, value } of page.items) {
        const [cluster = '', id = ''] = key.names;
        if (value.task)
          this.#book.add({ cluster, id, group: groupOf(value.task), stoppedAtMs: value.task.stoppedAtMs });
      }
      after = page.next;
    } while (after !== undefined);
    this.#loaded = true;
  }
}

function historyOf(task: TaskRecord): HistoryRecord {
  return { task };
}
