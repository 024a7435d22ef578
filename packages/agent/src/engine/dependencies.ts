import type { ContainerCondition } from '@longshore/model';
import {
  type AgentTask,
  type ContainerState,
  containerOf,
  definitionOf,
  pauseContainerName,
} from './record.js';

/** CREATED is the agent's own: the engine must know a container before another one can name it. */
export type Condition = Exclude<ContainerCondition, 'UNSET'> | 'CREATED';

export interface Dependency {
  readonly on: string;
  readonly condition: Condition;
}

/** Resolved now, perhaps later, or never (with why). */
export type Resolution =
  | { readonly is: 'resolved' }
  | { readonly is: 'waiting' }
  | { readonly is: 'never'; readonly why: string };

const resolved: Resolution = { is: 'resolved' };
const waiting: Resolution = { is: 'waiting' };

/** What a container waits for: dependsOn, and what links, volumesFrom and the pause container imply. */
export function dependenciesOf(task: AgentTask, name: string): readonly Dependency[] {
  if (name === pauseContainerName) return [];
  const definition = definitionOf(task, name);
  const found: Dependency[] = [];
  for (const d of definition.dependsOn ?? [])
    found.push({ on: d.containerName ?? '', condition: d.condition ?? 'START' });
  for (const link of definition.links ?? []) found.push({ on: link.split(':')[0] ?? '', condition: 'START' });
  for (const v of definition.volumesFrom ?? [])
    found.push({ on: v.sourceContainer ?? '', condition: 'CREATED' });
  if (containerOf(task, pauseContainerName)) found.push({ on: pauseContainerName, condition: 'START' });
  return found;
}

/** Those that wait for `name`, in whatever way. */
export function dependantsOf(task: AgentTask, name: string): readonly ContainerState[] {
  return task.containers.filter((c) => dependenciesOf(task, c.name).some((d) => d.on === name));
}

/** Whether a container may be made known to the engine. */
export function createGate(task: AgentTask, name: string): Resolution {
  return worst(
    dependenciesOf(task, name).map((d) => {
      // A START or HEALTHY dependency only holds up the start: the engine makes both in parallel. What follows a
      // COMPLETE or SUCCESS is made after it: making it fills a shared volume from its image.
      const condition = d.condition === 'START' || d.condition === 'HEALTHY' ? 'CREATED' : d.condition;
      return resolutionOf(task, name, { on: d.on, condition });
    }),
  );
}

/** Whether a container may start. */
export function startGate(task: AgentTask, name: string): Resolution {
  return worst(dependenciesOf(task, name).map((d) => resolutionOf(task, name, d)));
}

/** The first dependency whose own startTimeout has passed before it came to what `name` waits for. */
export function timedOutDependency(
  task: AgentTask,
  name: string,
  steadyMs: number,
): { readonly dependency: Dependency; readonly timeoutSeconds: number } | undefined {
  for (const dependency of dependenciesOf(task, name)) {
    const dueMs = timeoutAtMs(task, name, dependency);
    if (dueMs !== undefined && steadyMs >= dueMs)
      return { dependency, timeoutSeconds: definitionOf(task, dependency.on).startTimeout ?? 0 };
  }
  return undefined;
}

/** Steady times at which dependencies of containers that wait time out. */
export function dependencyDeadlines(task: AgentTask): readonly number[] {
  return task.containers
    .filter((c) => c.phase === 'WAITING' || c.phase === 'READY' || c.phase === 'CREATED')
    .flatMap((c) => dependenciesOf(task, c.name).map((d) => timeoutAtMs(task, c.name, d)))
    .filter((at) => at !== undefined);
}

/** Steady time at which the wait for a dependency ends; undefined where it has no limit or is over. */
function timeoutAtMs(task: AgentTask, name: string, dependency: Dependency): number | undefined {
  if (dependency.condition === 'START' || dependency.condition === 'CREATED') return undefined;
  const on = containerOf(task, dependency.on);
  const seconds = definitionOf(task, dependency.on).startTimeout;
  if (!on || !seconds || on.startedAtMs === 0) return undefined;
  return resolutionOf(task, name, dependency).is === 'waiting' ? on.startedAtMs + seconds * 1000 : undefined;
}

function resolutionOf(task: AgentTask, name: string, { on, condition }: Dependency): Resolution {
  const dependency = containerOf(task, on);
  if (!dependency) return never(name, on, 'is not part of the task');
  const ended = dependency.phase === 'STOPPED';
  const ran = dependency.startedAtMs > 0;
  switch (condition) {
    case 'CREATED':
      if (dependency.runtimeId !== '') return resolved;
      return ended ? never(name, on, 'was never created') : waiting;
    case 'START':
      if (ran) return resolved;
      return ended ? never(name, on, 'did not start') : waiting;
    case 'COMPLETE':
      if (!ended) return waiting;
      return ran ? resolved : never(name, on, 'did not start');
    case 'SUCCESS':
      if (!ended) return waiting;
      if (dependency.exitCode === 0) return resolved;
      return never(name, on, ran ? `exited with code ${dependency.exitCode ?? 'unknown'}` : 'did not start');
    case 'HEALTHY':
      if (ended) return never(name, on, 'stopped before it was healthy');
      return dependency.phase === 'RUNNING' && dependency.health === 'HEALTHY' ? resolved : waiting;
  }
}

function never(name: string, on: string, why: string): Resolution {
  return { is: 'never', why: `container ${name} depends on container ${on}, which ${why}` };
}

function worst(all: readonly Resolution[]): Resolution {
  return all.find((r) => r.is === 'never') ?? all.find((r) => r.is === 'waiting') ?? resolved;
}
