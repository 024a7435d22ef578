import type { InstanceRecord } from '@longshore/model';
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
import { type SeenInstance, Silence, type SilenceLimits } from './silence.js';

export interface InstanceHealthOptions extends SilenceLimits {
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
    keysOf: (change) =>
      change.kind === 'instance' || change.kind === 'session' ? [change.key.names[0] ?? ''] : [],
    allKeys: (store) => store.list(rangeOf('cluster')).map(({ key }) => key.names[0] ?? ''),
    look: (cluster) => watch.look(cluster),
  };
}

class InstanceWatch {
  readonly #options: InstanceHealthOptions;
  readonly #context: ControllerContext;
  readonly #silence = new Map<string, Silence>();
  readonly #paused = new Set<string>();
  #lookedMs: number;
  readonly #sinceMs: number;

  constructor(options: InstanceHealthOptions, context: ControllerContext) {
    this.#options = options;
    this.#context = context;
    this.#sinceMs = context.clock.monotonicMs();
    this.#lookedMs = this.#sinceMs;
  }

  look(cluster: string): Verdict | undefined {
    const { store, clock } = this.#context;
    const now = { monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() };
    // Nobody is looked at while the store is away: the gap shows when looking goes on.
    if (now.monotonicMs - this.#lookedMs > deafMs)
      for (const silence of this.#silence.values()) silence.deaf(now.monotonicMs);
    this.#lookedMs = now.monotonicMs;
    const instances = store.list(rangeOf('instance', cluster));
    if (instances.length === 0) return { commits: [], againInMs: tickMs };
    const seen = instances.map((stored) => this.#see(cluster, stored));
    const verdict = this.#silenceOf(cluster).judge(seen, now, this.#options.overruled(cluster));
    this.#tellPause(cluster, verdict.paused);
    const byId = new Map(instances.map((stored) => [stored.key.names[1] ?? '', stored]));
    const commits = [
      ...verdict.lost.map((id) => this.#mark(byId.get(id), now.wallMs)),
      ...verdict.returned.map((id) => this.#mark(byId.get(id), 0)),
      ...seen.flatMap((instance) => this.#forget(cluster, instance, now.wallMs)),
    ].filter((commit) => commit !== undefined);
    return { commits, againInMs: Math.min(tickMs, verdict.nextInMs ?? tickMs) };
  }

  #silenceOf(cluster: string): Silence {
    let silence = this.#silence.get(cluster);
    if (!silence) {
      silence = new Silence(this.#options, this.#sinceMs);
      this.#silence.set(cluster, silence);
    }
    return silence;
  }

  #see(cluster: string, stored: Stored<'instance'>): SeenInstance {
    const id = stored.key.names[1] ?? '';
    const session = this.#context.store.get(keyOf('session', cluster, id));
    return {
      id,
      connected: isConnected(stored.value, session?.revision),
      lostSinceMs: stored.value.lostSinceMs,
      overdueSinceMs: stored.value.overdueSinceMs,
    };
  }

  #tellPause(cluster: string, paused: { readonly silent: number; readonly of: number } | undefined): void {
    const { logger } = this.#context;
    if (paused && !this.#paused.has(cluster)) {
      this.#paused.add(cluster);
      logger.error({ cluster, ...paused }, 'replacing paused: too many instances are silent at once');
    } else if (!paused && this.#paused.delete(cluster)) logger.info({ cluster }, 'replacing goes on');
  }

  /** Sets or clears the mark. Rests on the session as seen: an agent that has just come back is not marked. */
  #mark(stored: Stored<'instance'> | undefined, lostSinceMs: number): CommitRequest | undefined {
    if (!stored) return undefined;
    const { store, logger } = this.#context;
    const [cluster = '', id = ''] = stored.key.names;
    const fence = overFence(store, cluster, id);
    const value: InstanceRecord = { ...stored.value, lostSinceMs, version: stored.value.version + 1 };
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

  #sessionAsSeen(cluster: string, id: string): Expectation {
    const key = keyOf('session', cluster, id);
    return { key, revision: this.#context.store.get(key)?.revision ?? 0 };
  }

  /** The tasks of an instance that was lost for very long become STOPPED, by the control plane's word. */
  #forget(cluster: string, instance: SeenInstance, wallMs: number): readonly CommitRequest[] {
    const { store } = this.#context;
    if (instance.connected || instance.lostSinceMs === 0) return [];
    if (wallMs - instance.lostSinceMs < this.#options.forgetInstanceAfterMs) return [];
    const since = new Date(instance.lostSinceMs).toISOString();
    const living = [...store.tasks.onInstance(cluster, instance.id)].filter(
      (t) => t.lastStatus !== 'STOPPED',
    );
    const commits: CommitRequest[] = [];
    for (let i = 0; i < living.length; i += tasksPerCommit) {
      const tasks = living.slice(i, i + tasksPerCommit);
      commits.push({
        expect: [
          this.#sessionAsSeen(cluster, instance.id),
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
