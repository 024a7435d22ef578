import { type InstanceRecord, optionsOf } from '@longshore/model';
import { judgeSilence } from '@longshore/scheduler';
import {
  type CommitRequest,
  type Expectation,
  keyOf,
  rangeOf,
  type Stored,
  type TaskSummary,
} from '@longshore/store';
import { overFence } from '../api/instances/fence.js';
import { endedWithoutAgent } from '../api/tasks/stop-task.js';
import { isConnected } from '../placement/instance-views.js';
import type { ControllerContext, ControllerDeclaration, Verdict } from './controller.js';
import { Ears, type SeenInstance } from './ears.js';

export interface InstanceHealthOptions {
  readonly instanceTimeoutMs: number;
  readonly replaceAfterMs: number;
  readonly forgetInstanceAfterMs: number;
  /** Whether a person has said that replacing goes on in this cluster, though many are silent. */
  readonly overruled: (cluster: string) => boolean;
}

/** How long a turn may come late before the time counts as deafness. */
const deafMs = 5000;
const tickMs = 1000;
const tasksPerCommit = 40;

/**
 * The only one to say that an instance is lost, and that it is back. Lost is a mark on the instance: its tasks keep
 * their last status and what they hold, until the agent's word, a person's, or `--forget-instance-after`.
 */
export function instanceHealth(
  options: InstanceHealthOptions,
  context: ControllerContext,
): ControllerDeclaration {
  const watch = new InstanceWatch(options, context);
  return {
    name: 'instance-health',
    kinds: ['instance', 'session'],
    keysOf: (change) => {
      if (change.kind !== 'instance' && change.kind !== 'session') return [];
      const [cluster = ''] = change.key.names;
      watch.changed(cluster);
      return [cluster];
    },
    allKeys: (store) => {
      const clusters = store.list(rangeOf('cluster')).map(({ key }) => key.names[0] ?? '');
      for (const cluster of clusters) watch.changed(cluster);
      return clusters;
    },
    look: (cluster) => watch.look(cluster),
  };
}

class InstanceWatch {
  readonly #options: InstanceHealthOptions;
  readonly #context: ControllerContext;
  readonly #ears = new Map<string, Ears>();
  readonly #paused = new Set<string>();
  /** By cluster: when all of its instances were looked at. */
  readonly #lookedAtMs = new Map<string, number>();
  /** Clusters whose instances were all heard and none lost at the last look: only a change makes that otherwise. */
  readonly #quiet = new Set<string>();
  #lookedMs: number;
  readonly #sinceMs: number;

  constructor(options: InstanceHealthOptions, context: ControllerContext) {
    this.#options = options;
    this.#context = context;
    this.#sinceMs = context.clock.monotonicMs();
    this.#lookedMs = this.#sinceMs;
  }

  changed(cluster: string): void {
    this.#quiet.delete(cluster);
  }

  look(cluster: string): Verdict | undefined {
    const { store, clock } = this.#context;
    const now = { monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() };
    const waitMs = this.#gapMs(cluster) - (now.monotonicMs - (this.#lookedAtMs.get(cluster) ?? 0));
    if (waitMs > 0) return { commits: [], againInMs: waitMs };
    this.#lookedAtMs.set(cluster, now.monotonicMs);
    // Nobody is looked at while the store is away: the gap shows when looking goes on.
    if (now.monotonicMs - this.#lookedMs > deafMs)
      for (const ears of this.#ears.values()) ears.deaf(now.monotonicMs);
    this.#lookedMs = now.monotonicMs;
    if (this.#quiet.has(cluster)) return { commits: [], againInMs: tickMs };
    const impatient = this.#impatient(cluster);
    const byId = new Map(store.list(rangeOf('instance', cluster)).map((s) => [s.key.names[1] ?? '', s]));
    const ears = this.#earsOf(cluster);
    const connected = new Set<string>();
    const heard = [...byId].map(([id, stored]) => {
      const seen = this.#see(cluster, stored);
      if (seen.connected) connected.add(id);
      const silentMs = ears.silentMs(seen, now);
      const replaceAfterMs =
        silentMs > 0 ? this.#replaceAfterMs(cluster, id, impatient) : this.#options.replaceAfterMs;
      return { id, silentMs, lostSinceMs: stored.value.lostSinceMs, replaceAfterMs };
    });
    const rules = {
      instanceTimeoutMs: this.#options.instanceTimeoutMs,
      forgetAfterMs: this.#options.forgetInstanceAfterMs,
      resumeReplacing: this.#options.overruled(cluster),
    };
    const verdict = judgeSilence(heard, rules, now.wallMs);
    this.#tellPause(cluster, verdict.paused);
    const commits = [
      ...verdict.lost.map((id) => this.#mark(byId.get(id), now.wallMs)),
      // To a new leader even a lost instance has been silent for a moment only: back is who is connected.
      ...verdict.returned.filter((id) => connected.has(id)).map((id) => this.#mark(byId.get(id), 0)),
      ...verdict.forgotten.flatMap((id) => this.#forget(cluster, byId.get(id), now.wallMs)),
    ].filter((commit) => commit !== undefined);
    if (connected.size === byId.size && !heard.some(({ lostSinceMs }) => lostSinceMs > 0))
      this.#quiet.add(cluster);
    return { commits, againInMs: Math.min(tickMs, verdict.wakeAfterMs ?? tickMs) };
  }

  /** A look is at every instance: where there are thousands, and they come and go, not at each change. */
  #gapMs(cluster: string): number {
    const count = this.#context.store.count(rangeOf('instance', cluster));
    return count < 100 ? 0 : Math.min(500, count / 10);
  }

  #earsOf(cluster: string): Ears {
    let ears = this.#ears.get(cluster);
    if (!ears) {
      ears = new Ears(this.#options.instanceTimeoutMs, this.#sinceMs);
      this.#ears.set(cluster, ears);
    }
    return ears;
  }

  /** The services that wait for less than the server's default before they replace tasks, and for how long. */
  #impatient(cluster: string): ReadonlyMap<string, number> {
    const found = new Map<string, number>();
    for (const { key, value } of this.#context.store.list(rangeOf('service', cluster))) {
      const { replaceAfterMs } = optionsOf(value.tags);
      if (typeof replaceAfterMs === 'number' && replaceAfterMs < this.#options.replaceAfterMs)
        found.set(key.names[1] ?? '', replaceAfterMs);
    }
    return found;
  }

  /** The shortest that a service with tasks there waits, the server's default at most. */
  #replaceAfterMs(cluster: string, instance: string, impatient: ReadonlyMap<string, number>): number {
    let shortestMs = this.#options.replaceAfterMs;
    // When many fall silent at once, nobody has time to look at what each of them runs.
    if (impatient.size === 0) return shortestMs;
    for (const { service } of this.#context.store.tasks.onInstance(cluster, instance))
      shortestMs = Math.min(shortestMs, impatient.get(service) ?? shortestMs);
    return shortestMs;
  }

  #see(cluster: string, stored: Stored<'instance'>): SeenInstance {
    const id = stored.key.names[1] ?? '';
    const session = this.#context.store.get(keyOf('session', cluster, id));
    return {
      id,
      connected: isConnected(stored.value, session?.revision),
      overdueSinceMs: stored.value.overdueSinceMs,
    };
  }

  #tellPause(cluster: string, paused: string | undefined): void {
    const { logger } = this.#context;
    if (paused !== undefined && !this.#paused.has(cluster)) {
      this.#paused.add(cluster);
      logger.error({ cluster, reason: paused }, 'replacing paused');
    } else if (paused === undefined && this.#paused.delete(cluster))
      logger.info({ cluster }, 'replacing goes on');
  }

  /** Sets or clears the mark. Rests on the session as seen: an agent that has just come back is not marked. */
  #mark(stored: Stored<'instance'> | undefined, lostSinceMs: number): CommitRequest | undefined {
    if (!stored) return undefined;
    const { store, logger } = this.#context;
    const [cluster = '', id = ''] = stored.key.names;
    const fence = overFence(store, cluster, id);
    const value: InstanceRecord = {
      ...stored.value,
      ...this.#memoryOfLoss(stored.value, lostSinceMs),
      lostSinceMs,
      version: stored.value.version + 1,
    };
    const [from, to] = lostSinceMs > 0 ? ['silent', 'lost'] : ['lost', 'back'];
    logger.warn({ cluster, instance: id, host: stored.value.name, from, to }, 'instance mark changes');
    return {
      expect: [
        { key: stored.key, revision: stored.revision },
        fence.expect,
        this.#sessionAsSeen(cluster, id),
      ],
      write: [{ put: stored.key, value }, fence.write],
    };
  }

  /** Once it is back: from when until when it was lost, so that services tell originals from replacements. */
  #memoryOfLoss(before: InstanceRecord, lostSinceMs: number): Partial<InstanceRecord> {
    if (lostSinceMs > 0) return {};
    return { wasLostSinceMs: before.lostSinceMs, wasLostUntilMs: this.#context.clock.wallMs() };
  }

  #sessionAsSeen(cluster: string, id: string): Expectation {
    const key = keyOf('session', cluster, id);
    return { key, revision: this.#context.store.get(key)?.revision ?? 0 };
  }

  /** The tasks of an instance that was lost for very long become STOPPED, by the control plane's word. */
  #forget(cluster: string, stored: Stored<'instance'> | undefined, wallMs: number): readonly CommitRequest[] {
    if (!stored) return [];
    const { store } = this.#context;
    const id = stored.key.names[1] ?? '';
    const since = new Date(stored.value.lostSinceMs).toISOString();
    const living = [...store.tasks.onInstance(cluster, id)].filter((t) => t.lastStatus !== 'STOPPED');
    const commits: CommitRequest[] = [];
    for (let i = 0; i < living.length; i += tasksPerCommit) {
      const tasks = living.slice(i, i + tasksPerCommit);
      commits.push({
        expect: [
          this.#sessionAsSeen(cluster, id),
          ...tasks.map((t) => ({ key: keyOf('task', cluster, t.id), revision: t.revision })),
        ],
        write: tasks.map((t) => this.#forgotten(t, { since, wallMs })),
      });
    }
    return commits;
  }

  #forgotten(
    task: TaskSummary,
    told: { readonly since: string; readonly wallMs: number },
  ): {
    readonly put: ReturnType<typeof keyOf<'task'>>;
    readonly value: ReturnType<typeof endedWithoutAgent>;
  } {
    const record = this.#context.store.tasks.record(task);
    const ended = endedWithoutAgent(record, told.wallMs);
    const said = record.stopCode !== 'UNSET';
    return {
      put: keyOf('task', task.cluster, task.id),
      value: {
        ...ended,
        stopCode: said ? record.stopCode : 'InfrastructureHealth',
        stoppedReason: said
          ? record.stoppedReason
          : `Container instance ${task.instance} lost since ${told.since}`,
        version: record.version + 1,
      },
    };
  }
}
