import type { TaskDefinition, TaskRecord } from '@longshore/model';
import type { Refusal } from '@longshore/scheduler';
import { type Change, type CommitRequest, keyOf, rangeOf, type TaskSummary } from '@longshore/store';
import type { PlacingContext } from '../api/context.js';
import { findDefinition } from '../api/task-definitions/index.js';
import { placedRecord, placementRequest, type TaskWish } from '../api/tasks/draft.js';
import { endedWithoutAgent } from '../api/tasks/stop-task.js';
import type { Ask } from '../placement/ask.js';
import type { PendingReasons } from '../placement/pending-reasons.js';
import type { ControllerContext, ControllerDeclaration, Verdict } from './controller.js';

/** A cluster's waiting tasks are tried this often at most. */
const everyMs = 200;
const tasksPerCommit = 50;

export interface WaitingTasksParts extends ControllerContext {
  readonly context: PlacingContext;
  readonly pending: PendingReasons;
}

/** Places the tasks that wait for room, the higher priority first, and gives up those whose time has passed. */
export function waitingTasks(parts: WaitingTasksParts): ControllerDeclaration {
  const placer = new WaitingPlacer(parts);
  return {
    name: 'waiting-tasks',
    kinds: ['task', 'instance', 'session'],
    keysOf: (change) => placer.keysOf(change),
    allKeys: (store) => store.list(rangeOf('cluster')).map(({ key }) => key.names[0] ?? ''),
    look: (cluster) => placer.look(cluster),
  };
}

/** Tasks that placement cannot tell apart. */
interface Shape {
  readonly definition: TaskDefinition;
  readonly wish: TaskWish;
  readonly tasks: { readonly summary: TaskSummary; readonly record: TaskRecord }[];
}

class WaitingPlacer {
  readonly #parts: WaitingTasksParts;
  readonly #lookedMs = new Map<string, number>();

  constructor(parts: WaitingTasksParts) {
    this.#parts = parts;
  }

  /** New waiting tasks, and whatever may have made room. */
  keysOf(change: Change): readonly string[] {
    switch (change.kind) {
      case 'task': {
        const { before, after } = change;
        const cluster = after?.cluster ?? before?.cluster ?? '';
        if (after && isWaiting(after)) return [cluster];
        const released =
          before?.instance && before.lastStatus !== 'STOPPED' && after?.lastStatus !== before.lastStatus;
        return released && (!after || after.lastStatus === 'STOPPED') && this.#anyWaits(cluster)
          ? [cluster]
          : [];
      }
      case 'instance':
      case 'session': {
        const [cluster = ''] = change.key.names;
        return this.#anyWaits(cluster) ? [cluster] : [];
      }
      default:
        return [];
    }
  }

  #anyWaits(cluster: string): boolean {
    for (const task of this.#parts.store.tasks.waiting(cluster)) if (isWaiting(task)) return true;
    return false;
  }

  async look(cluster: string): Promise<Verdict | undefined> {
    const { clock, store, pending } = this.#parts;
    const sinceMs = clock.monotonicMs() - (this.#lookedMs.get(cluster) ?? Number.NEGATIVE_INFINITY);
    if (sinceMs < everyMs) return { commits: [], againInMs: everyMs - sinceMs };
    this.#lookedMs.set(cluster, clock.monotonicMs());
    const nowMs = clock.wallMs();
    const waiting = [...store.tasks.waiting(cluster)].filter(isWaiting);
    const late = waiting.filter((task) => task.placeByMs > 0 && task.placeByMs <= nowMs);
    const open = waiting.filter((task) => task.placeByMs === 0 || task.placeByMs > nowMs);
    const left = await this.#place(cluster, open);
    pending.set(cluster, reasonCounts(left.refused));
    const commits = late.length > 0 ? [this.#giveUp(late.slice(0, tasksPerCommit), nowMs)] : [];
    const again = [
      ...(left.conflict || late.length > tasksPerCommit ? [everyMs] : []),
      ...open.flatMap((task) => (task.placeByMs > 0 ? [task.placeByMs - nowMs] : [])),
    ];
    return again.length > 0 ? { commits, againInMs: Math.min(...again) } : { commits };
  }

  async #place(
    cluster: string,
    tasks: readonly TaskSummary[],
  ): Promise<{ readonly refused: readonly Refusal[]; readonly conflict: boolean }> {
    const { context } = this.#parts;
    const outcomes = await Promise.all(
      this.#shapes(tasks).map((shape) => context.rounds.place(this.#askOf(cluster, shape))),
    );
    return {
      refused: outcomes.flatMap((o) => o.refused),
      conflict: outcomes.some((o) => o.conflict !== undefined),
    };
  }

  /** Grouped, in order of priority, then of age: a shape that does not fit holds up nobody. */
  #shapes(tasks: readonly TaskSummary[]): readonly Shape[] {
    const { store } = this.#parts;
    const shapes = new Map<string, Shape>();
    const ordered = [...tasks].sort((a, b) => b.priority - a.priority || a.createdAtMs - b.createdAtMs);
    for (const summary of ordered) {
      const record = store.tasks.record(summary);
      const definition = findDefinition(store, record)?.stored.value.definition;
      if (!definition) continue;
      const name = shapeName(record);
      const shape = shapes.get(name) ?? { definition, wish: wishOf(record, definition), tasks: [] };
      shape.tasks.push({ summary, record });
      shapes.set(name, shape);
    }
    return [...shapes.values()];
  }

  #askOf(cluster: string, shape: Shape): Ask {
    const { leadership } = this.#parts;
    return {
      cluster,
      class: 'controller',
      priority: shape.tasks[0]?.summary.priority,
      request: placementRequest(shape.wish, shape.tasks.length),
      tasks: shape.tasks.map(({ summary, record }) => (place) => {
        const key = keyOf('task', cluster, summary.id);
        const placed = placedRecord(record, shape.definition, place);
        return {
          expect: [{ key, revision: summary.revision }],
          write: { put: key, value: { ...placed, version: record.version + 1 } },
        };
      }),
      expect: [leadership.fence],
      whole: false,
      signal: leadership.lost,
    };
  }

  #giveUp(tasks: readonly TaskSummary[], nowMs: number): CommitRequest {
    const { store } = this.#parts;
    const keys = tasks.map((task) => keyOf('task', task.cluster, task.id));
    return {
      expect: tasks.map((task, i) => ({ key: keys[i] as (typeof keys)[number], revision: task.revision })),
      write: tasks.map((task, i) => {
        const record = store.tasks.record(task);
        const value: TaskRecord = {
          ...endedWithoutAgent(record, nowMs),
          stopCode: 'TaskFailedToStart',
          stoppedReason: 'No container instance met all of the requirements within longshore:place-within',
          version: record.version + 1,
        };
        return { put: keys[i] as (typeof keys)[number], value };
      }),
    };
  }
}

function isWaiting(task: TaskSummary): boolean {
  return task.instance === '' && task.lastStatus !== 'STOPPED' && task.desiredStatus !== 'STOPPED';
}

/** What a record remembers of the wish that made it: enough to place it. */
export function wishOf(record: TaskRecord, definition: TaskDefinition): TaskWish {
  return {
    family: record.family,
    revision: record.revision,
    definition,
    overrides: record.overrides,
    group: record.group,
    service: record.service,
    deployment: record.deployment,
    constraints: record.placementConstraints,
    strategies: record.placementStrategy,
    tags: [],
    createdAtMs: record.createdAtMs,
  };
}

function shapeName(record: TaskRecord): string {
  const { family, revision, group, service, deployment, priority } = record;
  const { overrides, placementConstraints, placementStrategy } = record;
  const plain = [family, revision, group, service, deployment, priority];
  return JSON.stringify([plain, overrides, placementConstraints, placementStrategy]);
}

function reasonCounts(refused: readonly Refusal[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { reason, count } of refused) counts.set(reason, (counts.get(reason) ?? 0) + count);
  return counts;
}
