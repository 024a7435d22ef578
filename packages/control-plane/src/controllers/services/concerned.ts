import type { Change, TaskSummary } from '@longshore/store';
import type { PlacingContext } from '../../api/context.js';
import type { ControllerContext } from '../controller.js';
import { ServiceMemory } from './memory.js';
import type { SeenService } from './snapshot.js';

const noKeys: readonly string[] = [];
/** How long a service gives way to one of higher priority that has yet to try. */
const givesWayMs = 5000;

type TaskChange = Extract<Change, { kind: 'task' }>;
type TaskStates = Pick<TaskChange, 'before' | 'after'>;

export interface ConcernedParts extends Pick<ControllerContext, 'store' | 'clock'> {
  readonly context: Pick<PlacingContext, 'views'>;
}

/** Which services a change concerns, and what is remembered of each under this leadership. */
export class Concerned {
  readonly #parts: ConcernedParts;
  readonly #memories = new Map<string, ServiceMemory>();
  /** By cluster, the services that a change of any instance may concern. */
  readonly #watchful = new Map<string, Set<string>>();
  /** By cluster, those with tasks that found no place, or have yet to be given one. */
  readonly #hungry = new Map<string, Set<string>>();
  /** By cluster: when something last happened that may have made room. */
  readonly #roomMs = new Map<string, number>();

  constructor(parts: ConcernedParts) {
    this.#parts = parts;
  }

  /** Called for every change of every task: no generator, and mostly the same empty list. */
  keysOf(change: Change): readonly string[] {
    switch (change.kind) {
      case 'service':
      case 'deployment':
        return [change.key.names.slice(0, 2).join('/')];
      case 'task':
        return this.#keysOfTask(change);
      case 'instance':
      case 'session':
        return [...this.#keysOfInstance(change.key.names)];
      default:
        return noKeys;
    }
  }

  #keysOfTask({ before, after }: TaskChange): readonly string[] {
    const task = after ?? before;
    if (!task) return noKeys;
    const own = task.service === '' ? undefined : this.#noteTask(task, { before, after });
    const hasMadeRoom =
      before && before.lastStatus !== 'STOPPED' && (after?.lastStatus ?? 'STOPPED') === 'STOPPED';
    if (!hasMadeRoom) return own === undefined ? noKeys : [own];
    const keys = own === undefined ? [] : [own];
    keys.push(...this.#hungryNow(task.cluster));
    // Daemons stay on a draining instance until nothing else is there.
    if (this.#parts.context.views.get(task.cluster, before.instance)?.status === 'DRAINING')
      keys.push(...this.#servicesOn(task.cluster, before.instance));
    return keys;
  }

  /** The key of the task's service, unless a look that is to come sees the change too: a thousand reports are one look. */
  #noteTask({ cluster, service, id }: TaskSummary, { before, after }: TaskStates): string | undefined {
    const key = `${cluster}/${service}`;
    const memory = this.memoryOf(key);
    if (before && before.lastStatus !== 'RUNNING' && after?.lastStatus === 'RUNNING')
      memory.keeper.becameRunning(id, this.#parts.clock.monotonicMs());
    else memory.keeper.taskChanged(id);
    return memory.isDue ? undefined : key;
  }

  *#keysOfInstance([cluster = '', instance = '']: readonly string[]): Iterable<string> {
    yield* this.#watchful.get(cluster) ?? [];
    yield* this.#hungryNow(cluster);
    for (const key of this.#servicesOn(cluster, instance)) {
      this.memoryOf(key).keeper.instanceChanged(instance);
      yield key;
    }
  }

  /** There may be room: the services that wait for some, the higher priority first. */
  #hungryNow(cluster: string): readonly string[] {
    const hungry = this.#hungry.get(cluster);
    if (hungry === undefined || hungry.size === 0) return [];
    this.#roomMs.set(cluster, this.#parts.clock.monotonicMs());
    return [...hungry].sort((a, b) => this.memoryOf(b).priority - this.memoryOf(a).priority);
  }

  /** Whether a service of higher priority waits for room, and has not tried since there may have been some. */
  mustGiveWay(cluster: string, { priority }: ServiceMemory): boolean {
    const roomMs = this.#roomMs.get(cluster) ?? Number.NEGATIVE_INFINITY;
    const isLate = this.#parts.clock.monotonicMs() - roomMs > givesWayMs;
    for (const key of this.#hungry.get(cluster) ?? []) {
      const other = this.memoryOf(key);
      if (other.priority <= priority) continue;
      if (other.isPartial || (other.attemptedMs <= roomMs && !isLate)) return true;
    }
    return false;
  }

  #servicesOn(cluster: string, instance: string): ReadonlySet<string> {
    const found = new Set<string>();
    for (const { service } of this.#parts.store.tasks.onInstance(cluster, instance))
      if (service !== '') found.add(`${cluster}/${service}`);
    return found;
  }

  /** Made when it is first asked for. */
  memoryOf(key: string): ServiceMemory {
    let memory = this.#memories.get(key);
    if (!memory) {
      memory = new ServiceMemory();
      this.#memories.set(key, memory);
    }
    return memory;
  }

  forget(key: string): void {
    this.#memories.delete(key);
    const cluster = key.slice(0, key.indexOf('/'));
    this.#watchful.get(cluster)?.delete(key);
    this.#hungry.get(cluster)?.delete(key);
  }

  /** After a look: what the service waits for. */
  note(key: string, { cluster, snapshot }: SeenService, memory: ServiceMemory): void {
    const isWatchful =
      snapshot.settings.rebalanceLevels > 0 || snapshot.service.spec?.schedulingStrategy === 'DAEMON';
    keepIn(this.#watchful, cluster, { key, isIn: isWatchful });
    keepIn(this.#hungry, cluster, { key, isIn: memory.unplaced !== undefined || memory.isPartial });
  }
}

function keepIn(
  sets: Map<string, Set<string>>,
  cluster: string,
  { key, isIn }: { readonly key: string; readonly isIn: boolean },
): void {
  const set = sets.get(cluster) ?? new Set();
  if (isIn) set.add(key);
  else set.delete(key);
  sets.set(cluster, set);
}
