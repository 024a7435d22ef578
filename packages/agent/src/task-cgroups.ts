import { mkdir, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cpuUnitsOf, memoryMiBOf, type TaskDefinition } from '@longshore/model';
import type { AgentTask } from './engine/record.js';

export interface CgroupOptions {
  /** Where the cgroup file system is mounted. */
  readonly root: string;
  readonly version: 1 | 2;
  readonly driver: 'cgroupfs' | 'systemd' | 'none';
  readonly cpuPeriodMs: number;
  readonly pidsLimit: number | undefined;
}

/** One file of a cgroup and what is written to it. */
interface Limit {
  readonly controller: string;
  readonly file: string;
  readonly value: string;
}

/** A parent cgroup for each task that has cpu or memory of its own: the bound of all its containers together. */
export class TaskCgroups {
  readonly #options: CgroupOptions;

  constructor(options: CgroupOptions) {
    this.#options = options;
  }

  needed(definition: TaskDefinition): boolean {
    return (
      definition.cpu !== undefined || definition.memory !== undefined || this.#options.pidsLimit !== undefined
    );
  }

  /** In the engine's words: a path for cgroupfs, a slice for systemd. */
  parentOf(task: AgentTask): string | undefined {
    if (!this.needed(task.definition)) return undefined;
    return this.#options.driver === 'systemd' ? `ecs-tasks-${task.id}.slice` : `/ecs/${task.id}`;
  }

  async make(task: AgentTask): Promise<void> {
    if (!this.needed(task.definition)) return;
    for (const limit of limitsOf(task.definition, this.#options)) {
      const directory = this.#directory(task, limit.controller);
      await this.#enable(directory);
      await mkdir(directory, { recursive: true });
      await writeFile(join(directory, limit.file), limit.value);
    }
  }

  async remove(task: AgentTask): Promise<void> {
    if (!this.needed(task.definition)) return;
    for (const controller of controllersOf(this.#options)) await removed(this.#directory(task, controller));
  }

  /** systemd nests `a-b.slice` below `a.slice`. */
  #directory(task: AgentTask, controller: string): string {
    const { root, version, driver } = this.#options;
    const base = version === 1 ? join(root, controller) : root;
    return driver === 'systemd'
      ? join(base, 'ecs.slice', 'ecs-tasks.slice', `ecs-tasks-${task.id}.slice`)
      : join(base, 'ecs', task.id);
  }

  /** cgroup v2: a controller is there for children only where each ancestor hands it down. */
  async #enable(directory: string): Promise<void> {
    const { root, version } = this.#options;
    if (version !== 2) return;
    const parents: string[] = [];
    for (let at = dirname(directory); at.length >= root.length; at = dirname(at)) parents.unshift(at);
    for (const parent of parents) {
      await mkdir(parent, { recursive: true });
      await writeFile(join(parent, 'cgroup.subtree_control'), '+cpu +memory +pids');
    }
  }
}

function controllersOf({ version }: CgroupOptions): readonly string[] {
  return version === 1 ? ['cpu', 'memory', 'pids'] : [''];
}

/** What is written where. Pure. */
export function limitsOf(definition: TaskDefinition, options: CgroupOptions): readonly Limit[] {
  const cpuUnits = cpuUnitsOf(definition.cpu) ?? 0;
  const bytes = (memoryMiBOf(definition.memory) ?? 0) * 1024 ** 2;
  const periodUs = options.cpuPeriodMs * 1000;
  const quotaUs = Math.max(1000, Math.round((periodUs * cpuUnits) / 1024));
  const pids = options.pidsLimit === undefined ? [] : [String(options.pidsLimit)];
  if (options.version === 2)
    return [
      ...(cpuUnits > 0 ? [{ controller: '', file: 'cpu.max', value: `${quotaUs} ${periodUs}` }] : []),
      ...(bytes > 0 ? [{ controller: '', file: 'memory.max', value: String(bytes) }] : []),
      ...pids.map((value) => ({ controller: '', file: 'pids.max', value })),
    ];
  return [
    ...(cpuUnits > 0
      ? [
          { controller: 'cpu', file: 'cpu.cfs_period_us', value: String(periodUs) },
          { controller: 'cpu', file: 'cpu.cfs_quota_us', value: String(quotaUs) },
          { controller: 'cpu', file: 'cpu.shares', value: String(Math.max(2, cpuUnits)) },
        ]
      : []),
    ...(bytes > 0
      ? [
          // What files of the engine lie below counts only with the hierarchy on; it must be set before any child.
          { controller: 'memory', file: 'memory.limit_in_bytes', value: String(bytes) },
        ]
      : []),
    ...pids.map((value) => ({ controller: 'pids', file: 'pids.max', value })),
  ];
}

async function removed(directory: string): Promise<void> {
  try {
    await stat(directory);
    await rmdir(directory);
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return;
    throw thrown;
  }
}
